#!/usr/bin/env bash
# Copyright The otelcol-aiops Authors
# SPDX-License-Identifier: Apache-2.0
#
# Everything that must hold, from nothing: about 20 minutes of CPU the first
# time, most of it the compiler's, and 3 when the caches are warm.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s (%d s)\n' "$*" "$SECONDS"; }
tool() { go tool -modfile="$root/tools/go.mod" "$@"; }
root=$PWD

command -v go >/dev/null || { echo "Go is not installed: https://go.dev/dl/ (1.25 or newer)" >&2; exit 1; }
# The race detector needs a C compiler, the benchmark data comes with curl.
missing=()
command -v gcc >/dev/null || missing+=(gcc libc6-dev)
command -v curl >/dev/null || missing+=(curl ca-certificates)
# The knowledge base is tested on a real PostgreSQL; without one those tests say
# that they are skipped, except in CI, where they fail.
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
command -v pgbouncer /usr/sbin/pgbouncer >/dev/null || missing+=(pgbouncer)
# The page is tested in a real browser.
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
[ ${#missing[@]} -eq 0 ] || scripts/debian-packages.sh "${missing[@]}"

step "benchmark data"
if data=$(testbed/fetch.sh); then
  export OTELCOL_AIOPS_DATA=$data
  echo "$data"
elif [ -n "${CI:-}" ]; then
  echo "out of reach: in CI the tests that need it must run" >&2
  exit 1
else
  echo "out of reach: the tests that need it are skipped and say so"
fi

step "generated files are current"
scripts/check-generated.sh

step "format and style (the first time the linter is compiled: a minute or two)"
make --no-print-directory lint

step "unit tests, with the race detector"
tool gotestsum --format pkgname -- -race -timeout 15m ./...
# SQLite is thirty times slower with it: this one runs without.
tool gotestsum --format pkgname -- -run TestSolutionsFindTheirWay ./knowledgebaseextension

step "the distribution"
scripts/build.sh

step "testbed: accuracy, load, ready configs, quickstart and README end to end"
cd testbed
# Not from the cache: Go does not see that files outside the module changed.
tool gotestsum --format pkgname -- -count=1 -timeout 20m ./...
