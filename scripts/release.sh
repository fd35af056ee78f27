#!/usr/bin/env bash
# Copyright The otelcol-aiops Authors
# SPDX-License-Identifier: Apache-2.0
#
# Makes in dist/ what a release has: an archive a target with the binary, the configs,
# licence, notice and SBOM; a deb and an rpm for Linux; the Helm chart; checksums.
# A release is made of a tag; SNAPSHOT=1 makes one of any commit. TARGETS names some:
# "linux/amd64 windows/arm64". Each target but this machine's compiles for some minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { echo "release: $*" >&2; exit 1; }

version=$(sed -n 's/^  version: //p' builder-config.yaml)
if [ -n "${SNAPSHOT:-}" ]; then
  version=$version-snapshot.$(git rev-parse --short HEAD)
else
  [ "$(git describe --exact-match --tags 2>/dev/null)" = "v$version" ] || die "HEAD is not the tag v$version (builder-config.yaml); SNAPSHOT=1 makes a release of any commit"
  [ -z "$(git status --porcelain)" ] || die "there are changes that are not committed"
fi
read -ra targets <<<"${TARGETS:-linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64}"

dist=$PWD/dist
rm -rf "$dist"
mkdir -p "$dist"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
# Archives of one commit are the same bytes wherever they are made.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH

for target in "${targets[@]}"; do
  os=${target%/*} arch=${target#*/}
  name=otelcol-aiops_${version}_${os}_${arch}
  binary=otelcol-aiops
  [ "$os" != windows ] || binary=otelcol-aiops.exe
  TARGET_OS=$os TARGET_ARCH=$arch OUTPUT=release-$os-$arch scripts/build.sh
  mkdir -p "$stage/$name/config"
  mv "distribution/release-$os-$arch" "$stage/$name/$binary"
  go run ./cmd/sbom "$stage/$name/$binary" >"$stage/$name/sbom.spdx.json"
  cp "$stage/$name/sbom.spdx.json" "$dist/$name.sbom.spdx.json"
  cp LICENSE NOTICE "$stage/$name/"
  cp config/*.yaml "$stage/$name/config/"
  if [ "$os" = windows ]; then
    (cd "$stage" && find "$name" -type f -print | LC_ALL=C sort | zip -q -X "$dist/$name.zip" -@)
  else
    tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - "$name" | gzip -n >"$dist/$name.tar.gz"
  fi
  if [ "$os" = linux ]; then
    for kind in deb rpm; do
      STAGE=$stage/$name ARCH=$arch VERSION=$version \
        go tool -modfile=tools/release/go.mod nfpm package --config deploy/package/nfpm.yaml --packager "$kind" --target "$dist/"
    done
  fi
  rm -rf "${stage:?}/$name"
done

# As `helm package` makes it; links become what they lead to.
mkdir "$stage/otelcol-aiops"
cp -RL deploy/helm/. "$stage/otelcol-aiops"
tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - otelcol-aiops | gzip -n >"$dist/otelcol-aiops-chart-$version.tgz"

(cd "$dist" && sha256sum -- * >checksums.txt)
ls -lh "$dist"
