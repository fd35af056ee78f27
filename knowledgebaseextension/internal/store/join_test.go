// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

func TestMergeAndSplit(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		save(t, s, "w", "shop", rowsOf(everything...))
		save(t, s, "w", "desk", rowsOf(wording{ID: 0xc1, Cluster: 0xc1, Text: "user <*> logged in", Count: 1, At: time.Hour}))
		for _, e := range []Edit{{Cluster: diskFull.Cluster.String(), Text: "Delete."}, {Cluster: noSpace.Cluster.String(), Text: "Buy."}} {
			_, err := s.SetSolution(t.Context(), e)
			require.NoError(t, err)
		}
		id, err := s.Merge(t.Context(), noSpace.Cluster.String(), diskFull.Cluster.String(), "ann")
		require.NoError(t, err)
		require.Equal(t, diskFull.Cluster.String(), id, "the older survives")
		d, err := s.Cluster(t.Context(), noSpace.Cluster.String())
		require.NoError(t, err)
		require.Equal(t, id, d.ID)
		require.Equal(t, int64(8), d.Count)
		require.Equal(t, "Delete.\n\nBuy.", d.Solution.Text)
		require.Equal(t, noSpace.Cluster.String(), d.Aliases[0].ID)
		counts, err := s.Counts(t.Context(), []string{id}, begin, begin.Add(time.Hour))
		require.NoError(t, err)
		require.Len(t, counts[id], 2)
		_, err = s.Merge(t.Context(), id, noSpace.Cluster.String(), "ann")
		require.ErrorIs(t, err, ErrInvalid)
		_, err = s.Merge(t.Context(), id, "00000000000000c1", "ann")
		require.ErrorIs(t, err, ErrInvalid)

		own, err := s.Split(t.Context(), noSpace.ID.String(), "bob")
		require.NoError(t, err)
		require.NotEqual(t, id, own)
		d, err = s.Cluster(t.Context(), own)
		require.NoError(t, err)
		require.Equal(t, int64(1), d.Count)
		require.Equal(t, []string{id}, d.Apart)
		require.Equal(t, "split", d.History[0].Action)
		_, err = s.Split(t.Context(), noSpace.ID.String(), "bob")
		require.ErrorIs(t, err, ErrInvalid, "it is alone")

		// A processor that has not heard of it neither ends the cluster nor takes the
		// template out.
		save(t, s, "w", "shop", &knowledge.Rows{Aliases: []knowledge.Alias{{Kind: knowledge.KindCluster, From: mustID(own), To: diskFull.Cluster}}})
		row := knowledge.Template{ID: noSpace.ID, Cluster: diskFull.Cluster, Text: noSpace.Text}
		saved := save(t, s, "w", "shop", &knowledge.Rows{Templates: []knowledge.Template{row}})
		require.Equal(t, []string{own}, saved.Known)
		d, err = s.Cluster(t.Context(), own)
		require.NoError(t, err)
		require.Equal(t, own, d.ID)

		again, err := s.Merge(t.Context(), own, id, "ann")
		require.NoError(t, err)
		require.Equal(t, id, again)
		third, err := s.Split(t.Context(), noSpace.ID.String(), "ann")
		require.NoError(t, err)
		require.Equal(t, own, third)
	})
}

// What people wrote for two clusters that become one is kept: a merge of texts that have
// no room together is refused.
func TestMergeOfSolutions(t *testing.T) {
	long := strings.Repeat("x", MaxSolutionBytes-1)
	onBoth(t, func(t *testing.T, s *Store) {
		for i, c := range []struct{ older, younger, want string }{
			{"", "", ""},
			{"Delete.", "", "Delete."},
			{"", "Buy.", "Buy."},
			{"Delete.", "Delete.", "Delete."},
			{"Delete.", "Buy.", "Delete.\n\nBuy."},
			{long, "Buy.", long},
		} {
			first, second := diskFull, noSpace
			for _, w := range []*wording{&first, &second} {
				w.ID += knowledge.ID(i) << 32
				w.Cluster += knowledge.ID(i) << 32
			}
			save(t, s, "w", "shop", rowsOf(first, second))
			for id, text := range map[knowledge.ID]string{first.Cluster: c.older, second.Cluster: c.younger} {
				_, err := s.SetSolution(t.Context(), Edit{Cluster: id.String(), Text: text, Author: "ann"})
				require.NoError(t, err)
			}
			id, err := s.Merge(t.Context(), first.Cluster.String(), second.Cluster.String(), "bob")
			if c.older == long {
				require.ErrorIs(t, err, ErrInvalid)
				id = first.Cluster.String()
			} else {
				require.NoError(t, err)
			}
			d, err := s.Cluster(t.Context(), id)
			require.NoError(t, err)
			text := ""
			if d.Solution != nil {
				text = d.Solution.Text
			}
			require.Equal(t, c.want, text)
			written := []string{""}
			for _, h := range d.History {
				written = append(written, h.Text)
			}
			if c.older != long {
				require.Subset(t, written, []string{c.older, c.younger})
			}
			for _, h := range d.History {
				if h.Action == "solution" {
					require.Equal(t, h.Author == "bob", h.Text == c.want && c.want != c.older && c.want != c.younger, "bob wrote what came of both, and nothing else: %v", h)
				}
			}
		}
	})
}

// What a person took apart from a cluster is known of what it became part of.
func TestApartOutlivesAMerge(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		save(t, s, "w", "shop", rowsOf(everything...))
		own, err := s.Split(t.Context(), noTable.ID.String(), "ann")
		require.NoError(t, err)
		into, err := s.Merge(t.Context(), own, diskFull.Cluster.String(), "ann")
		require.NoError(t, err)
		d, err := s.Cluster(t.Context(), into)
		require.NoError(t, err)
		require.Equal(t, []string{tableGone.Cluster.String()}, d.Apart)
	})
}

// The cluster of a template that joined one of another cluster ends with its last
// template, and its counts and solution go along.
func TestAClusterEndsWithItsLastTemplate(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		save(t, s, "w", "shop", rowsOf(everything...))
		_, err := s.SetSolution(t.Context(), Edit{Cluster: noSpace.Cluster.String(), Text: "Buy."})
		require.NoError(t, err)
		join := func(from, to wording) {
			save(t, s, "w", "shop", &knowledge.Rows{Aliases: []knowledge.Alias{{Kind: knowledge.KindTemplate, From: from.ID, To: to.ID, At: 1}}})
		}
		join(noTable, diskFull)
		d, err := s.Cluster(t.Context(), noTable.Cluster.String())
		require.NoError(t, err)
		require.Equal(t, tableGone.Cluster.String(), d.ID, "another template is left")
		require.Equal(t, 1, d.Templates)
		join(noSpace, diskFull)
		d, err = s.Cluster(t.Context(), noSpace.Cluster.String())
		require.NoError(t, err)
		require.Equal(t, diskFull.Cluster.String(), d.ID)
		require.Equal(t, "Buy.", d.Solution.Text)
	})
}

// A template whose statement changes moves with its count. The cluster that it was
// alone in becomes part of the other, and is there again when a template with its
// statement comes.
func TestTemplatesFollowTheirStatements(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		save(t, s, "w", "shop", rowsOf(everything...))
		_, err := s.SetSolution(t.Context(), Edit{Cluster: noSpace.Cluster.String(), Text: "Buy."})
		require.NoError(t, err)
		move := func(w wording, to knowledge.ID) {
			save(t, s, "w", "shop", &knowledge.Rows{Templates: []knowledge.Template{{ID: w.ID, Cluster: to, Text: w.Text, Birth: 1}}})
		}
		move(tableGone, 0xf1)
		d, err := s.Cluster(t.Context(), "00000000000000f1")
		require.NoError(t, err)
		require.Equal(t, int64(3), d.Count)
		d, err = s.Cluster(t.Context(), noTable.Cluster.String())
		require.NoError(t, err)
		require.Equal(t, noTable.Cluster.String(), d.ID, "another template is left")

		move(noSpace, 0xf1)
		d, err = s.Cluster(t.Context(), noSpace.Cluster.String())
		require.NoError(t, err)
		require.Equal(t, "00000000000000f1", d.ID)
		require.Equal(t, "Buy.", d.Solution.Text)

		save(t, s, "w", "shop", rowsOf(wording{ID: 0xe1, Cluster: noSpace.Cluster, Text: "again", Count: 1}))
		d, err = s.Cluster(t.Context(), noSpace.Cluster.String())
		require.NoError(t, err)
		require.Equal(t, noSpace.Cluster.String(), d.ID)
		require.Equal(t, int64(1), d.Count)
	})
}

func TestAliasesJoinInAnyOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		save(t, s, "a", "shop", rowsOf(everything...))
		alias := func(writer string, kind knowledge.Kind, from, to knowledge.ID) Saved {
			return save(t, s, writer, "shop", &knowledge.Rows{Aliases: []knowledge.Alias{{Kind: kind, From: from, To: to, At: 1, Person: kind == knowledge.KindCluster}}})
		}
		alias("a", knowledge.KindCluster, 0xb2, 0xb1)
		alias("b", knowledge.KindCluster, 0xb1, 0xb2) // the other way, a moment later
		alias("a", knowledge.KindCluster, 0xb1, 0xa1)
		alias("a", knowledge.KindTemplate, 0xa2, 0xa1)
		for _, id := range []knowledge.ID{0xa1, 0xa2, 0xb1, 0xb2} {
			d, err := s.Cluster(t.Context(), id.String())
			require.NoError(t, err)
			require.Equal(t, "00000000000000a1", d.ID)
			require.Equal(t, int64(13), d.Count)
			require.Equal(t, 3, d.Templates)
		}
		// Lines of an absorbed template count for its successor.
		saved := save(t, s, "b", "shop", lines(noTable, 10, 0))
		require.Equal(t, []string{"00000000000000a1"}, saved.Known)
		d, err := s.Cluster(t.Context(), "00000000000000a1")
		require.NoError(t, err)
		require.Equal(t, int64(23), d.Count)
	})
}
