// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package linetest makes up log lines for tests.
package linetest // import "github.com/otelcol-aiops/otelcol-aiops/internal/linetest"

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Line is a line of operations: of templates that come again with other values,
// names and wordings, and now and then a new one.
func Line(r *rand.Rand) string {
	if r.IntN(20) == 0 {
		return fmt.Sprintf("rare event %s of %s saw %s", Word(r), Word(r), Word(r))
	}
	pick := func(words string) string {
		all := strings.Fields(words)
		return all[r.IntN(len(all))]
	}
	name := func() string { return pick("alice bob carol dave erin frank grace heidi ivan judy mallory") }
	table := func() string { return pick("orders users invoices carts refunds payments shipments") }
	switch r.IntN(12) {
	case 0:
		return "Table not found: " + table()
	case 1:
		return table() + ": no such table exists"
	case 2:
		return "Column not found: " + pick("price qty email sku")
	case 3:
		return fmt.Sprintf("Failed password for %s from 10.0.%d.%d port %d ssh2", name(), r.IntN(255), r.IntN(255), r.IntN(65536))
	case 4:
		return fmt.Sprintf("session opened for user %s by (uid=%d)", name(), r.IntN(1000))
	case 5:
		return fmt.Sprintf("Connection to db-%02d timed out after %d ms", r.IntN(20), r.IntN(9999))
	case 6:
		return fmt.Sprintf("request to db-%02d: deadline exceeded (%ds)", r.IntN(20), r.IntN(60))
	case 7:
		return fmt.Sprintf("GET /api/v1/%s/%d 200 %dms", table(), r.IntN(1e6), r.IntN(900))
	case 8:
		return fmt.Sprintf("disk /dev/sd%c is full", 'a'+rune(r.IntN(4)))
	case 9:
		return fmt.Sprintf("no space left on device /dev/sd%c", 'a'+rune(r.IntN(4)))
	case 10:
		return pick("worker scheduler reaper indexer") + " " + pick("started stopped paused crashed") + " " + pick("cleanly badly twice")
	}
	return fmt.Sprintf("cache %s evicted %d entries in %d us", pick("l1 l2 sessions pages"), r.IntN(1e5), r.IntN(1e4))
}

// Word is a word that no dictionary has.
func Word(r *rand.Rand) string {
	var b strings.Builder
	for range 3 + r.IntN(4) {
		b.WriteByte("bcdfghklmnprstvz"[r.IntN(16)])
		b.WriteByte("aeiou"[r.IntN(5)])
	}
	return b.String()
}
