#!/usr/bin/env bash
# Publishes programs as Native AOT binaries and holds them to their size:   eng/publish.sh [FOLDER [PROGRAM...]]
# The default is all programs into artifacts/programs, with the notices of .NET, which is compiled in. RUNTIME=linux-arm64 compiles for another architecture.
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
  local log budget=$3
  # The same code takes about a twentieth more there.
  [ "$runtime" != linux-arm64 ] || budget=$(($3 * 11 / 10))
  log=$(mktemp)
  # The compiler signs what it writes with the paths that it sees: with the tree under one name, the same source gives the same bytes wherever it lies.
  dotnet publish "src/$1" --configuration Release --runtime "$runtime" "${cross[@]}" -p:PathMap="$PWD=/source" --nologo --verbosity quiet --output "artifacts/publish-$2" | tee "$log"
  if grep -qE 'warning IL[0-9]+' "$log"; then
    echo "$2: trimming or AOT warnings are not allowed" >&2
    exit 1
  fi
  rm -f "$log"
  install -m 0755 "artifacts/publish-$2/$2" "$folder/$2"
  install -D -m 0644 -t "$folder/notices" "artifacts/publish-$2/notices"/*.txt
  local size=$(($(stat -c %s "$folder/$2") / 1000000))
  echo "$2: $size MB of at most $budget"
  [ "$size" -le "$budget" ] || { echo "$2 is larger than its budget" >&2; exit 1; }
}

publish MultiEni.Controller eni-controller 22
publish MultiEni.Manager eni-manager 18
publish MultiEni.Ipam eni-ipam 4
# It runs on the node and not in an image: with the C library of Amazon Linux 2023 and of RHEL 9, and whatever is newer.
if [[ "${programs:- eni-ipam }" == *" eni-ipam "* ]] && command -v readelf >/dev/null; then
  newest=$(readelf --version-info --wide "$folder/eni-ipam" 2>/dev/null | grep -oE 'GLIBC_[0-9.]+' | sort -uV | tail -1 || true)
  [ "$(printf '%s\n' "$newest" GLIBC_2.34 | sort -V | tail -1)" = GLIBC_2.34 ] || { echo "eni-ipam needs $newest; nodes may have GLIBC_2.34" >&2; exit 1; }
  grep -aq 'aws-multi-eni-controller eni-ipam version [0-9]' "$folder/eni-ipam" || { echo "eni-ipam does not tell its version" >&2; exit 1; }
fi
publish MultiEni.Cli kubectl-eni 34
