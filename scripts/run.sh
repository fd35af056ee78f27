#!/usr/bin/env bash
# Copyright The otelcol-aiops Authors
# SPDX-License-Identifier: Apache-2.0
#
# Starts the distribution on this machine's logs and metrics, says what it
# reads and where the results are, and shows the first clusters.
# LOGS names a directory to read as well; RUN_DIR is where results and state go.
# Arguments are handed on to the collector.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { echo "run: $*" >&2; exit 1; }

export RUN_DIR=${RUN_DIR:-run}
mkdir -p "$RUN_DIR"
log=$RUN_DIR/collector.log
results=$RUN_DIR/logs.jsonl

configs=(--config config/quickstart.yaml)
journal="none here, or journalctl cannot read it"
if [ -n "$(journalctl --lines=1 --quiet --output=cat 2>/dev/null)" ]; then
  configs+=(--config config/quickstart-journald.yaml)
  journal="with journalctl"
fi
if [ -n "${LOGS:-}" ]; then
  [ -d "$LOGS" ] || die "LOGS=$LOGS is not a directory"
  LOGS=$(realpath "$LOGS")
  export LOGS
else
  unset LOGS
fi

width=160
[ ! -t 1 ] || width=$(tput cols)

: >"$log"
echo "run: starting the collector, its own log is $log"
distribution/otelcol-aiops "${configs[@]}" "$@" >>"$log" 2>&1 &
collector=$!
# A signal goes to the collector, which then has the time that it needs.
trap 'kill -TERM "$collector" 2>/dev/null' INT TERM

running() { kill -0 "$collector" 2>/dev/null; }

# Waits until the collector's log has the text, at most 30 s.
wait_for_log() {
  for _ in $(seq 300); do
    grep -q "$1" "$log" && return
    running || break
    sleep 0.1
  done
  echo "run: the collector did not start; the end of $log:" >&2
  tail -n 5 "$log" >&2
  kill -TERM "$collector" 2>/dev/null
  exit 1
}

# Waits until the results stop growing for 2 s, at most 20 s.
wait_for_results() {
  local size=-1 now still=0
  for _ in $(seq 20); do
    now=$(stat -c %s "$results" 2>/dev/null || echo 0)
    if [ "$now" = "$size" ] && [ "$now" != 0 ]; then still=$((still + 1)); else still=0; fi
    [ $still -ge 2 ] && return
    running || return
    size=$now
    sleep 1
  done
}

wait_for_log 'Everything is ready'
wait_for_results
running || { wait "$collector"; exit; }

# The files that it holds open: what is read, not what should be.
files=$(find "/proc/$collector/fd" -lname "${VAR_LOG:-/var/log}/*" -printf '%l\n' -o \
  -lname "${LOGS:-/nonexistent}/*" -printf '%l\n' | sort -u)
denied=$(sed -n 's/.*open \(.*\): permission denied.*/\1/p' "$log" | sort -u | tr '\n' ' ')
echo
echo "reads    $(grep -c . <<<"$files") files:"
sed -e 's/^/           /' -e '20q' <<<"$files"
[ "$(wc -l <<<"$files")" -le 20 ] || echo "           and more"
[ -z "$denied" ] || echo "         not these, permission denied (sudo or group adm): $denied"
echo "         journal: $journal"
echo "         OTLP: localhost:4317 (gRPC), localhost:4318 (HTTP)"
echo "         host metrics, every 5 s"
echo "results  $results (OTLP JSON); incidents, if any: $RUN_DIR/incidents.jsonl"
echo
if [ -s "$results" ]; then
  go run ./cmd/logtop -n 12 -width "$width" "$results" || true
else
  echo "no log records yet"
fi
echo
echo "'make top' shows the table again, Ctrl-C stops."
echo "what it learnt, and what to do about it: http://localhost:8890"
echo "metrics: http://localhost:8889/metrics   inside the collector: http://localhost:55679/debug/pipelinez"

wait "$collector" || true
# The first wait ends with the signal, the second with the collector.
wait "$collector"
