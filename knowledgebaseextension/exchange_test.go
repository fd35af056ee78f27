// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
)

// kinds makes lines of 500 things that happen, so many of each: what varies are
// numbers, addresses, names, and in some of them words.
func kinds(seed uint64, each int) [][]string {
	what := strings.Fields("cache queue index shard broker session ledger gateway snapshot replica cursor mailbox tunnel router channel tracker beacon ferry turbine orchard")
	says := []string{
		"THING NAME was rebuilt in NUM ms", "cannot open THING for NAME: permission denied",
		"THING of tenant NAME exceeded its quota by NUM bytes", "Timeout while waiting for THING at ADDR",
		"unable to lock THING for NAME after NUM attempts", "checksum mismatch in THING block NUM",
		"THING connection from ADDR refused", "starting compaction of THING NAME", "dropped NUM entries from THING",
		"THING heartbeat missed by node NAME", "certificate of THING expires in NUM days", "config of THING reloaded by NAME",
		"THING flushed to disk in NUM us", "invalid header in THING message from ADDR", "leader of THING is now NAME",
		"retrying THING request NUM of NUM", "THING memory usage at NUM percent", "user NAME deleted THING",
		"recovering THING from its journal took NUM s", "THING ADDR joined the cluster as NAME", "license for THING is missing on NAME",
		"rate limit of THING reached by ADDR", "backup of THING to NAME aborted",
		"THING migration to version NUM finished", "disk quota warning on THING volume NAME",
	}
	names := strings.Fields("alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa")
	r := rand.New(rand.NewPCG(seed, 7))
	var all [][]string
	for _, thing := range what {
		for _, format := range says {
			lines := make([]string, each)
			for i := range lines {
				lines[i] = strings.NewReplacer("THING", thing, "NAME", names[r.IntN(len(names))], "NUM", fmt.Sprint(r.IntN(9999)),
					"ADDR", fmt.Sprintf("10.%d.%d.%d", r.IntN(9), r.IntN(99), r.IntN(99))).Replace(format)
			}
			all = append(all, lines)
		}
	}
	return all
}

// shuffled is all lines in some order.
func shuffled(seed uint64, all [][]string) []line {
	lines := linesOf(slices.Concat(all...)...)
	bodies := make([]string, len(lines))
	for i, k := range rand.New(rand.NewPCG(seed, 3)).Perm(len(lines)) {
		bodies[i] = lines[k].body
	}
	return linesOf(bodies...)
}

// learnt sends all lines in an order and waits until the store has them.
func (c *collector) learnt(t *testing.T, seed uint64, all [][]string) []store.Cluster {
	open := c.open(t)
	c.sendAll(t, shuffled(seed, all))
	var page store.Page
	require.Eventually(t, func() bool {
		var err error
		page, err = open.Clusters(t.Context(), store.Query{Limit: 1000})
		var count int64
		for i := range page.Clusters {
			count += page.Clusters[i].Count
		}
		return err == nil && count >= int64(len(slices.Concat(all...)))
	}, 15*time.Second, 100*time.Millisecond)
	return page.Clusters
}

// exported is solutions of a collector as a file.
type exported struct {
	file  string
	texts map[string]bool
	carry []string // by kind: what its lines carry
}

// solve writes a solution for each of the clusters of the first lines until there are n.
func solve(t *testing.T, where func(*Config), all [][]string, n int) exported {
	c := start(t, where)
	defer c.stop(t)
	clusters := c.learnt(t, 1, all)
	require.GreaterOrEqual(t, len(clusters), n)
	e := exported{texts: map[string]bool{}}
	for i := range clusters[:n] {
		text := fmt.Sprint("solution ", i)
		_, err := c.open(t).SetSolution(t.Context(), store.Edit{Cluster: clusters[i].ID, Text: text, Author: "ann"})
		require.NoError(t, err)
		e.texts[text] = true
	}
	e.carry = c.carried(t, all, n)
	_, e.file = c.ask(t, http.MethodGet, "/api/v1/solutions", "")
	return e
}

// carried says what the lines of each kind carry, once n texts are there, or as many as
// come; several texts are joined.
func (c *collector) carried(t *testing.T, all [][]string, n int) []string {
	var carry []string
	for range 30 {
		carry = carry[:0]
		texts := map[string]bool{}
		for _, bodies := range all {
			own := map[string]bool{}
			for _, attributes := range c.sendAll(t, linesOf(bodies...)) {
				text, _ := attributes["log.cluster.solution"].(string)
				own[text] = true
			}
			for text := range own {
				texts[text] = true
			}
			carry = append(carry, strings.Join(slices.Sorted(maps.Keys(own)), "|"))
		}
		delete(texts, "")
		if len(texts) >= n {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	return carry
}

// importFile imports a file over HTTP.
func (c *collector) importFile(t *testing.T, file string) (result api.ImportResult) {
	c.open(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+c.web.Address.String()+"/api/v1/solutions?author=git", strings.NewReader(file))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/yaml")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.NoError(t, json.NewDecoder(response.Body).Decode(&result))
	return result
}

// 200 solutions go from one base to another that is fed in another order: before the
// lines come or after, the same lines or others of their kinds.
func TestSolutionsFindTheirWay(t *testing.T) {
	if raceDetector {
		t.Skip("SQLite is thirty times slower under the race detector: scripts/test.sh runs this without it")
	}
	const n = 200
	same, others := kinds(1, 12), kinds(2, 12)
	from := solve(t, onSQLite(t), same, n)
	for _, c := range []struct {
		name  string
		all   [][]string
		first bool // the import goes before the lines
		least int
	}{
		{"same lines", same, false, n},
		{"same lines later", same, true, n},
		{"other lines", others, false, 190},
		{"other lines later", others, true, 190},
	} {
		t.Run(c.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, where func(*Config)) {
				into := start(t, where)
				defer into.stop(t)
				var result api.ImportResult
				if c.first {
					result = into.importFile(t, from.file)
					require.Equal(t, n, result.Waiting)
				}
				into.learnt(t, 2, c.all)
				if !c.first {
					result = into.importFile(t, from.file)
				}
				require.Zero(t, result.Refused, "%+v", result.Entries)
				found, wrong := from.compare(into.carried(t, c.all, n))
				t.Logf("%d of %d, %d wrong", found, n, wrong)
				require.Zero(t, wrong)
				require.GreaterOrEqual(t, found, c.least)
				again := into.importFile(t, from.file)
				require.Zero(t, again.Written, "a file that is applied again changes nothing")
				require.Zero(t, again.Refused)
				require.GreaterOrEqual(t, again.Attached, c.least)
			})
		})
	}
}

// compare counts the solutions that are on all kinds of lines that they were on in the
// other base, and those on kinds that they were not on.
func (e *exported) compare(now []string) (found, wrong int) {
	lost := map[string]bool{}
	for kind, text := range e.carry {
		before, after := strings.Split(text, "|"), strings.Split(now[kind], "|")
		for _, text := range after {
			if text != "" && !slices.Contains(before, text) {
				wrong++
			}
		}
		for _, text := range before {
			if !slices.Contains(after, text) {
				lost[text] = true
			}
		}
	}
	for text := range e.texts {
		if !lost[text] {
			found++
		}
	}
	return found, wrong
}
