// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledge

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"
)

// Two collectors on one database see the same lines at the same moment: the same
// IDs, through kills of either and of the server.
func TestTwoCollectors(t *testing.T) {
	server := pgtest.Start(t)
	base := fmt.Sprintf("dsn: %q", server.Database(t))
	a, b := startCollector(t, base), startCollector(t, base)
	r := rand.New(rand.NewPCG(1, 1))
	now := time.Now().Add(-30 * time.Second)
	var sent []line
	both := func(lines []line) {
		sent = append(sent, lines...)
		var wait sync.WaitGroup
		for _, c := range []*collector{a, b} {
			wait.Add(1)
			go func() {
				defer wait.Done()
				c.send(t, lines) //nolint:testifylint // what it finds fails the test all the same
			}()
		}
		wait.Wait()
	}
	// Different orders of the same lines: each sees other wordings first.
	agree := func() {
		t.Helper()
		require.Eventually(t, func() bool {
			once := distinct(sent, time.Now())
			x, y := a.identities(t, once), b.identities(t, once)
			for body := range x {
				if x[body] != y[body] {
					return false
				}
			}
			return true
		}, 30*time.Second, 500*time.Millisecond, "they disagree")
	}
	holder := func() string {
		return server.SQL(t, "test1", "SELECT holder FROM leases WHERE name = 'shop' AND until > now_ms()")
	}

	both(madeLines(r, 300, now))
	agree()
	require.Eventually(t, func() bool { return holder() != "" }, 10*time.Second, 100*time.Millisecond)

	// Each sees what the other does not.
	onlyA, onlyB := madeLines(r, 200, now), madeLines(r, 200, now)
	a.send(t, onlyA)
	b.send(t, onlyB)
	sent = append(append(sent, onlyA...), onlyB...)
	agree()

	// A solution for what only the database can tell the other.
	cluster := a.identities(t, []line{{time.Now(), onlyA[0].body}})[onlyA[0].body].cluster
	server.SQL(t, "test1", fmt.Sprintf("INSERT INTO solutions (cluster, text) VALUES ('%s', 'Ask ann.')", cluster))
	for _, c := range []*collector{a, b} {
		require.Eventually(t, func() bool {
			return c.send(t, []line{{time.Now(), onlyA[0].body}})[0]["log.cluster.solution"] == "Ask ann."
		}, 5*time.Second, 50*time.Millisecond)
	}

	// The leader dies, and is replaced within seconds; both are killed in turn, so
	// one of them was it.
	for _, victim := range []**collector{&a, &b} {
		before := holder()
		(*victim).Kill()
		killed := time.Now()
		require.Eventually(t, func() bool { return holder() != "" && (holder() != before || time.Since(killed) > 7*time.Second) },
			15*time.Second, 100*time.Millisecond, "nobody leads")
		(*victim).start(t)
		both(madeLines(r, 100, time.Now()))
		agree()
	}

	// The server dies and comes back; what was learnt meanwhile is there.
	for _, c := range []*collector{a, b} {
		c.waitForHealth(t, http.StatusOK)
	}
	server.Kill(t)
	both(madeLines(r, 100, time.Now()))
	for _, c := range []*collector{a, b} {
		c.waitForHealth(t, http.StatusInternalServerError)
	}
	both(madeLines(r, 100, time.Now()))
	server.Run(t)
	agree()
	for _, c := range []*collector{a, b} {
		c.waitForHealth(t, http.StatusOK)
	}
	require.Eventually(t, func() bool { return holder() != "" }, 15*time.Second, 100*time.Millisecond)
	require.NotEqual(t, "0", server.SQL(t, "test1", "SELECT count(*) FROM clusters"))
	a.Stop(t)
	b.Stop(t)
}
