// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// found is the IDs of the clusters that a search finds.
func found(t *testing.T, s *Store, search string) []string {
	t.Helper()
	page, err := s.Clusters(t.Context(), Query{Search: search, Noise: true, Limit: 1000})
	require.NoError(t, err)
	ids := []string{}
	for _, c := range page.Clusters {
		ids = append(ids, c.ID)
	}
	slices.Sort(ids)
	return ids
}

// What a search finds follows every change of templates, clusters and solutions.
func TestSearchFollowsChanges(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		kind := wording{ID: 0xd1, Cluster: 0xd1, Text: `Ошибка "java.lang.OutOfMemoryError" at 100% *`, Count: 1, At: time.Hour}
		save(t, s, "w", "shop", rowsOf(append(everything, kind)...))
		a, b, c, d := tableGone.Cluster.String(), diskFull.Cluster.String(), noSpace.Cluster.String(), kind.Cluster.String()
		for search, want := range map[string][]string{
			"full":                  {b},
			"ful":                   {b}, // a word's beginning
			"FULL disk":             {b},
			"memoryerr":             {d}, // or its middle
			"ошибка":                {d},
			"ОШИБ":                  {d},
			`"java`:                 {d},
			"* 100%":                {d},
			"is":                    {a, b}, // exists
			"zq":                    {},
			"no such":               {a},
			"table no":              {a},
			"no":                    {a, c},
			"no left":               {c},
			"table space":           {},
			"word00a1 table":        {a}, // a keyword, a word of a template
			"shop disk":             {b},
			"shop":                  {a, b, c, d},
			"' OR 1=1 --":           {},
			noTable.ID.String():     {a},
			"00000000000000ff":      {},
			strings.Repeat("x", 40): {},
		} {
			require.Equal(t, want, found(t, s, search), search)
		}

		reworded := diskFull
		reworded.Text = "volume <path> is full"
		rows := rowsOf(reworded)
		rows.Clusters[0].Keywords = []string{"volume"}
		save(t, s, "w", "shop", rows)
		require.Empty(t, found(t, s, "disk"))
		require.Empty(t, found(t, s, "word00b1"))
		require.Equal(t, []string{b}, found(t, s, "volume full"))

		_, err := s.SetSolution(t.Context(), Edit{Cluster: b, Text: "Delete the Attic.", Author: "ann"})
		require.NoError(t, err)
		require.Equal(t, []string{b}, found(t, s, "attic volume"))

		_, err = s.Merge(t.Context(), b, c, "ann")
		require.NoError(t, err)
		require.Equal(t, []string{b}, found(t, s, "volume space_left"))
		split, err := s.Split(t.Context(), noSpace.ID.String(), "ann")
		require.NoError(t, err)
		require.Equal(t, []string{split}, found(t, s, "space_left"))
		require.ElementsMatch(t, []string{b, split}, found(t, s, c), "what the cluster joined, and where the template is")
		require.Empty(t, found(t, s, "full space_left"))

		absorbed := knowledge.Rows{Aliases: []knowledge.Alias{{Kind: knowledge.KindTemplate, From: noTable.ID, To: tableGone.ID, At: 1}}}
		save(t, s, "w", "shop", &absorbed)
		require.Empty(t, found(t, s, "such"))

		_, err = s.Retain(t.Context(), Retention{Unseen: time.Nanosecond}, time.Now().Add(time.Hour))
		require.NoError(t, err)
		require.Empty(t, found(t, s, "ошибка"))
		require.Equal(t, []string{b}, found(t, s, "full"))
		var left int
		require.NoError(t, s.reader().row(t.Context(), "SELECT count(*) FROM search WHERE cluster NOT IN (SELECT id FROM clusters)").Scan(&left))
		require.Zero(t, left)
		if !s.Postgres() {
			_, err = s.write.ExecContext(t.Context(), "INSERT INTO search_grams (search_grams, rank) VALUES ('integrity-check', 1)")
			require.NoError(t, err, "the index says what the table says")
		}
	})
}

// A search finds what reading every text finds, however common its words are.
func TestSearchFindsAll(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		r := rand.New(rand.NewPCG(1, 2))
		const n = rare + 500
		words := make([]wording, n)
		for i := range words {
			text := fmt.Sprintf("all of it %d", i)
			if r.IntN(10) == 0 {
				text += " seldom"
			}
			if i > 0 {
				text += " but not the first"
			}
			words[i] = wording{ID: knowledge.ID(i + 1), Cluster: knowledge.ID(i + 1 - i%3%2), Text: text, Count: int64(r.IntN(5)), At: time.Duration(i)}
		}
		save(t, s, "w", "shop", rowsOf(words...))
		for _, search := range []string{"all", "all it", "seldom", "all seldom", "first seldom of", "12", "123", "all 123 first", "it 7 seldom"} {
			texts := map[string]string{}
			for _, w := range words {
				id := w.Cluster.String()
				texts[id] += w.Text + "\nword" + id[12:] + "\n"
			}
			want := []string{}
			for id, text := range texts {
				if !slices.ContainsFunc(strings.Fields(search), func(word string) bool { return !strings.Contains(text, word) }) {
					want = append(want, id)
				}
			}
			slices.Sort(want)
			got := []string{}
			for q := (Query{Search: search, Limit: 1000}); ; {
				page, err := s.Clusters(t.Context(), q)
				require.NoError(t, err)
				for i := range page.Clusters {
					got = append(got, page.Clusters[i].ID)
				}
				if q.Cursor = page.Next; q.Cursor == "" {
					break
				}
			}
			slices.Sort(got)
			require.Equal(t, want, got, search)
		}
	})
}
