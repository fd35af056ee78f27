#!/usr/bin/env bash
# Copyright The otelcol-aiops Authors
# SPDX-License-Identifier: Apache-2.0
#
# Fails when `make generate` changes a file: someone edited metadata.yaml and
# forgot to generate, or edited a generated file by hand.
set -euo pipefail
cd "$(dirname "$0")/.."

# Every directory that has a metadata.yaml, all that is in it.
hashes() {
  find . -name metadata.yaml -not -path '*/testdata/*' -printf '%h\0' |
    xargs -0 -I{} find {} -type f -print0 | sort -z | xargs -0 sha256sum
}

before=$(hashes)
make --no-print-directory generate
if ! changed=$(diff <(echo "$before") <(hashes)); then
  echo "generated files were not current; they are now, please commit:" >&2
  awk '/^[<>]/ { print "  " $3 }' <<<"$changed" | sort -u >&2
  exit 1
fi
