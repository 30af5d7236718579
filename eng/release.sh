#!/usr/bin/env bash
# Makes everything that a release consists of, from the commit that is checked out:   eng/release.sh VERSION [FOLDER]      by default artifacts/release
#   RELEASE_URL=URL   where the files will be found, for krew's manifest
#   CHECK_ONLY=yes    only whether this commit can be released as VERSION
# Pushes and signs nothing: that is .github/workflows/release.yml. docs/releasing.md describes both. Needs x86-64 Debian or Ubuntu, and root for packages and images.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
umask 022

version=${1:?eng/release.sh VERSION [FOLDER]} version=${version#v}
folder=${2:-artifacts/release}
url=${RELEASE_URL:-https://your-release-page.invalid/v$version}
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
step() { echo; echo "=== $* ($(date +%H:%M:%S))"; }
fail() { echo "release: $*" >&2; exit 1; }
reproducible_tar() { LC_ALL=C tar --sort=name --format=gnu --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" "$@"; }
changes() { awk -v heading="## [$version]" 'index($0, "## ") == 1 { inside = index($0, heading) == 1; next } inside' CHANGELOG.md; }
stated() { # FILE TEXT
  grep -qF -- "$2" "$1" || fail "$1 does not say '$2'; change the version there, see docs/releasing.md"
}

step check
stated Directory.Build.props "<VersionPrefix>$version</VersionPrefix>"
stated charts/aws-multi-eni-controller/Chart.yaml "appVersion: $version"
grep -qxF "version: $version" charts/aws-multi-eni-controller/Chart.yaml || fail "the chart's version is not $version"
stated Dockerfile "ARG VERSION=$version"
stated deploy/kustomization.yaml "newTag: $version"
[ -n "$(changes | tr -d '[:space:]')" ] || fail "CHANGELOG.md has no section '## [$version]' with something in it"
[ -z "$(git status --porcelain)" ] || fail "there are changes that are not committed"
[ "${CHECK_ONLY:-no}" = no ] || exit 0

step prerequisites
eng/install-prerequisites.sh
eng/install-cross-compiler.sh
rm -rf "$folder"
mkdir -p "$folder"
folder=$(realpath "$folder")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step "bills of materials"
eng/sbom.sh "$work"
# Everything that ships has its licence in the notices that ship with it.
eng/generate-notices.sh "$work"
git diff --exit-code --stat THIRD-PARTY-NOTICES.md || fail "THIRD-PARTY-NOTICES.md was not up to date; commit it as it is now"

step programs
for architecture in amd64 arm64; do
  RUNTIME=linux-$architecture eng/publish.sh "artifacts/programs-$architecture"
  eng/check-programs.sh "artifacts/programs-$architecture"
  for program in eni-ipam kubectl-eni; do
    rm -rf "$work/archive"
    install -D -m 0755 -t "$work/archive" "artifacts/programs-$architecture/$program"
    install -m 0644 -t "$work/archive" LICENSE THIRD-PARTY-NOTICES.md
    install -D -m 0644 -t "$work/archive/dotnet" "artifacts/programs-$architecture/notices"/*.txt
    reproducible_tar --directory "$work/archive" --create "$program" LICENSE THIRD-PARTY-NOTICES.md dotnet | gzip -n >"$folder/$program-$version-linux-$architecture.tar.gz"
  done
done
cp "$work/eni-ipam.cdx.json" "$work/kubectl-eni.cdx.json" "$folder"

step images
eng/build-archives.sh "$work/images" amd64=artifacts/programs-amd64 arm64=artifacts/programs-arm64 | tee "$folder/images.txt"
for image in eni-controller eni-manager; do
  mv "$work/images/$image.tar" "$folder/$image-$version.oci.tar"
  boms=("$work/$image.cdx.json")
  [ $image = eni-controller ] || boms+=("$work/eni-ipam.cdx.json")
  for architecture in amd64 arm64; do
    node eng/sbom.mjs image "$image" "$version" "$work/images/$image-$architecture.packages" "${boms[@]}" >"$folder/$image-linux-$architecture.cdx.json"
  done
done

step chart
# Helm writes the time of packing into the archive: packed again, the same commit gives the same bytes.
"$(eng/get-helm.sh)" package charts/aws-multi-eni-controller --destination "$work" >/dev/null
chart=aws-multi-eni-controller
mkdir "$work/chart"
tar --extract --gzip --file "$work/$chart-$version.tgz" --directory "$work/chart"
reproducible_tar --directory "$work/chart" --create "$chart/Chart.yaml" --exclude "$chart/Chart.yaml" "$chart" | gzip -n >"$folder/$chart-$version.tgz"
cp deploy/install.yaml "$folder/install.yaml"

step krew
platform() { # ARCHITECTURE
  local archive=kubectl-eni-$version-linux-$1.tar.gz
  cat <<YAML
    - selector:
        matchLabels: {os: linux, arch: $1}
      uri: $url/$archive
      sha256: $(sha256sum "$folder/$archive" | cut -d' ' -f1)
      bin: kubectl-eni
YAML
}
cat >"$folder/eni.yaml" <<YAML
# Read by krew: https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/
apiVersion: krew.googlecontainertools.github.com/v1alpha2
kind: Plugin
metadata:
  name: eni
spec:
  version: v$version
  shortDescription: Show, plan and diagnose additional ENIs of nodes
  description: |
    Shows NodeENIs and their ENIs with reasons, what applying a NodeENI would do, and what
    is wrong with an installation of the AWS Multi-ENI Controller; cleans up leaked ENIs.
  platforms:
$(platform amd64)
$(platform arm64)
YAML

step sums
changes >"$folder/RELEASE_NOTES.md"
(cd "$folder" && sha256sum -- * >"$work/SHA256SUMS" && mv "$work/SHA256SUMS" . && cat SHA256SUMS)
