#!/usr/bin/env bash
# Installs what building and testing need beside the .NET SDK: a linker for Native AOT, iproute2 for the tests of links, npm for kubectl,
# tmux for what is printed to a terminal, the CNI project's plugins, which call eni-ipam, Chromium for the page of `kubectl eni map`,
# mmdebstrap and umoci to build and to unpack the images, skopeo to push them.
set -euo pipefail

missing=()
command -v gcc >/dev/null || missing+=(gcc libc6-dev)
command -v ip >/dev/null || missing+=(iproute2)
command -v unshare >/dev/null || missing+=(util-linux)
command -v npm >/dev/null || missing+=(npm)
command -v tmux >/dev/null || missing+=(tmux)
[ -x /usr/lib/cni/host-local ] || missing+=(containernetworking-plugins)
[ -x /usr/bin/chromium ] || command -v chromium-browser google-chrome >/dev/null || missing+=(chromium)
command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
command -v umoci >/dev/null || missing+=(umoci)
command -v skopeo >/dev/null || missing+=(skopeo)
[ "${#missing[@]}" -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "please install: ${missing[*]}" >&2
  exit 1
fi

sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
