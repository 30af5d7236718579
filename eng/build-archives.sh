#!/usr/bin/env bash
# Builds both images without a container engine, each into an OCI archive (a tar of an OCI image layout) that docker 25, podman and skopeo read:
#   eng/build-archives.sh [FOLDER [ARCHITECTURE=PROGRAMS...]]      by default artifacts/images amd64=artifacts/programs
#   DEBIAN_SOURCES=FILE   a sources.list in place of Debian's default, for example with a snapshot, to build an old release again
# What is in an image is read from the Dockerfile. The same commit, programs, packages and gzip give the same digests. Needs root and mmdebstrap; for another
# processor than this one's also its emulation (qemu-user-static). Prints the name, the platforms and the digest of each image; FOLDER also gets lists of the packages.
# Format: https://github.com/opencontainers/image-spec, image-layout.md, config.md and manifest.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
umask 022

folder=${1:-artifacts/images}
platforms=("${@:2}")
[ "${#platforms[@]}" -gt 0 ] || platforms=(amd64=artifacts/programs)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
created=$(date --utc --date "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

argument() { sed -n "s/^ARG $1=\"\{0,1\}\([^\"]*\)\"\{0,1\}$/\1/p" Dockerfile; }
instruction() { awk -v stage="$1" '/^FROM / { inside = $NF == stage } inside' Dockerfile | sed -n "s/^$2 //p"; }
reproducible_tar() { LC_ALL=C tar --sort=name --format=gnu --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" "$@"; }

# The packages of an image, as a tar. Manuals and translations are left out as in Debian's own slim images, licences are kept.
packages() { # IMAGE ARCHITECTURE FILE
  local suite include hooks=()
  suite=$(argument RUNTIME_IMAGE) suite=${suite##*debian:} suite=${suite%-slim}
  include=$(argument BASE_PACKAGES)
  if [ "$1" = manager ]; then
    include+=" $(argument MANAGER_PACKAGES)"
    # shellcheck disable=SC2016 # for the shell in the tree
    hooks+=(--customize-hook='chroot "$1" sh -c '\''mkdir -p /opt/dpdk && ln -s "$(command -v dpdk-devbind.py)" /opt/dpdk/dpdk-devbind.py'\')
  fi
  # These two are the building machine's, and a pod gets its own.
  # shellcheck disable=SC2016
  hooks+=(--customize-hook='rm -f "$1/etc/hostname" "$1/etc/resolv.conf"; touch "$1/etc/hostname" "$1/etc/resolv.conf"')
  mmdebstrap --quiet --variant=minbase --architectures="$2" --include="$include" "${hooks[@]}" --skip=output/dev --format=tar --aptopt='Acquire::Retries "3"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    "$suite" "$3" ${DEBIAN_SOURCES:+"$DEBIAN_SOURCES"} </dev/null
}

# Our own files, as a tar.
programs() { # IMAGE PROGRAMS FILE
  local tree=$work/tree-$1 notices=usr/share/doc/aws-multi-eni-controller file files=()
  rm -rf "$tree"
  for file in $(instruction "$1" 'COPY --from=build' | grep -o '/out/eni-[a-z]*'); do
    install -D -m 0755 "$2/${file#/out/}" "$tree/usr/bin/${file#/out/}"
    files+=("usr/bin/${file#/out/}")
  done
  install -D -m 0644 -t "$tree/$notices" LICENSE THIRD-PARTY-NOTICES.md
  install -D -m 0644 -t "$tree/$notices/dotnet" "$2/notices"/*.txt
  # Left out above: its device nodes could only be unpacked by root, and engines mount their own.
  mkdir "$tree/dev"
  # Folders that Debian has are not named, or their owner and time would be replaced.
  reproducible_tar --directory "$tree" --create --file "$3" dev "${files[@]}" "$notices"
}

blob() { # LAYOUT FILE: moves a file to its place and prints "digest":…,"size":…
  local digest
  digest=$(sha256sum "$2" | cut -d' ' -f1)
  printf '"digest":"sha256:%s","size":%s' "$digest" "$(stat -c %s "$2")"
  mv "$2" "$1/blobs/sha256/$digest"
}

manifest() { # IMAGE ARCHITECTURE LAYOUT: prints the descriptor of one platform's manifest
  local image=$1 layout=$3 base=$work/$1-$2 layer layers=() ids=() labels port
  for layer in packages programs; do
    ids+=("\"sha256:$(sha256sum "$base-$layer.tar" | cut -d' ' -f1)\"")
    gzip -n "$base-$layer.tar"
    layers+=("{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",$(blob "$layout" "$base-$layer.tar.gz")}")
  done
  labels=$(grep -o 'org\.opencontainers\.image\.[a-z]*="[^"]*"' Dockerfile | sed "s/\${VERSION}/$(argument VERSION)/; s/^\([^=]*\)=/\"\1\":/" | paste -sd,)
  port=$(instruction "$image" EXPOSE)
  cat >"$base.json" <<JSON
{"created":"$created","architecture":"$2","os":"linux",
"config":{"User":"$(instruction "$image" USER)","ExposedPorts":{"$port/tcp":{}},"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
"Entrypoint":$(instruction "$image" ENTRYPOINT),"Labels":{$labels,"org.opencontainers.image.revision":"$(git rev-parse HEAD)"}},
"rootfs":{"type":"layers","diff_ids":[${ids[0]},${ids[1]}]},
"history":[{"created":"$created","created_by":"Debian packages"},{"created":"$created","created_by":"programs and notices"}]}
JSON
  cat >"$base-manifest.json" <<JSON
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
"config":{"mediaType":"application/vnd.oci.image.config.v1+json",$(blob "$layout" "$base.json")},"layers":[${layers[0]},${layers[1]}]}
JSON
  printf '{"mediaType":"application/vnd.oci.image.manifest.v1+json",%s,"platform":{"architecture":"%s","os":"linux"}}' "$(blob "$layout" "$base-manifest.json")" "$2"
}

# Nearly all of the time is spent here.
jobs=()
for platform in "${platforms[@]}"; do
  for image in controller manager; do
    packages "$image" "${platform%%=*}" "$work/$image-${platform%%=*}-packages.tar" &
    jobs+=($!)
  done
done
for job in "${jobs[@]}"; do wait "$job"; done

mkdir -p "$folder"
for tree in "$work"/*-packages.tar; do
  list=${tree##*/}
  tar --extract --to-stdout --file "$tree" ./var/lib/dpkg/status |
    awk '/^Package: /{ name = $2 } /^Version: /{ version = $2 } /^Architecture: /{ architecture = $2 } /^$/{ print name "\t" version "\t" architecture }' >"$folder/eni-${list%-packages.tar}.packages"
done
for image in controller manager; do
  layout=$work/layout-$image manifests=
  mkdir -p "$layout/blobs/sha256"
  for platform in "${platforms[@]}"; do
    programs "$image" "${platform#*=}" "$work/$image-${platform%%=*}-programs.tar"
    manifests+="${manifests:+,}$(manifest "$image" "${platform%%=*}" "$layout")"
  done
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}\n' "$manifests" >"$work/index.json"
  index=$(blob "$layout" "$work/index.json")
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json",%s,"annotations":{"org.opencontainers.image.ref.name":"%s"}}]}\n' \
    "$index" "$(argument VERSION)" >"$layout/index.json"
  printf '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
  reproducible_tar --directory "$layout" --create --file "$folder/eni-$image.tar" oci-layout index.json blobs
  echo "eni-$image ${platforms[*]%%=*} $(grep -o 'sha256:[0-9a-f]*' <<<"$index")"
done
