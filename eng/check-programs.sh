#!/usr/bin/env bash
# Runs each published program once, those of arm64 by QEMU's emulation:   eng/check-programs.sh FOLDER
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=${1:?eng/check-programs.sh FOLDER}
version=$(sed -n 's/.*<VersionPrefix>\(.*\)<.*/\1/p' Directory.Build.props)
# The processor's number in the ELF header.
processor=$(od --address-radix=n --format=u2 --skip-bytes=18 --read-bytes=2 "$folder/eni-ipam" | tr -d ' ')
run=()
case "$processor:$(uname -m)" in
  183:x86_64) run=(qemu-aarch64-static -L /usr/aarch64-linux-gnu) ;;
esac

expect() { # TEXT PROGRAM ARGUMENT...
  local answer
  answer=$("${run[@]}" "$folder/$2" "${@:3}" 2>&1) || { printf '%s\n' "$answer" >&2; echo "check-programs: ${*:2} failed" >&2; exit 1; }
  grep -qF -- "$1" <<<"$answer" || { printf '%s\n' "$answer" >&2; echo "check-programs: ${*:2} does not say '$1'" >&2; exit 1; }
  echo "ok   ${run[0]:-} ${*:2}"
}
expect --enable-leader-election eni-controller --help
expect --check-interval eni-manager --help
CNI_COMMAND=VERSION expect '"1.1.0"' eni-ipam <<<'{"cniVersion":"1.1.0"}'
expect "$version" kubectl-eni version --client
expect doctor kubectl-eni --help
