# Completion of kubectl-eni for fish:  kubectl-eni completion fish | source
function __kubectl_eni_complete
  set -l words (commandline -opc) (commandline -ct)
  kubectl-eni __complete $words[2..-1] 2>/dev/null | string match -v ':*'
end
complete -c kubectl-eni -f -a '(__kubectl_eni_complete)'
