#!/usr/bin/env bash
# Copyright The otelcol-aiops Authors
# SPDX-License-Identifier: Apache-2.0
#
# The Helm chart, and the distribution with a real Loki and a real Prometheus. These
# are compiled first: about 15 minutes of CPU, once.
set -euo pipefail
cd "$(dirname "$0")/.."

make --no-print-directory test-chart
scripts/backends.sh
scripts/build.sh
if data=$(testbed/fetch.sh); then
  export OTELCOL_AIOPS_DATA=$data
elif [ -n "${CI:-}" ]; then
  echo "benchmark data out of reach: in CI the tests that need it must run" >&2
  exit 1
fi
export OTELCOL_AIOPS_BACKENDS=$PWD/testbed/backends/bin
cd testbed
# Not from the cache: Go does not see that files outside the module changed.
exec go tool -modfile=../tools/go.mod gotestsum --format pkgname -- -count=1 -timeout 20m ./endtoend/... "$@"
