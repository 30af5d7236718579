#!/usr/bin/env bash
# Publishes programs as Native AOT binaries and holds them to their size:   eng/publish.sh [FOLDER [PROGRAM...]]
# The default is all programs into artifacts/programs. RUNTIME=linux-arm64 compiles for another architecture.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=${1:-artifacts/programs}
programs=
[ $# -le 1 ] || programs=" ${*:2} "
runtime=${RUNTIME:-linux-x64}
# As images call it.
runtime=${runtime/amd64/x64}
mkdir -p "$folder"
# Across architectures clang is the linker: gcc would have to be told by name. Needs the cross libraries that the Dockerfile installs.
cross=()
case "$runtime:$(uname -m)" in
  linux-arm64:x86_64) cross=(-p:CppCompilerAndLinker=clang -p:ObjCopyName=aarch64-linux-gnu-objcopy) ;;
  linux-x64:aarch64) cross=(-p:CppCompilerAndLinker=clang -p:ObjCopyName=x86_64-linux-gnu-objcopy) ;;
esac
publish() { # PROJECT PROGRAM MEGABYTES
  [[ "${programs:- $2 }" == *" $2 "* ]] || return 0
  local log
  log=$(mktemp)
  dotnet publish "src/$1" --configuration Release --runtime "$runtime" "${cross[@]}" --nologo --verbosity quiet --output "artifacts/publish-$2" | tee "$log"
  if grep -qE 'warning IL[0-9]+' "$log"; then
    echo "$2: trimming or AOT warnings are not allowed" >&2
    exit 1
  fi
  rm -f "$log"
  install -m 0755 "artifacts/publish-$2/$2" "$folder/$2"
  local size=$(($(stat -c %s "$folder/$2") / 1000000))
  echo "$2: $size MB of at most $3"
  [ "$size" -le "$3" ] || { echo "$2 is larger than its budget" >&2; exit 1; }
}

publish MultiEni.Controller eni-controller 22
publish MultiEni.Manager eni-manager 17
publish MultiEni.Cli kubectl-eni 32
