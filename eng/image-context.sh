#!/usr/bin/env bash
# Copies what .dockerignore leaves of the tree, which is all that an image build sees, into a folder:   eng/image-context.sh FOLDER
# The patterns are read by an npm package, kept in ${XDG_CACHE_HOME:-$HOME/.cache}/multi-eni/tools.
set -euo pipefail
target=$(realpath "${1:?eng/image-context.sh FOLDER}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=1.0.2
tools=${XDG_CACHE_HOME:-$HOME/.cache}/multi-eni/tools/dockerignore-$version
if [ ! -d "$tools/node_modules/@balena/dockerignore" ]; then
  mkdir -p "$tools"
  npm install --silent --no-fund --no-audit --prefix "$tools" "@balena/dockerignore@$version" >&2
fi
# git knows all files but those that no build needs (artifacts); what remains is for the patterns to say.
git ls-files --cached --others --exclude-standard | NODE_PATH=$tools/node_modules node -e '
  const fs = require("fs");
  const { default: ignore } = require("@balena/dockerignore");
  const files = fs.readFileSync(0, "utf8").split("\n").filter(file => file && fs.existsSync(file));
  process.stdout.write(ignore().add(fs.readFileSync(".dockerignore", "utf8")).filter(files).join("\n") + "\n");
' | tar --create --files-from - | tar --extract --directory "$target"
