// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package feature_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/cluster"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/representative"
)

// The catalogues: the labelled templates of Spark and TiDB that come with the
// benchmark data, and messages of other systems that are written down here.
func catalogues(t testing.TB) (shared, other []labelled) {
	return loadConcepts(t, filepath.Join(dataDir(t), "errors", "concepts_spark_tidb.tsv")),
		loadConcepts(t, "testdata/operations.tsv")
}

var merging = cluster.Options{Threshold: cluster.DefaultMergeThreshold}

// floors are what a partition must reach.
func (f scores) check(t *testing.T, name string, got scores) {
	t.Helper()
	t.Logf("%-34s ARI %.3f  B-cubed F1 %.3f  pairwise precision %.3f recall %.3f", name, got.ARI, got.B3, got.Precision, got.Recall)
	require.GreaterOrEqual(t, got.ARI, f.ARI, "ARI, %s", name)
	require.GreaterOrEqual(t, got.B3, f.B3, "B-cubed F1, %s", name)
	require.GreaterOrEqual(t, got.Precision, f.Precision, "pairwise precision, %s", name)
}

// Templates of two systems against the concepts that a person gave them: all
// at once, and arriving in random order. Defaults only.
func TestAccuracyOfConcepts(t *testing.T) {
	shared, _ := catalogues(t)
	scores{0.48, 0.63, 0.80, 0}.check(t, "Spark and TiDB, batch", score(shared, batch(shared, merging)))
	scores{0.47, 0.63, 0.71, 0}.check(t, "Spark and TiDB, windows of 10", streamed(shared, 10))
	scores{0.48, 0.63, 0.75, 0}.check(t, "Spark and TiDB, windows of 50", streamed(shared, 50))
	for _, system := range []string{"spark", "tidb"} {
		s := only(shared, system)
		scores{}.check(t, system+" alone, batch", score(s, batch(s, merging)))
	}
}

// The same on messages of some twenty other systems. It needs no data from elsewhere.
func TestAccuracyOfOtherSystems(t *testing.T) {
	other := loadConcepts(t, "testdata/operations.tsv")
	scores{0.55, 0.70, 0.85, 0}.check(t, "other systems, batch", score(other, batch(other, merging)))
	scores{0.55, 0.70, 0.85, 0}.check(t, "other systems, windows of 10", streamed(other, 10))
}

// Every pair of linkage and distance merges with care at its default threshold.
func TestDefaultThresholds(t *testing.T) {
	shared, other := catalogues(t)
	for _, l := range []cluster.Linkage{cluster.Average, cluster.Complete, cluster.Single, cluster.Ward} {
		for _, d := range []cluster.Distance{cluster.Cosine, cluster.Euclidean, cluster.Manhattan, cluster.Jaccard} {
			if cluster.CheckPair(l, d) != nil {
				continue
			}
			opts := cluster.Options{Linkage: l, Distance: d, Threshold: cluster.DefaultThreshold(l, d)}
			name := fmt.Sprintf("%s %s %.2f", l, d, opts.Threshold)
			scores{0.30, 0.55, 0.77, 0}.check(t, name+", Spark and TiDB", streamedWith(shared, 10, opts))
			scores{0.40, 0.65, 0.85, 0}.check(t, name+", others", streamedWith(other, 10, opts))
		}
	}
}

// streamed is the mean over ten orders of arrival.
func streamed(set []labelled, window int) scores { return streamedWith(set, window, merging) }

func streamedWith(set []labelled, window int, opts cluster.Options) scores {
	const orders = 10
	var mean scores
	for seed := range uint64(orders) {
		s := score(set, stream(set, window, seed, opts))
		mean.ARI += s.ARI / orders
		mean.B3 += s.B3 / orders
		mean.Precision += s.Precision / orders
		mean.Recall += s.Recall / orders
	}
	return mean
}

// dataDir finds the benchmark data: where OTELCOL_AIOPS_DATA says, or in
// shared/data beside the repository.
func dataDir(t testing.TB) string {
	if dir := os.Getenv("OTELCOL_AIOPS_DATA"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	require.NoError(t, err)
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if data := filepath.Join(filepath.Dir(dir), "shared", "data"); isDir(data) {
			return data
		}
	}
	t.Skip("no benchmark data: set OTELCOL_AIOPS_DATA")
	return ""
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// labelled is a template with the concept that a person gave it.
type labelled struct {
	concept, source, text string
	terms                 feature.Terms
}

var placeholder = regexp.MustCompile(`<[a-z]+>`)

// loadConcepts reads "concept TAB source:code TAB template". The kinds of the
// placeholders do not reach the code under test.
func loadConcepts(t testing.TB, path string) []labelled {
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	var out []labelled
	for _, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		f := strings.Split(line, "\t")
		source, _, _ := strings.Cut(f[1], ":")
		text := placeholder.ReplaceAllString(f[2], "<*>")
		out = append(out, labelled{f[0], source, text, nil})
	}
	extract(out)
	return out
}

func extract(set []labelled) {
	for i := range set {
		set[i].terms = feature.Extractor{}.Terms(strings.Fields(set[i].text))
	}
}

func only(set []labelled, source string) []labelled {
	var out []labelled
	for _, l := range set {
		if l.source == source {
			out = append(out, l)
		}
	}
	return out
}

// batch clusters all templates at once.
func batch(set []labelled, opts cluster.Options) []int {
	v := feature.NewVocabulary(feature.Options{})
	for i := range set {
		v.Add(set[i].terms)
	}
	space := v.Freeze()
	items := make([]cluster.Item, len(set))
	for i := range set {
		items[i] = cluster.Item{Vector: space.Vector(set[i].terms), Group: cluster.NoGroup}
	}
	r, err := cluster.Agglomerate(context.Background(), items, opts)
	if err != nil {
		panic(err)
	}
	return r.Labels
}

// stream lets templates arrive in random order and windows: each joins the
// nearest representative at once, windows merge clusters and flip the version.
func stream(set []labelled, window int, seed uint64, opts cluster.Options) []int {
	order := rand.New(rand.NewPCG(seed, 1)).Perm(len(set))
	labels := make([]int, len(set))
	v := feature.NewVocabulary(feature.Options{})
	space := v.Freeze()
	ix := cluster.NewIndex(opts.Distance)
	var past []int // templates seen
	for start := 0; start < len(order); start += window {
		now := order[start:min(start+window, len(order))]
		for _, i := range now {
			vec := space.Vector(set[i].terms)
			labels[i] = i
			if hit, ok := ix.Nearest(vec, opts.AssignThreshold()); ok {
				labels[i] = labels[hit.ID]
			}
			ix.Add(uint64(i), vec)
			v.Add(set[i].terms)
		}
		past = append(past, now...)
		space = v.Freeze()
		// Representatives of each cluster, and what came in this window.
		members := map[int][]int{}
		var ids []int
		for _, i := range past {
			if members[labels[i]] == nil {
				ids = append(ids, labels[i])
			}
			members[labels[i]] = append(members[labels[i]], i)
		}
		fresh := map[int]bool{}
		for _, i := range now {
			fresh[i] = true
		}
		var items []cluster.Item
		var who []int
		for _, id := range ids {
			var ms []representative.Member
			for _, i := range members[id] {
				ms = append(ms, representative.Member{Vector: space.Vector(set[i].terms)})
			}
			taken := map[int]bool{}
			for _, k := range representative.Select(ms, representative.Default) {
				taken[members[id][k]] = true
			}
			for k, i := range members[id] {
				if taken[i] || fresh[i] {
					items = append(items, cluster.Item{Vector: ms[k].Vector, Group: id})
					who = append(who, i)
				}
			}
		}
		r, err := cluster.Agglomerate(context.Background(), items, opts)
		if err != nil {
			panic(err)
		}
		root := map[int]int{}
		for k, label := range r.Labels {
			root[labels[who[k]]] = labels[who[label]]
		}
		for _, i := range past {
			labels[i] = root[labels[i]]
		}
		ix = cluster.NewIndex(opts.Distance)
		for k, i := range who {
			ix.Add(uint64(i), items[k].Vector)
		}
	}
	return labels
}

// scores of a partition of templates against their concepts.
type scores struct{ ARI, B3, Precision, Recall float64 }

func score(set []labelled, labels []int) scores {
	n := float64(len(set))
	type cell struct {
		c string
		l int
	}
	cells, concepts, clusters := map[cell]float64{}, map[string]float64{}, map[int]float64{}
	for i := range set {
		cells[cell{set[i].concept, labels[i]}]++
		concepts[set[i].concept]++
		clusters[labels[i]]++
	}
	pairs := func(x float64) float64 { return x * (x - 1) / 2 }
	var both, inConcepts, inClusters, b3p, b3r float64
	for c, x := range cells {
		both += pairs(x)
		b3p += x * x / clusters[c.l] / n
		b3r += x * x / concepts[c.c] / n
	}
	for _, x := range concepts {
		inConcepts += pairs(x)
	}
	for _, x := range clusters {
		inClusters += pairs(x)
	}
	chance := inConcepts * inClusters / pairs(n)
	s := scores{ARI: (both - chance) / ((inConcepts+inClusters)/2 - chance), B3: 2 * b3p * b3r / (b3p + b3r), Precision: 1}
	if inClusters > 0 {
		s.Precision = both / inClusters
	}
	s.Recall = both / inConcepts
	return s
}
