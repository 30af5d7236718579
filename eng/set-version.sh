#!/usr/bin/env bash
# Writes a version into every file that states it:   eng/set-version.sh VERSION
# Documents state none but 1.2.3, which stands for any (DocumentedVersionTests).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=${1:?eng/set-version.sh VERSION}
[[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || { echo "set-version: '$version' is no version such as 1.2.3" >&2; exit 2; }
sed -i "s#<VersionPrefix>.*</VersionPrefix>#<VersionPrefix>$version</VersionPrefix>#" Directory.Build.props
sed -i "s/^version: .*/version: $version/; s/^appVersion: .*/appVersion: $version/" charts/aws-multi-eni-controller/Chart.yaml
sed -i "s/^ARG VERSION=.*/ARG VERSION=$version/" Dockerfile
sed -i "s/newTag: .*/newTag: $version/" deploy/kustomization.yaml
eng/render-manifests.sh
