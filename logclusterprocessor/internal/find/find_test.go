// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package find

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFind asks in other words, among statements that look alike.
func TestFind(t *testing.T) {
	reader := newReader(t)
	x := NewIndex[string]()
	for _, text := range []string{
		"connection to <ip> refused", "connection to <ip> timed out", "cannot open file <path>", "file <path> not found",
		"feature <*> enabled", "exit code 0 from task <num>", "payment <num> succeeded", "user <*> logged in", "disk <path> is full",
		"replication lag on <*>: <num> s", "checksum mismatch in block <num>", "no free connections in pool",
	} {
		x.Put(text, reader.Read(text))
	}
	for _, c := range []struct {
		question, answer string
		sure             bool
	}{
		{"<ip> won't accept our connection", "connection to <ip> refused", false},
		{"the upstream does not answer", "connection to <ip> timed out", false},
		{"<path>: No such file or directory", "file <path> not found", true},
		{"we ran out of disk on <path>", "disk <path> is full", false},
		{"CRC of block <num> does not match", "checksum mismatch in block <num>", true},
		{"feature <*> disabled", "feature <*> enabled", false},
		{"exit code 137 from task <num>", "exit code 0 from task <num>", false},
		{"payment <num> failed", "payment <num> succeeded", false},
	} {
		r := reader.Read(c.question)
		hits := x.Search(&r, 3, nil)
		require.NotEmpty(t, hits, c.question)
		require.Equal(t, []string{c.answer}, hits[0].Owners, c.question)
		require.Equal(t, c.sure, hits[0].Confidence >= 0.6, "%s: %v", c.question, hits[0].Confidence)
	}
	r := reader.Read("the printer on the second floor is jammed")
	for _, hit := range x.Search(&r, 3, nil) {
		require.Less(t, hit.Confidence, 0.3)
	}
	r = reader.Read("<num>")
	require.True(t, r.IsEmpty())
}

// TestIndexForgets compares an index that has forgotten much with one that never knew it.
func TestIndexForgets(t *testing.T) {
	reader := newReader(t)
	r := rand.New(rand.NewPCG(1, 1))
	text := func() string {
		words := strings.Fields("cannot open read file disk queue token expired full not found timed out order user session")
		var out []string
		for range 2 + r.IntN(5) {
			out = append(out, words[r.IntN(len(words))])
		}
		return strings.Join(out, " ")
	}
	x := NewIndex[int]()
	last := map[int]string{}
	for i := range 20_000 {
		owner := r.IntN(4000)
		if r.IntN(3) == 0 {
			x.Remove(owner)
			delete(last, owner)
			continue
		}
		last[owner] = text()
		x.Put(owner, reader.Read(last[owner]))
		if i%1000 == 0 {
			q := reader.Read(text())
			x.Search(&q, 5, nil)
		}
	}
	y := NewIndex[int]()
	owners := make([]int, 0, len(last))
	for o := range last {
		owners = append(owners, o)
	}
	slices.Sort(owners)
	for _, o := range owners {
		y.Put(o, reader.Read(last[o]))
	}
	require.Equal(t, y.Len(), x.Len())
	for range 200 {
		q := reader.Read(text())
		a, b := x.Search(&q, 1, nil), y.Search(&q, 1, nil)
		require.Len(t, b, len(a))
		if len(a) > 0 && a[0].Same {
			slices.Sort(a[0].Owners)
			slices.Sort(b[0].Owners)
			require.Equal(t, b[0].Owners, a[0].Owners)
		}
	}
	for o := range last {
		x.Remove(o)
	}
	require.Zero(t, x.Len())
	q := reader.Read("disk is full")
	require.Empty(t, x.Search(&q, 5, nil))
}

// FuzzRead holds a confidence to be a probability, whatever the texts.
func FuzzRead(f *testing.F) {
	f.Add("cannot open <path>", "file <path> not found")
	f.Add("", "无法打开文件")
	reader := newReader(f)
	f.Fuzz(func(t *testing.T, a, b string) {
		x := NewIndex[int]()
		x.Put(1, reader.Read(a))
		x.Put(2, reader.Read(fmt.Sprint(a, " ", b)))
		q := reader.Read(b)
		for _, hit := range x.Search(&q, 5, nil) {
			require.True(t, hit.Confidence >= 0 && hit.Confidence <= most, hit.Confidence)
		}
	})
}
