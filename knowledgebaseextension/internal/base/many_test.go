// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package base

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// follower is a processor that remembers which shapes it was given, and what it leads.
type follower struct {
	quiet
	mu         sync.Mutex
	seen       map[knowledge.ID]bool
	leads      map[string]bool
	partitions []string
}

func (f *follower) Apply(_ string, rows knowledge.Rows, _ bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range rows.Shapes {
		f.seen[rows.Shapes[i].Hash] = true
	}
	return true
}

func (f *follower) Lead(partition string, leads bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.leads[partition] = leads
}

func (f *follower) Partitions() []string { return f.partitions }

func (f *follower) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.seen)
}

// member is a collector.
type member struct {
	*follower
	base    *Base
	session *session
}

func join(t testing.TB, dsn string, partitions ...string) *member {
	m := &member{
		follower: &follower{seen: map[knowledge.ID]bool{}, leads: map[string]bool{}, partitions: partitions},
		base:     New(Options{Store: store.Options{DSN: dsn}, Samples: 3, SampleBytes: 100}, quiet{}),
	}
	m.base.Start()
	m.session = m.base.Join(m).(*session)
	t.Cleanup(func() {
		m.session.Leave()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(t, m.base.Shutdown(ctx))
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for m.session.Loaded(ctx) != nil && ctx.Err() == nil { // it says when an attempt fails
	}
	require.NoError(t, ctx.Err())
	return m
}

// pass is what a collector has learnt of a hundred services: templates of which it saw
// lines. Without structure they are known.
func pass(who, round, partitions, templates int, structure bool) []knowledge.Change {
	changes := make([]knowledge.Change, partitions)
	for p := range changes {
		changes[p].Partition = fmt.Sprintf("service-%d", p)
		rows := &changes[p].Rows
		for i := range templates {
			id := knowledge.ID(0x9e3779b97f4a7c15 * uint64(1+((who*100+round)*partitions+p)*1000+i))
			text := fmt.Sprintf("disk <path> of user %x is full since <time>", uint64(id))
			shape := knowledge.Shape{Hash: id, Seq: uint64(i + 1), Template: id, Birth: int64(round + 1), LastSeen: time.Now().UnixNano(), Count: 3, Saved: !structure}
			if structure {
				shape.Masked, shape.Founded = "\x01"+text, true
				rows.Templates = append(rows.Templates, knowledge.Template{ID: id, Cluster: id, Text: text, Birth: 1, Represents: true})
				rows.Clusters = append(rows.Clusters, knowledge.Cluster{ID: id, Birth: 1, Keywords: []string{"disk", "full"}})
			}
			rows.Shapes = append(rows.Shapes, shape)
		}
	}
	return changes
}

// Eight collectors on a server that is 2 ms away, a hundred services each: a save is one transaction of a few round trips, and waits for
// nobody; what one has learnt, all others have soon.
func TestManyCollectors(t *testing.T) {
	const collectors, partitions = 8, 100
	templates := 20
	if os.Getenv("MANY") != "" { // minutes, most of them for the tables
		templates = 200
	}
	server := pgtest.Start(t)
	far := pgtest.NewFar(t, server, 2*time.Millisecond)
	dsn := far.DSN(server.Database(t))
	members := make([]*member, collectors)
	for i := range members {
		members[i] = join(t, dsn)
	}
	var waits atomic.Int64
	stop := make(chan struct{})
	var watch sync.WaitGroup
	watch.Add(1)
	go func() {
		defer watch.Done()
		for {
			select {
			case <-stop:
				return
			case <-time.After(200 * time.Millisecond):
			}
			n := server.SQL(t, "test1", "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND wait_event IN ('transactionid', 'tuple') AND query LIKE '%INSERT INTO events%' AND state = 'active' AND query NOT LIKE '%pg_stat_activity%'")
			if n != "0" {
				waits.Add(1)
			}
		}
	}()
	// What all know; then each pass has more lines of it, and one new template a service.
	save := func(m *member, changes []knowledge.Change) time.Duration {
		began := time.Now()
		_, err := m.session.Save(t.Context(), changes)
		require.NoError(t, err)
		return time.Since(began)
	}
	all := func(f func(i int, m *member) time.Duration) []time.Duration {
		took := make([]time.Duration, collectors)
		var wait sync.WaitGroup
		for i, m := range members {
			wait.Add(1)
			go func() {
				defer wait.Done()
				took[i] = f(i, m)
			}()
		}
		wait.Wait()
		slices.Sort(took)
		return took
	}
	first := all(func(i int, m *member) time.Duration { return save(m, pass(i, 0, partitions, templates, true)) })
	t.Logf("first passes of %d new templates each: median %v, most %v", partitions*templates, first[collectors/2], first[collectors-1])
	for _, m := range members {
		require.Eventually(t, func() bool { return m.count() >= (collectors-1)*partitions*templates }, 2*time.Minute, 50*time.Millisecond)
	}
	var later []time.Duration
	for round := 1; round <= 3; round++ {
		later = append(later, all(func(i int, m *member) time.Duration {
			changes := pass(i, 0, partitions, templates, false)
			for p, c := range pass(i, round, partitions, 1, true) {
				changes[p].Rows.Templates, changes[p].Rows.Clusters = c.Rows.Templates, c.Rows.Clusters
				changes[p].Rows.Shapes = append(changes[p].Rows.Shapes, c.Rows.Shapes...)
			}
			return save(m, changes)
		})...)
		began := time.Now()
		want := (collectors - 1) * partitions * (templates + round)
		for _, m := range members {
			require.Eventually(t, func() bool { return m.count() >= want }, time.Minute, 20*time.Millisecond)
		}
		t.Logf("round %d: followers have it after %v", round, time.Since(began))
	}
	slices.Sort(later)
	t.Logf("later passes of %d rows each: median %v, most %v", partitions*(templates+1), later[len(later)/2], later[len(later)-1])
	close(stop)
	watch.Wait()
	require.Zero(t, waits.Load(), "a save waited for a lock")

	began := time.Now()
	require.Eventually(t, func() bool { return server.SQL(t, "test1", "SELECT count(*) FROM events WHERE NOT folded") == "0" }, 5*time.Minute, 200*time.Millisecond)
	t.Logf("all is in the tables %v later", time.Since(began))
	require.Equal(t, fmt.Sprint(collectors*partitions*(templates+3)), server.SQL(t, "test1", "SELECT count(*) FROM templates"))
	require.Equal(t, fmt.Sprint(3*collectors*partitions*(templates*4+3)), server.SQL(t, "test1", "SELECT sum(count) FROM clusters"))
	require.Equal(t, fmt.Sprint(collectors*4), server.SQL(t, "test1", "SELECT count(DISTINCT xid) FROM events WHERE writer <> ''"), "one transaction a pass")
}

// BenchmarkSave is the second of collectors on a server that is 2 ms away: more lines of
// twenty templates of a hundred services each, and one new template a service.
func BenchmarkSave(b *testing.B) {
	for _, collectors := range []int{1, 4, 8} {
		b.Run(fmt.Sprint(collectors), func(b *testing.B) {
			const partitions = 100
			server := pgtest.Start(b)
			dsn := pgtest.NewFar(b, server, 2*time.Millisecond).DSN(server.Database(b))
			members := make([]*member, collectors)
			for i := range members {
				members[i] = join(b, dsn)
			}
			var saving, following time.Duration
			for round := 0; b.Loop(); round++ {
				began := time.Now()
				var wait sync.WaitGroup
				for i, m := range members {
					changes := pass(i, round+1, partitions, 1, true)
					for p, c := range pass(i, 0, partitions, 20, round == 0) {
						changes[p].Rows.Shapes = append(changes[p].Rows.Shapes, c.Rows.Shapes...)
						changes[p].Rows.Templates = append(changes[p].Rows.Templates, c.Rows.Templates...)
					}
					wait.Add(1)
					go func() {
						defer wait.Done()
						_, err := m.session.Save(b.Context(), changes)
						require.NoError(b, err) //nolint:testifylint // what it finds fails the benchmark all the same
					}()
				}
				wait.Wait()
				saving += time.Since(began)
				want := (collectors - 1) * partitions * (21 + round)
				for _, m := range members {
					require.Eventually(b, func() bool { return m.count() >= want }, time.Minute, 5*time.Millisecond)
				}
				following += time.Since(began)
			}
			b.ReportMetric(float64(b.N*collectors*partitions)/saving.Seconds(), "partitions/s")
			b.ReportMetric(float64(following.Milliseconds())/float64(b.N), "ms-to-followers")
		})
	}
}

// A save costs as few round trips as there can be, whatever it has of partitions.
func TestASaveIsOneRoundTrip(t *testing.T) {
	server := pgtest.Start(t)
	dsn := server.Database(t)
	far := pgtest.NewFar(t, server, 0)
	s, err := store.Open(t.Context(), store.Options{DSN: far.DSN(dsn)})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	for i, partitions := range []int{1, 100, 100} {
		before := far.Trips.Load()
		_, err := s.Save(t.Context(), store.Writer{ID: "w", Number: int64(i + 1)}, pass(i, 0, partitions, 20, true), 3)
		require.NoError(t, err)
		t.Logf("%d partitions: %d round trips", partitions, far.Trips.Load()-before)
		if i > 0 { // the first also prepares the statement
			require.LessOrEqual(t, far.Trips.Load()-before, int64(2))
		}
	}
}

// Who sits in a transaction, and who freezes while folding, stops nobody: others save
// and follow all the while, people's changes wait for seconds at most.
func TestAFrozenWriterStopsNobody(t *testing.T) {
	server := pgtest.Start(t)
	dsn := server.Database(t)
	a, b := join(t, dsn), join(t, dsn)
	_, err := a.session.Save(t.Context(), pass(0, 0, 1, 1, true))
	require.NoError(t, err)
	n := 0
	for who, query := range map[string]string{
		"psql with the revision":     "UPDATE revision SET n = n",
		"a collector that folds":     "SELECT pg_advisory_xact_lock(1868653935, current_schema()::regnamespace::oid::int); UPDATE revision SET n = n + 1; UPDATE partitions SET rev = rev",
		"psql that wrote a solution": "INSERT INTO solutions (cluster, text) VALUES ('00000000000000ee', 'Wait.') ON CONFLICT (cluster) DO UPDATE SET text = excluded.text || '.'",
	} {
		t.Run(who, func(t *testing.T) {
			frozen := server.Hold(t, "test1", query)
			defer frozen.Release()
			n++
			_, err := a.session.Save(t.Context(), pass(n, 0, 3, 2, true))
			require.NoError(t, err)
			require.Eventually(t, func() bool { return b.count() == 1+6*n }, 30*time.Second, 20*time.Millisecond, "it does not follow")
			require.True(t, frozen.Holds(), "it was let go before: this shows nothing")
		})
	}
}

// A service's name of any length is a partition like others, and takes the lead of no
// other away.
func TestALongNameTakesNoLeadAway(t *testing.T) {
	server := pgtest.Start(t)
	// Random, since PostgreSQL compresses what repeats.
	long := strings.Builder{}
	for i := range 400 {
		fmt.Fprintf(&long, "%016x", 0x9e3779b97f4a7c15*uint64(i+1))
	}
	name := string(knowledge.PartitionName([]byte(long.String())))
	for _, names := range [][]string{{"shop", name}, {"shop", long.String()}} {
		m := join(t, server.Database(t), names...)
		require.Eventually(t, func() bool {
			m.mu.Lock()
			defer m.mu.Unlock()
			return m.leads["shop"]
		}, 30*time.Second, 20*time.Millisecond)
		_, err := m.session.Save(t.Context(), []knowledge.Change{{Partition: names[1], Rows: rows(1)}})
		require.NoError(t, err)
	}
}
