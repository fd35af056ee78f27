#!/usr/bin/env bash
# Copyright The otelcol-aiops Authors
# SPDX-License-Identifier: Apache-2.0
#
# Compiles the backends of the end-to-end tests, Loki and Prometheus with
# promtool, from the modules in testbed/backends, and links them into
# testbed/backends/bin. The programs themselves are in the user's cache, in a
# folder named after what they are made of: every checkout shares them, and a
# second run costs nothing. docs/decisions/real-backends.md says why.
set -euo pipefail
cd "$(dirname "$0")/../testbed/backends"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/otelcol-aiops/backends
mkdir -p bin "$cache"

# build MODULE NAME PACKAGE [BUILD FLAG...]
build() {
  local module=$1 name=$2 package=$3
  shift 3
  local made_of key dir start=$SECONDS
  made_of=$(cd "$module" && { go version; go env GOARCH; echo "$package $*"; cat go.mod go.sum; })
  key=$(sha256sum <<<"$made_of" | cut -c1-16)
  dir=$cache/$name-$key
  if [ ! -x "$dir/$name" ]; then
    echo "backends: compiling $name (the first time 5 to 10 minutes on two cores)"
    mkdir -p "$dir"
    (cd "$module" && CGO_ENABLED=0 nice -n 10 go build -trimpath -buildvcs=false \
      -ldflags='-s -w' "$@" -o "$dir/$name.part" "$package")
    mv "$dir/$name.part" "$dir/$name" # so that an interrupted build leaves none
    echo "backends: $name, $(du -h "$dir/$name" | cut -f1), in $((SECONDS - start)) s"
  fi
  ln -sfn "$dir/$name" "bin/$name"
}

build loki loki github.com/grafana/loki/v3/cmd/loki
build prometheus prometheus github.com/prometheus/prometheus/cmd/prometheus
build prometheus promtool github.com/prometheus/prometheus/cmd/promtool
