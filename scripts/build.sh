#!/usr/bin/env bash
# Copyright The otelcol-aiops Authors
# SPDX-License-Identifier: Apache-2.0
#
# Compiles the distribution from its lock and shows how far it is.
# ocb makes the sources; the compiler is called here, with the flags that ocb
# itself uses, because ocb says nothing during the minutes that it takes.
# TARGET_OS and TARGET_ARCH compile for another machine, OUTPUT names the binary.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { echo "build: $*" >&2; exit 1; }

# Counts what the go command names, a module it downloads or a package it has
# compiled, and lets everything else through: that is an error.
progress() {
  awk -v what="$1" -v tty="$([ -t 2 ] && echo 1 || echo 0)" '
    /^go: downloading / || /^[A-Za-z0-9][^ :]*$/ {
      n++
      if (tty) { printf "\rbuild: %d %s", n, what; fflush() }
      else if (n % 200 == 0) { printf "build: %d %s\n", n, what; fflush() }
      next
    }
    { print; fflush() }
    END { if (tty && n) print "" }' >&2
}

command -v go >/dev/null || die "Go is not installed: https://go.dev/dl/ (1.25 or newer)"

echo "build: ocb writes the sources of the distribution"
if ! out=$(go tool -modfile=tools/go.mod builder --config builder-config.yaml \
  --skip-get-modules --skip-compilation 2>&1); then
  die "ocb failed:"$'\n'"$out"
fi

cd distribution
output=${OUTPUT:-otelcol-aiops}
export CGO_ENABLED=0 GOOS=${TARGET_OS:-$(go env GOOS)} GOARCH=${TARGET_ARCH:-$(go env GOARCH)}

echo "build: fetching modules (the first time some 400 of them, a minute or two)"
packages=$({ go list -deps . | wc -l; } 2> >(progress modules)) ||
  die "the sources do not fit together, see above (after a change to builder-config.yaml or go.mod: 'make lock')"

echo "build: compiling (the first time 5 to 10 minutes on two cores, then seconds)"
start=$SECONDS
# -v names each package when its compiler has finished. No version control stamp:
# it would make the binary depend on more than the sources.
go build -v -trimpath -buildvcs=false -ldflags='-s -w' -o "$output" . 2>&1 | progress "of at most $packages packages"
echo "build: distribution/$output, $(du -h "$output" | cut -f1), in $((SECONDS - start)) s"
