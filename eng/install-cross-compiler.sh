#!/usr/bin/env bash
# Installs what compiling for arm64 on x86-64, and running the result, takes beside eng/install-prerequisites.sh: a linker, arm64's C library, QEMU's emulation of
# programs, and Debian's keys where the system is not Debian. The packages have these names in Debian 12 and in Ubuntu 24.04.
set -euo pipefail
packages=(clang gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static binfmt-support arch-test debian-archive-keyring)

missing=()
for package in "${packages[@]}"; do
  dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ "${#missing[@]}" -eq 0 ] && exit 0

sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
