// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package series // import "github.com/otelcol-aiops/otelcol-aiops/internal/series"

import "time"

// maxAhead is how far a point's clock may run ahead of ours, in ns.
const maxAhead = int64(10 * time.Minute)

// minTime is before any telemetry, in ns since 1970.
var minTime = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()

// Plausible is true for an event time that a clock can show, seen from now: not
// zero, not of 1970, not of next year. Both are in ns since 1970.
func Plausible(at, now int64) bool { return at >= minTime && at <= now+maxAhead }
