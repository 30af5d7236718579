#!/usr/bin/env bash
# Builds both images with docker or podman:   eng/build-images.sh REPOSITORY [TAG] [--push]
#   PLATFORMS=linux/amd64,linux/arm64   builds for both architectures; that takes docker buildx and --push
#   ENGINE=podman                       another engine than docker
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[ $# -ge 1 ] || { sed -n '2,4s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2; }
repository=$1
version=$(sed -n 's/^appVersion: *//p' charts/aws-multi-eni-controller/Chart.yaml)
tag=$version push=no
for argument in "${@:2}"; do
  case "$argument" in
    --push) push=yes ;;
    *) tag=$argument ;;
  esac
done
engine=${ENGINE:-docker}
command -v "$engine" >/dev/null || { echo "build-images: $engine is not installed; set ENGINE" >&2; exit 1; }

for target in controller manager; do
  image=$repository/eni-$target:$tag
  options=(--target "$target" --tag "$image" --build-arg "VERSION=$version")
  if [ -n "${PLATFORMS:-}" ]; then
    [ "$push" = yes ] || { echo "build-images: an image for several architectures can only be pushed: add --push" >&2; exit 2; }
    "$engine" buildx build --platform "$PLATFORMS" "${options[@]}" --push .
  else
    "$engine" build "${options[@]}" .
    [ "$push" = no ] || "$engine" push "$image"
  fi
  echo "$image"
done
