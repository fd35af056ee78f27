// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledge

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"syscall"
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
		}, time.Minute, 50*time.Millisecond)
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

// A collector that is frozen, the leader among them, holds up nobody: the other saves
// on and leads. Thawed, it goes on with the same IDs.
func TestFrozenCollector(t *testing.T) {
	server := pgtest.Start(t)
	base := fmt.Sprintf("dsn: %q", server.Database(t))
	frozen, other := startCollector(t, base), startCollector(t, base)
	r := rand.New(rand.NewPCG(1, 3))
	sent := madeLines(r, 200, time.Now().Add(-10*time.Second))
	frozen.send(t, sent) // the first to have the partition leads it
	holder := func() string {
		return server.SQL(t, "test1", "SELECT COALESCE((SELECT holder FROM leases WHERE name = 'shop' AND until > now_ms()), '')")
	}
	require.Eventually(t, func() bool { return holder() != "" }, time.Minute, 100*time.Millisecond)
	first := holder()
	other.send(t, sent)

	frozen.Signal(t, syscall.SIGSTOP)
	until := time.Now().Add(freezing(t))
	for time.Now().Before(until) || holder() == first || holder() == "" {
		require.True(t, time.Now().Before(until.Add(time.Minute)), "nobody else leads")
		more := madeLines(r, 10, time.Now())
		other.send(t, more)
		sent = append(sent, more...)
		time.Sleep(200 * time.Millisecond) // a calm stream
	}
	probe := "the freezer of " + server.URL("test1") + " is cold"
	id := other.identities(t, []line{{time.Now(), probe}})[probe].cluster
	require.Eventually(t, func() bool {
		return server.SQL(t, "test1", fmt.Sprintf("SELECT count(*) FROM clusters WHERE id = '%s'", id)) == "1"
	}, time.Minute, 100*time.Millisecond, "what the other learnt is not saved")

	frozen.Signal(t, syscall.SIGCONT)
	require.Eventually(t, func() bool {
		once := distinct(sent, time.Now())
		return maps.Equal(frozen.identities(t, once), other.identities(t, once))
	}, time.Minute, 500*time.Millisecond, "they disagree")
	frozen.Stop(t)
	other.Stop(t)
}

// freezing is how long a collector is frozen: longer than a lease, and with FREEZE=60s
// longer than all that waits.
func freezing(t *testing.T) time.Duration {
	text := cmp.Or(os.Getenv("FREEZE"), "7s")
	d, err := time.ParseDuration(text)
	require.NoError(t, err)
	return d
}
