#!/usr/bin/env bash
# Writes the bill of materials (CycloneDX) of each program, as NAME.cdx.json:   eng/sbom.sh FOLDER
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mkdir -p "${1:?eng/sbom.sh FOLDER}"
tool=${XDG_CACHE_HOME:-$HOME/.cache}/multi-eni/tools/cyclonedx-6.3.1
[ -x "$tool/dotnet-CycloneDX" ] || dotnet tool install CycloneDX --version 6.3.1 --tool-path "$tool" >&2
version=$(sed -n 's/.*<VersionPrefix>\(.*\)<.*/\1/p' Directory.Build.props)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for program in MultiEni.Controller:eni-controller MultiEni.Manager:eni-manager MultiEni.Ipam:eni-ipam MultiEni.Cli:kubectl-eni; do
  project=${program%:*} name=${program#*:}
  dotnet restore "src/$project" --verbosity quiet >&2
  "$tool/dotnet-CycloneDX" "src/$project/$project.csproj" --output "$work" --filename "$name.json" --output-format Json --exclude-dev --disable-package-restore >"$work/log" ||
    { cat "$work/log" >&2; exit 1; }
  runtime=$(sed -n 's#.*"Microsoft.DotNet.ILCompiler/\([0-9.]*\)": {#\1#p' "artifacts/obj/$project/project.assets.json" | head -1)
  node eng/sbom.mjs program "$name" "$version" "${runtime:?no version of .NET in the assets of $project}" "$work/$name.json" >"$1/$name.cdx.json"
done
