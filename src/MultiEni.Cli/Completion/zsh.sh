#compdef kubectl-eni
# Completion of kubectl-eni for zsh:  source <(kubectl-eni completion zsh)
_kubectl_eni() {
  local -a items
  local line
  for line in "${(@f)$(kubectl-eni __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line || $line == :* ]] || items+=("${line/$'\t'/:}")
  done
  _describe 'kubectl-eni' items
}
compdef _kubectl_eni kubectl-eni
