// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package tfidf is the textbook way to cluster messages, a peer to compare with:
// the words of each weighted by TF-IDF, cosine distance, average linkage, cut at
// a distance.
package tfidf

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Threshold is the distance at which the peer is cut: the best of those tried on
// the messages of programs.
const Threshold = 0.3

var (
	placeholder = regexp.MustCompile(`<\w+>`)
	run         = regexp.MustCompile(`\p{Han}+|[A-Za-z]+`)
)

// Cluster names the cluster of each text. The whole matrix of distances is held:
// four bytes for each pair of texts, twice.
func Cluster(texts []string, threshold float64) []string {
	root := average(distances(vectors(texts)), float32(threshold))
	out := make([]string, len(texts))
	for i := range texts {
		out[i] = strconv.Itoa(root(i))
	}
	return out
}

// words are the distinct words of a text: Latin ones in lower case, of Chinese
// text every two characters that follow each other. Placeholders are none.
func words(text string) []string {
	var out []string
	for _, s := range run.FindAllString(placeholder.ReplaceAllString(text, " "), -1) {
		chars := []rune(s)
		if s[0] < 0x80 || len(chars) == 1 {
			out = append(out, strings.ToLower(s))
			continue
		}
		for i := range len(chars) - 1 {
			out = append(out, string(chars[i:i+2]))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// term is one word of a text with its weight.
type term struct {
	word   int
	weight float64
}

// vectors weighs each text's words by smoothed inverse document frequency, to
// length 1. A text without words counts as one of the first word.
func vectors(texts []string) [][]term {
	index, frequency := map[string]int{}, []int{}
	docs := make([][]term, len(texts))
	for i, text := range texts {
		for _, w := range words(text) {
			k, ok := index[w]
			if !ok {
				k = len(frequency)
				index[w], frequency = k, append(frequency, 0)
			}
			frequency[k]++
			docs[i] = append(docs[i], term{word: k})
		}
	}
	for i, doc := range docs {
		if len(doc) == 0 {
			docs[i] = []term{{0, 1}}
			continue
		}
		var square float64
		for j := range doc {
			doc[j].weight = math.Log(float64(1+len(texts))/float64(1+frequency[doc[j].word])) + 1
			square += doc[j].weight * doc[j].weight
		}
		for j := range doc {
			doc[j].weight /= math.Sqrt(square)
		}
	}
	return docs
}

// distances is the symmetric matrix of cosine distances.
func distances(docs [][]term) [][]float32 {
	type entry struct {
		doc    int
		weight float64
	}
	postings := map[int][]entry{}
	d := make([][]float32, len(docs))
	similarity := make([]float64, len(docs))
	for i, doc := range docs {
		clear(similarity[:i])
		for _, t := range doc {
			for _, e := range postings[t.word] {
				similarity[e.doc] += t.weight * e.weight
			}
			postings[t.word] = append(postings[t.word], entry{i, t.weight})
		}
		d[i] = make([]float32, len(docs))
		for j := range i {
			d[i][j] = float32(max(0, 1-similarity[j]))
			d[j][i] = d[i][j]
		}
	}
	return d
}

// average merges by average linkage along chains of nearest neighbours and
// returns who is the root of each item when merges above the threshold are left
// out. It overwrites the matrix. Source: Müllner, "Modern hierarchical,
// agglomerative clustering algorithms", 2011, figure 3.
func average(d [][]float32, threshold float32) (root func(int) int) {
	n := len(d)
	parent, size, active := make([]int, n), make([]float32, n), make([]int, n)
	for i := range n {
		parent[i], size[i], active[i] = i, 1, i
	}
	root = func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	var chain []int
	for len(active) > 1 {
		if len(chain) == 0 {
			chain = append(chain, active[0])
		}
		top, before := chain[len(chain)-1], -1
		if len(chain) > 1 {
			before = chain[len(chain)-2]
		}
		near := nearest(d[top], active, top, before)
		if near != before {
			chain = append(chain, near)
			continue
		}
		chain = chain[:len(chain)-2]
		if d[top][near] <= threshold {
			parent[root(top)] = root(near)
		}
		for _, k := range active {
			if k != top && k != near {
				d[near][k] = (size[top]*d[top][k] + size[near]*d[near][k]) / (size[top] + size[near])
				d[k][near] = d[near][k]
			}
		}
		size[near] += size[top]
		at, _ := slices.BinarySearch(active, top)
		active = slices.Delete(active, at, at+1)
	}
	return root
}

// nearest is the active item nearest to x, of equals the one before it in the
// chain, so that the chain ends.
func nearest(row []float32, active []int, x, before int) int {
	best := before
	for _, k := range active {
		if k != x && (best < 0 || row[k] < row[best]) {
			best = k
		}
	}
	return best
}
