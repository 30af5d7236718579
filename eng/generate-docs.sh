#!/usr/bin/env bash
# Writes the documents that are made from the program's own data. Tests fail when one of them is out of date.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dotnet build src/MultiEni.Cli --nologo --verbosity quiet -p:RunAnalyzers=false
page=$(mktemp)
artifacts/bin/MultiEni.Cli/debug/kubectl-eni explain --page >"$page"
install -m 0644 "$page" docs/troubleshooting.md
rm -f "$page"
