#!/usr/bin/env bash
# Copyright The otelcol-aiops Authors
# SPDX-License-Identifier: Apache-2.0
#
# Builds the image from the compiled distribution with docker, podman or
# buildah, whichever is there. ARCH="amd64 arm64" builds for both and, with podman
# or buildah, a manifest of them; IMAGE names it.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { echo "image: $*" >&2; exit 1; }

version=$(sed -n 's/^  version: //p' builder-config.yaml)
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
image=${IMAGE:-otelcol-aiops:$version}
read -ra arches <<<"${ARCH:-$(go env GOARCH)}"

# Docker's client may be there without its daemon.
builder=${BUILDER:-}
if [ -z "$builder" ]; then
  if docker info >/dev/null 2>&1; then builder=docker
  elif command -v podman >/dev/null; then builder=podman
  elif command -v buildah >/dev/null; then builder=buildah
  else die "neither docker (with a running daemon) nor podman nor buildah is there"; fi
fi
command -v "$builder" >/dev/null || die "$builder is not there"

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
# The last stage, with the files from here instead of from the stage before.
sed -e '1,/^RUN /d' -e 's/^COPY --from=build \(.*\) \/rootfs/COPY \1 rootfs/' deploy/image/Dockerfile >"$context/Dockerfile"

# OCI images have no HEALTHCHECK; Docker's format has.
# BUILDER_FLAGS: such as --storage-driver vfs, where overlay does not work.
build() {
  local arch=$1 name=$2
  local args=(--platform "linux/$arch" -t "$name" --build-arg "VERSION=$version" --build-arg "REVISION=$revision" "$context")
  case $builder in
    docker) docker build "${args[@]}" ;;
    podman) podman ${BUILDER_FLAGS:-} build --format docker ${BUILD_FLAGS:-} "${args[@]}" ;;
    buildah) buildah ${BUILDER_FLAGS:-} bud --format docker ${BUILD_FLAGS:-} "${args[@]}" ;;
  esac
}

for arch in "${arches[@]}"; do
  echo "image: $image for $arch with $builder"
  rm -rf "$context/rootfs"
  TARGET_ARCH=$arch scripts/image-rootfs.sh "$context/rootfs"
  if [ ${#arches[@]} = 1 ]; then build "$arch" "$image"; else build "$arch" "$image-$arch"; fi
done

if [ ${#arches[@]} -gt 1 ] && [ "$builder" != docker ]; then
  "$builder" ${BUILDER_FLAGS:-} manifest create "$image" "${arches[@]/#/$image-}"
fi
echo "image: $image"
