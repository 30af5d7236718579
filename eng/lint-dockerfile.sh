#!/usr/bin/env bash
# Lints the Dockerfile:   eng/lint-dockerfile.sh [FILE]
# The linter is an npm package and is kept in ${XDG_CACHE_HOME:-$HOME/.cache}/multi-eni/tools.
set -euo pipefail
file=$(realpath "${1:-$(dirname "${BASH_SOURCE[0]}")/../Dockerfile}")

version=0.16.3
folder=${XDG_CACHE_HOME:-$HOME/.cache}/multi-eni/tools/dockerfile-utils-$version
linter=$folder/node_modules/.bin/dockerfile-utils
if [ ! -x "$linter" ]; then
  mkdir -p "$folder"
  npm install --silent --no-fund --no-audit --prefix "$folder" "dockerfile-utils@$version" >&2
fi
exec node "$linter" lint "$file"
