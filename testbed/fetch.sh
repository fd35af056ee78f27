#!/bin/sh
# Copyright The otelcol-aiops Authors
# SPDX-License-Identifier: Apache-2.0

# Finds the benchmark data, or downloads what has a public home, and prints the
# folder. Verifies the logs against loghub.sha256 either way, and what it
# downloads of the Numenta Anomaly Benchmark against nab.sha256.
set -eu

commit=db27223
base=https://raw.githubusercontent.com/logpai/logparser/$commit/data/loghub_2k_corrected
here=$(cd "$(dirname "$0")" && pwd)
sums=$here/loghub.sha256
cache=${OTELCOL_AIOPS_DATA:-${XDG_CACHE_HOME:-$HOME/.cache}/otelcol-aiops/data}

verify() { (cd "$1" && sha256sum --check --quiet "$sums") >&2; }

for dir in "$here/../../shared/data" "$cache"; do
	if [ -d "$dir/loghub" ] && verify "$dir"; then
		(cd "$dir" && pwd)
		exit 0
	fi
done

echo "downloading Loghub-2k (corrected, Khan et al. 2022) at logpai/logparser $commit to $cache" >&2
while read -r _ file; do
	set=$(basename "$(dirname "$file")")
	mkdir -p "$cache/loghub/$set"
	# The public file has '_corrected' in its name; line ends are made LF.
	curl --fail --silent --show-error --location --retry 3 --output "$cache/$file.part" \
		"$base/$set/${set}_2k.log_structured_corrected.csv"
	tr -d '\r' <"$cache/$file.part" >"$cache/$file"
	rm "$cache/$file.part"
done <"$sums"
verify "$cache"

nab=https://raw.githubusercontent.com/numenta/NAB/v1.1
echo "downloading the Numenta Anomaly Benchmark v1.1 to $cache" >&2
while read -r _ file; do
	mkdir -p "$(dirname "$cache/$file")"
	curl --fail --silent --show-error --location --retry 3 --output "$cache/$file" "$nab/${file#nab/}"
done <"$here/nab.sha256"
(cd "$cache" && sha256sum --check --quiet "$here/nab.sha256") >&2

echo "the other labelled metrics (anomaly/, kinds/) were cut and made for this project and have no public home in this form: their tables are skipped without them" >&2
echo "the labelled concepts of error messages (errors/concepts_spark_tidb.tsv) were made by hand and have no public home: the meaning table is skipped without them" >&2
echo "$cache"
