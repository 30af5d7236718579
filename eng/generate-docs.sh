#!/usr/bin/env bash
# Writes the documents that are made from the program's own data. Tests fail when one of them is out of date.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dotnet build src/MultiEni.Cli --nologo --verbosity quiet
page=$(mktemp)
artifacts/bin/MultiEni.Cli/debug/kubectl-eni explain --page >"$page"
install -m 0644 "$page" docs/troubleshooting.md
rm -f "$page"

dotnet build tests/MultiEni.Scenarios --nologo --verbosity quiet
UPDATE_DOCUMENTS=1 artifacts/bin/MultiEni.Scenarios/debug/MultiEni.Scenarios --progress off --no-ansi --filter-class '*ReferencePageTests'

dotnet build tests/MultiEni.Chart.Tests --nologo --verbosity quiet
UPDATE_DOCUMENTS=1 artifacts/bin/MultiEni.Chart.Tests/debug/MultiEni.Chart.Tests --progress off --no-ansi --filter-class '*ChartReadmeTests'
