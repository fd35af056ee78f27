#!/usr/bin/env bash
# Copyright The otelcol-aiops Authors
# SPDX-License-Identifier: Apache-2.0
#
# Lays out the files of the image in a directory: image-rootfs.sh DIRECTORY
# TARGET_ARCH is the architecture, by default this machine's.
set -euo pipefail
cd "$(dirname "$0")/.."
rootfs=${1:?usage: image-rootfs.sh DIRECTORY}
export TARGET_ARCH=${TARGET_ARCH:-$(go env GOARCH)}

binary=distribution/otelcol-aiops
[ "$TARGET_ARCH" = "$(go env GOARCH)" ] || binary=distribution/otelcol-aiops-$TARGET_ARCH
OUTPUT=$(basename "$binary") scripts/build.sh

ca=
for file in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
  if [ -f "$file" ]; then ca=$file && break; fi
done
[ -n "$ca" ] || { echo "image: no CA certificates on this machine" >&2; exit 1; }

mkdir -p "$rootfs"/{etc/ssl/certs,etc/otelcol-aiops,usr/share/doc/otelcol-aiops,var/lib/otelcol-aiops,tmp}
install -m 755 "$binary" "$rootfs/otelcol-aiops"
CGO_ENABLED=0 GOARCH=$TARGET_ARCH go build -trimpath -buildvcs=false -ldflags='-s -w' -o "$rootfs/healthcheck" ./cmd/healthcheck
CGO_ENABLED=0 GOARCH=$TARGET_ARCH go build -trimpath -buildvcs=false -ldflags='-s -w' -o "$rootfs/demo" ./cmd/demo
install -m 644 "$ca" "$rootfs/etc/ssl/certs/ca-certificates.crt"
install -m 644 config/agent.yaml config/gateway*.yaml "$rootfs/etc/otelcol-aiops/"
install -m 644 LICENSE "$rootfs/usr/share/doc/otelcol-aiops/"
go run ./cmd/sbom "$binary" >"$rootfs/usr/share/doc/otelcol-aiops/sbom.spdx.json"
