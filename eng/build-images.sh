#!/usr/bin/env bash
# Builds both images with docker or podman:   eng/build-images.sh REPOSITORY [TAG] [--push]
#   PLATFORMS=linux/amd64,linux/arm64   builds for both architectures; that takes --push
#   ENGINE=podman                       another engine than docker, whose BuildKit (buildx, part of docker 23 and later) is needed
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

podman=no
if "$engine" --version | grep -qi podman; then podman=yes; fi
# The classic builder knows no BUILDPLATFORM.
export DOCKER_BUILDKIT=1
if [ -n "${PLATFORMS:-}" ] && [ "$push" = no ]; then
  echo "build-images: an image for several architectures can only be pushed: add --push" >&2
  exit 2
fi

for target in controller manager; do
  image=$repository/eni-$target:$tag
  options=(--target "$target" --build-arg "VERSION=$version")
  if [ -z "${PLATFORMS:-}" ]; then
    "$engine" build "${options[@]}" --tag "$image" .
    [ "$push" = no ] || "$engine" push "$image"
  elif [ "$podman" = yes ]; then
    # A manifest list of an earlier run would keep that run's images.
    if "$engine" manifest exists "$image"; then "$engine" manifest rm "$image" >/dev/null; fi
    "$engine" build --platform "$PLATFORMS" "${options[@]}" --manifest "$image" .
    "$engine" manifest push --all "$image" "docker://$image"
  else
    "$engine" buildx build --platform "$PLATFORMS" "${options[@]}" --tag "$image" --push .
  fi
  echo "$image"
done
