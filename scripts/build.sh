#!/usr/bin/env bash
# Copyright The otelcol-aiops Authors
# SPDX-License-Identifier: Apache-2.0
#
# Compiles the distribution from its lock and shows how far it is.
# ocb makes the sources; the compiler is called here, with the flags that ocb
# itself uses, because ocb says nothing during the minutes that it takes.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { echo "build: $*" >&2; exit 1; }

command -v go >/dev/null || die "Go is not installed: https://go.dev/dl/ (1.25 or newer)"

echo "build: ocb writes the sources of the distribution"
if ! out=$(go tool -modfile=tools/go.mod builder --config builder-config.yaml \
  --skip-get-modules --skip-compilation 2>&1); then
  die "ocb failed:"$'\n'"$out"
fi

cd distribution
export CGO_ENABLED=0

echo "build: fetching modules (the first time some 300 MB, a minute or two)"
packages=$(go list -deps . | wc -l) ||
  die "the sources do not fit together, see above (after a change to builder-config.yaml or go.mod: 'make lock')"

echo "build: compiling $packages packages (the first time 5 to 10 minutes on two cores, then seconds)"
start=$SECONDS
# `go build -v` names each package as its compiler finishes; anything else that
# it prints is an error and passes through.
go build -v -trimpath -ldflags='-s -w' -o otelcol-aiops . 2>&1 |
  awk -v total="$packages" -v tty="$([ -t 1 ] && echo 1 || echo 0)" '
    /^[A-Za-z0-9][^ :]*$/ {
      n++
      if (tty) { printf "\rbuild: %d of at most %d packages", n, total; fflush() }
      else if (n % 200 == 0) { printf "build: %d of at most %d packages\n", n, total; fflush() }
      next
    }
    { print }
    END { if (tty && n) print "" }'

echo "build: distribution/otelcol-aiops, $(du -h otelcol-aiops | cut -f1), in $((SECONDS - start)) s"
