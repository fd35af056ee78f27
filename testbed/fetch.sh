#!/bin/sh
# Copyright The otelcol-aiops Authors
# SPDX-License-Identifier: Apache-2.0

# Finds the benchmark data, or downloads what has a public home, and prints the
# folder. Verifies the logs against loghub.sha256 either way, and what it
# downloads of the Numenta Anomaly Benchmark against nab.sha256, of the series to
# forecast against the sums in forecast.sets.
set -eu

commit=db27223
base=https://raw.githubusercontent.com/logpai/logparser/$commit/data/loghub_2k_corrected
here=$(cd "$(dirname "$0")" && pwd)
sums=$here/loghub.sha256
cache=${OTELCOL_AIOPS_DATA:-${XDG_CACHE_HOME:-$HOME/.cache}/otelcol-aiops/data}

verify() { (cd "$1" && sha256sum --check --quiet "$sums") >&2; }

for dir in "$here/../../shared/data" "$cache"; do
	# A folder of ours from before there was something to forecast is completed.
	if [ -w "$dir" ] && [ ! -e "$dir/forecast/manifest.json" ]; then continue; fi
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

# A set of series to forecast: forecast.sets has the sum of what is made and the
# series that are taken. One that comes out otherwise is left out.
series=$cache/forecast
mkdir -p "$series"
field() { awk -v set="$1" -v n="$2" '$2 == set { print $n }' "$here/forecast.sets"; }
fetch() {
	curl --fail --silent --show-error --location --retry 3 --output "$series/$1.part" "$2" || : >"$series/$1.part"
}
keep() { # SET, from the standard input
	cat >"$series/$1.csv"
	if [ "$(sha256sum <"$series/$1.csv" | cut -d' ' -f1)" = "$(field "$1" 1)" ]; then
		gzip --force --no-name "$series/$1.csv"
	else
		rm "$series/$1.csv"
		echo "$1: its public files are out of reach, or not those that it was made of: left out" >&2
	fi
}

# Rows of the series' names, then of their values, from files with one column for
# each; ROWS FILE PREFIX [FILE PREFIX]: a series is a prefix and a column's name.
columns() {
	set=$1 rows=$2
	shift 2
	awk -F, -v ids="$(field "$set" 3)" -v rows="$rows" -v prefixes="$2,${4:-}" '
		BEGIN { n = split(ids, id, ","); split(prefixes, prefix, ",") }
		{ gsub(/["\r]/, "") }
		FNR == 1 { file++; for (i = 1; i <= NF; i++) column[file, prefix[file] $i] = i; next }
		FNR <= rows + 1 { for (i = 1; i <= n; i++) if ((file, id[i]) in column) value[FNR, i] = sprintf("%.6g", $column[file, id[i]]) }
		END {
			print ids
			for (r = 2; r <= rows + 1; r++) { for (i = 1; i <= n; i++) printf "%s%s", value[r, i], i < n ? "," : "\n" }
		}' "$1" ${3:+"$3"} | keep "$set"
}

m4=https://raw.githubusercontent.com/Mcompetitions/M4-methods/6c1067e5a571/Dataset
ett=https://raw.githubusercontent.com/zhouhaoyi/ETDataset/1d16c8f4f943/ETT-small
speed=https://raw.githubusercontent.com/lehaifeng/T-GCN/219a2346f5bf/data
echo "downloading half of M4 Hourly, transformer loads (ETT) and road speeds (T-GCN) to $series" >&2
fetch train "$m4/Train/Hourly-train.csv"
fetch test "$m4/Test/Hourly-test.csv"
awk -F, -v ids="$(field m4_hourly 3)" '
	function values(   i, s) { for (i = 2; i <= NF && $i != ""; i++) s = s (i > 2 ? " " : "") $i; return s }
	{ gsub(/["\r]/, "") }
	FNR == 1 { file++; next }
	{ of[$1, file] = values() }
	END {
		print "id,split,values"
		n = split(ids, id, ",")
		for (i = 1; i <= n; i++) { print id[i] ",train," of[id[i], 1]; print id[i] ",test," of[id[i], 2] }
	}' "$series/train.part" "$series/test.part" | keep m4_hourly
fetch ETTh1 "$ett/ETTh1.csv"
fetch ETTh2 "$ett/ETTh2.csv"
columns ett_h 4032 "$series/ETTh1.part" ETTh1_ "$series/ETTh2.part" ETTh2_
fetch speed "$speed/los_speed.csv"
columns la_speed_5m 2016 "$series/speed.part" ""
tr -d '\r' <"$cache/nab/data/realKnownCause/nyc_taxi.csv" | awk -F, 'NR == 1 { print "nyc_taxi"; next } { print $2 }' | keep taxi_30m
rm -f "$series"/*.part
cat >"$series/manifest.json" <<'EOF'
{
 "m4_hourly": {"step_s": 3600, "seasons": [24, 168], "horizon": 48},
 "ett_h": {"step_s": 3600, "seasons": [24, 168], "horizon": 48},
 "la_speed_5m": {"step_s": 300, "seasons": [288], "horizon": 72},
 "taxi_30m": {"step_s": 1800, "seasons": [48, 336], "horizon": 96}
}
EOF

echo "of the other series to forecast (cloud, electricity, traffic), sampled and put on one time axis for this project, there is no public copy: their rows are missing in the tables" >&2
echo "the other labelled metrics (anomaly/, kinds/) were cut and made for this project and have no public home in this form: their tables are skipped without them" >&2
echo "the labelled concepts of error messages (errors/concepts_spark_tidb.tsv) were made by hand and have no public home: the meaning table is skipped without them" >&2
echo "$cache"
