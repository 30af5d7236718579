# syntax=docker/dockerfile:1
# Both images, by BuildKit (docker 23 or later) or podman 4 or later. eng/build-images.sh builds them; for one by hand:
#   docker build --target controller --tag REPOSITORY/eni-controller:TAG .
#   docker build --target manager --tag REPOSITORY/eni-manager:TAG .
# With --platform linux/arm64 the compiler still runs on the building machine's own architecture and compiles across.

# Ubuntu 24.04.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0
# Its C library (2.41) must be at least as new as that of the SDK's image (2.39), against which the programs are linked.
ARG RUNTIME_IMAGE=docker.io/library/debian:trixie-slim

FROM --platform=$BUILDPLATFORM ${SDK_IMAGE} AS build
ARG TARGETARCH
RUN apt-get update \
    && apt-get install -y --no-install-recommends clang gcc gcc-aarch64-linux-gnu gcc-x86-64-linux-gnu libc6-dev libc6-dev-amd64-cross libc6-dev-arm64-cross \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN RUNTIME="linux-${TARGETARCH}" eng/publish.sh /out eni-controller eni-manager eni-ipam

# What both programs need: the C library, OpenSSL (which ca-certificates brings) and the authorities that sign AWS's and the cluster's certificates.
FROM ${RUNTIME_IMAGE} AS base
ARG BASE_PACKAGES="ca-certificates"
RUN apt-get update \
    && apt-get install -y --no-install-recommends ${BASE_PACKAGES} \
    && rm -rf /var/lib/apt/lists/*
COPY LICENSE THIRD-PARTY-NOTICES.md /usr/share/doc/aws-multi-eni-controller/
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="aws-multi-eni-controller" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0"

FROM base AS controller
COPY --from=build /out/eni-controller /usr/bin/eni-controller
COPY --from=build /out/notices /usr/share/doc/aws-multi-eni-controller/dotnet
USER 1000:1000
EXPOSE 8080
ENTRYPOINT ["/usr/bin/eni-controller"]

# dpdk has dpdk-devbind.py, kmod loads modules, iproute2 and pciutils are what the script calls. It must be root: it writes the host's sysfs.
FROM base AS manager
ARG MANAGER_PACKAGES="dpdk iproute2 kmod pciutils"
RUN apt-get update \
    && apt-get install -y --no-install-recommends ${MANAGER_PACKAGES} \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir -p /opt/dpdk \
    && ln -s "$(command -v dpdk-devbind.py)" /opt/dpdk/dpdk-devbind.py
# The CNI plugin, which the init container copies to the node, lies beside it.
COPY --from=build /out/eni-manager /out/eni-ipam /usr/bin/
COPY --from=build /out/notices /usr/share/doc/aws-multi-eni-controller/dotnet
USER 0:0
EXPOSE 8081
ENTRYPOINT ["/usr/bin/eni-manager"]
