#!/usr/bin/env bash
# Writes the table in THIRD-PARTY-NOTICES.md from what NuGet's packages say of their licences:   eng/generate-notices.sh [FOLDER]
# FOLDER has bills of materials from eng/sbom.sh; without it they are made. A package whose licence has no text in the file ends it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
boms=${1:-$work}
[ $# -gt 0 ] || eng/sbom.sh "$boms"

node eng/sbom.mjs notices "$boms"/{eni-controller,eni-manager,eni-ipam,kubectl-eni}.cdx.json >"$work/rows"
awk -F ' *[|] *' '{ print $4 }' "$work/rows" | sort -u | while read -r licence; do
  grep -qx "## $licence" THIRD-PARTY-NOTICES.md || { echo "generate-notices: add the text of $licence to THIRD-PARTY-NOTICES.md, under '## $licence'" >&2; exit 1; }
done
awk -v rows="$work/rows" '
  /^<!-- packages, / { print; print ""; print "| part | in | licence | copyright |"; print "|---|---|---|---|"; while ((getline row < rows) > 0) print row; print ""; skip = 1 }
  /^<!-- end -->/ { skip = 0 }
  !skip' THIRD-PARTY-NOTICES.md >"$work/page"
install -m 0644 "$work/page" THIRD-PARTY-NOTICES.md
