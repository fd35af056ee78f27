// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componentstatus"

	"github.com/otelcol-aiops/otelcol-aiops/internal/linetest"
	"github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/base"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Stop after any record, start again, and nobody can tell.
func TestRestartKeepsEverything(t *testing.T) {
	onBoth(t, func(t *testing.T, where func(*Config)) {
		lines := stream(1, 3000)
		whole := start(t, onSQLite(t))
		want := whole.sendAll(t, lines)
		whole.stop(t)

		r := rand.New(rand.NewPCG(7, 7))
		var got []map[string]any
		for rest := lines; len(rest) > 0; {
			n := min(300+r.IntN(700), len(rest))
			c := start(t, where)
			got = append(got, c.sendAll(t, rest[:n])...)
			c.stop(t)
			rest = rest[n:]
		}
		for i := range want {
			require.Equal(t, want[i], got[i], "line %d: %s", i, lines[i].body)
		}

		c := start(t, where)
		defer c.stop(t)
		require.Equal(t, componentstatus.StatusNone, c.host.status(), "nothing to complain of")
		totals, err := c.open(t).Totals(t.Context())
		require.NoError(t, err)
		require.Equal(t, int64(len(lines)), totals.Records)
		records := int64(0)
		page, err := c.open(t).Clusters(t.Context(), store.Query{Limit: 1000})
		require.NoError(t, err)
		for _, cluster := range page.Clusters {
			records += cluster.Count
		}
		require.Equal(t, int64(len(lines)), records)
	})
}

// A solution that anybody writes, in any way, is on the next records of every
// collector.
func TestSolutionsReachEveryCollector(t *testing.T) {
	server := pgtest.Start(t)
	dsn := server.Database(t)
	a, b := start(t, onPostgres(dsn)), start(t, onPostgres(dsn))
	defer a.stop(t)
	defer b.stop(t)
	const body = "disk /dev/sda is full"
	cluster := a.attribute(t, body, "log.cluster.id")
	require.Equal(t, cluster, b.attribute(t, body, "log.cluster.id"))
	a.detail(t, cluster, 2)
	carries := func(want any) {
		t.Helper()
		for _, c := range []*collector{a, b} {
			require.Eventually(t, func() bool { return c.attribute(t, body, "log.cluster.solution") == want },
				time.Minute, 10*time.Millisecond)
		}
	}
	server.SQL(t, "test1", fmt.Sprintf("INSERT INTO solutions (cluster, text) VALUES ('%s', 'Delete old files.')", cluster))
	carries("Delete old files.")
	server.SQL(t, "test1", fmt.Sprintf("UPDATE solutions SET text = 'Buy a disk.' WHERE cluster = '%s'", cluster))
	carries("Buy a disk.")
	_, err := b.open(t).SetSolution(t.Context(), store.Edit{Cluster: cluster.(string), Text: "Wait.", Author: "ann"})
	require.NoError(t, err)
	carries("Wait.")
	server.SQL(t, "test1", "DELETE FROM solutions")
	carries(nil)
	require.Equal(t, "postgres|Delete old files.\npostgres|Buy a disk.\nann|Wait.\npostgres|",
		server.SQL(t, "test1", "SELECT author, text FROM history ORDER BY rev"))
}

func TestSolutionReachesSQLite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kb.db")
	c := start(t, func(c *Config) { c.File = file })
	defer c.stop(t)
	cluster := c.attribute(t, "disk full", "log.cluster.id")
	c.detail(t, cluster, 1)
	other, err := store.Open(t.Context(), store.Options{File: file})
	require.NoError(t, err)
	defer other.Close()
	_, err = other.SetSolution(t.Context(), store.Edit{Cluster: cluster.(string), Text: "Delete."})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return c.attribute(t, "disk full", "log.cluster.solution") == "Delete." }, time.Minute, 10*time.Millisecond)
}

// A person's split and merge reach the flow, and hold whatever comes.
func TestPeopleDecide(t *testing.T) {
	onBoth(t, func(t *testing.T, where func(*Config)) {
		c := start(t, where)
		defer func() { c.stop(t) }()
		second := time.Duration(0)
		bodies := []string{"cannot open the door", "Unable to open door", "engine stopped"}
		ids := func() (found [3]any) {
			second += time.Second
			lines := make([]line, len(bodies))
			for i, body := range bodies {
				lines[i] = line{second, body}
			}
			for i, attrs := range c.send(t, lines...) {
				found[i] = attrs["log.cluster.id"]
			}
			return found
		}
		eventually := func(want [3]any) {
			t.Helper()
			require.Eventually(t, func() bool { return ids() == want }, 20*time.Second, 10*time.Millisecond)
		}
		first := ids()
		door, engine := first[0], first[2]
		require.Equal(t, [3]any{door, door, engine}, first)
		require.NotEqual(t, door, engine)

		var template string
		require.Eventually(t, func() bool {
			d, err := c.open(t).Cluster(t.Context(), door.(string))
			if err != nil || len(d.TemplateList) != 2 {
				return false
			}
			for _, found := range d.TemplateList {
				if found.Text == bodies[1] {
					template = found.ID
				}
			}
			return template != ""
		}, 10*time.Second, 20*time.Millisecond)
		own, err := c.open(t).Split(t.Context(), template, "ann")
		require.NoError(t, err)
		eventually([3]any{door, own, engine})
		for range 100 { // ten windows
			require.Equal(t, [3]any{door, own, engine}, ids())
		}
		c.stop(t)
		c = start(t, where)
		for range 50 {
			require.Equal(t, [3]any{door, own, engine}, ids())
		}

		_, err = c.open(t).Merge(t.Context(), door.(string), own, "ann")
		require.NoError(t, err)
		eventually([3]any{door, door, engine})
		_, err = c.open(t).Merge(t.Context(), door.(string), engine.(string), "ann")
		require.NoError(t, err)
		eventually([3]any{door, door, door})
		// It is a rule about statements: another wording goes there, too.
		bodies = append(bodies[:2:2], "the engine was stopped")
		require.Equal(t, [3]any{door, door, door}, ids())
	})
}

// A labelled cluster that was evicted from memory is in the store, and comes back
// with its lines.
func TestLabelledClusterComesBack(t *testing.T) {
	onBoth(t, func(t *testing.T, where func(*Config)) {
		c := start(t, where, func(cfg *logclusterprocessor.Config) { cfg.Limits.Templates = 100 })
		defer c.stop(t)
		first := c.send(t, linesOf("session opened for group ann", "session opened for group bob", "session opened for group cy",
			"session opened for group dan", "session opened for group eve", "session opened for group fay", "session opened for group gus")...)
		last := first[len(first)-1]
		d := c.detail(t, last["log.cluster.id"], 7)
		for _, attrs := range []map[string]any{first[0], last} { // what the template was, and what it is
			require.Equal(t, d.ID, c.detail(t, attrs["log.template.id"], 7).ID)
		}
		_, err := c.open(t).SetSolution(t.Context(), store.Edit{Cluster: d.ID, Text: "Say hello."})
		require.NoError(t, err)
		require.Eventually(t, func() bool { return c.attribute(t, "session opened for group gus", "log.cluster.solution") != nil }, time.Minute, 10*time.Millisecond)

		r := rand.New(rand.NewPCG(1, 1))
		for i := range 60 {
			lines := make([]line, 100)
			for j := 0; j < len(lines); j += 2 { // seen twice: not on probation
				lines[j] = line{time.Duration(i) * time.Second, strings.Join([]string{linetest.Word(r), linetest.Word(r), linetest.Word(r), linetest.Word(r), linetest.Word(r), linetest.Word(r), linetest.Word(r)}, " ")}
				lines[j+1] = lines[j]
			}
			c.send(t, lines...)
		}
		matches, err := c.Match(knowledge.Query{Text: "session opened for group gus"})
		require.NoError(t, err)
		require.Empty(t, matches, "the test did not evict it")
		var again map[string]any
		require.Eventually(t, func() bool {
			again = c.send(t, line{time.Hour, "session opened for group gus"})[0]
			return again["log.cluster.solution"] == "Say hello."
		}, time.Minute, 10*time.Millisecond)
		require.Equal(t, d.ID, again["log.cluster.id"])
		require.Equal(t, last["log.template.id"], again["log.template.id"])
	})
}

// What retention took from the store while a collector still knew it comes back
// with the next line, and with all the lines that the collector has seen.
func TestForgottenTemplateComesBack(t *testing.T) {
	onBoth(t, func(t *testing.T, where func(*Config)) {
		c := start(t, where)
		defer c.stop(t)
		cluster := c.attribute(t, "disk /dev/sda is full", "log.cluster.id")
		before := c.detail(t, cluster, 1)
		removed, err := c.open(t).Retain(t.Context(), store.Retention{Unseen: time.Hour}, time.Now().Add(2*time.Hour))
		require.NoError(t, err)
		require.Equal(t, int64(1), removed.Templates)
		_, err = c.open(t).Cluster(t.Context(), before.ID)
		require.ErrorIs(t, err, store.ErrNotFound)

		require.Equal(t, cluster, c.attribute(t, "disk /dev/sdb is full", "log.cluster.id"))
		after := c.detail(t, cluster, 2)
		require.Equal(t, before.Keywords, after.Keywords)
		require.Equal(t, before.TemplateList[0].Text, after.TemplateList[0].Text)
	})
}

func TestMatch(t *testing.T) {
	c := start(t, onSQLite(t))
	sent := c.send(t, linesOf("session opened for group ann", "session opened for group bob", "session opened for group cy",
		"session opened for group dan", "session opened for group eve", "session opened for group fay", "session opened for group gus",
		"disk /dev/sda is full")...)
	match := func(q knowledge.Query) []knowledge.Match {
		matches, err := c.Match(q)
		require.NoError(t, err)
		return matches
	}
	known := match(knowledge.Query{Text: "disk /dev/sdq is full"})
	require.Len(t, known, 1)
	require.Equal(t, knowledge.Match{
		Partition: "shop", Line: "disk /dev/sdq is full", Text: "disk <path> is full",
		Template: idOf(t, sent[7]["log.template.id"]), TemplateText: "disk <path> is full",
		Cluster: idOf(t, sent[7]["log.cluster.id"]), Keywords: known[0].Keywords, Confidence: 1, How: knowledge.Known,
	}, known[0])
	covered := match(knowledge.Query{Text: "session opened for group zoe"})
	require.Equal(t, knowledge.Covered, covered[0].How)
	require.Equal(t, "session opened for group <*>", covered[0].TemplateText)
	near := match(knowledge.Query{Text: "the disk of ours is full again"})
	require.Equal(t, knowledge.Near, near[0].How)
	require.Equal(t, known[0].Cluster, near[0].Cluster)
	require.LessOrEqual(t, near[0].Confidence, knowledge.CoveredConfidence)
	require.Positive(t, near[0].Confidence)
	require.Empty(t, match(knowledge.Query{Text: "nothing of the kind"}))
	shop, desk := "shop", "desk"
	require.Len(t, match(knowledge.Query{Text: "disk /dev/sdq is full", Partition: &shop}), 1)
	unknown := match(knowledge.Query{Text: "disk /dev/sdq is full", Partition: &desk})
	require.Len(t, unknown, 1, "of a service of which nothing is known, others are asked")
	require.False(t, unknown[0].Elsewhere)
	require.Len(t, match(knowledge.Query{Text: "disk /dev/sdq is full", Resource: map[string]string{"service.name": "shop"}}), 1)

	message := match(knowledge.Query{Text: "hi all, since noon we get this, any idea?\n```\n2026-03-01 10:00:00 INFO session opened for group ann\n2026-03-01 10:00:01 ERROR disk /dev/sdq is full\n```"})
	require.Equal(t, known[0].Cluster, message[0].Cluster, "the line that says what went wrong")
	require.Equal(t, "2026-03-01 10:00:01 ERROR disk /dev/sdq is full", message[0].Line)

	again := c.send(t, linesOf("session opened for group zoe", "the disk is full again")...)
	require.Equal(t, true, again[1]["log.cluster.new"], "to match is not to learn")
	c.stop(t)
	_, err := c.Match(knowledge.Query{Text: "disk /dev/sdq is full"})
	require.ErrorIs(t, err, base.ErrNoProcessor)
	_, err = c.Store()
	require.ErrorIs(t, err, base.ErrNotReady)
}
