// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/linetest"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

// saver is a store: the sum of all changes.
type saver struct {
	miner   *Miner[int]
	records map[uint64]*Record
}

func (s *saver) save(counts bool) {
	for all := false; !all; {
		var changes []Change[int]
		changes, all = s.miner.Changes(50, counts)
		for _, c := range changes {
			old := s.records[c.Record.Shape]
			r := c.Record
			if old != nil {
				r.Count += old.Count
			}
			s.records[r.Shape] = &r
		}
		s.miner.Saved(changes)
	}
}

func (s *saver) lines() (n int64) {
	for _, r := range s.records {
		n += r.Count
	}
	return n
}

// A store keeps few shapes of a template that covers many lines, and all its lines. Who
// restores what it keeps finds every line in the template that it was in.
func TestCoveredShapesAreNotKept(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, of := range []struct {
		name string
		line func(i int) string
		most int
	}{
		{"one template", func(i int) string { return fmt.Sprintf("session opened for group %s", word(i)) }, 100},
		{"two words vary", func(i int) string { return fmt.Sprintf("user %s opened the door of group %s", word(i), word(i/3)) }, 200},
		{"mixed lines", func(int) string { return linetest.Line(r) }, 1500},
	} {
		t.Run(of.name, func(t *testing.T) {
			line, most := of.line, of.most
			const n = 20_000
			s := saver{New[int](Limits{}), map[uint64]*Record{}}
			masker, err := mask.New(mask.Options{})
			require.NoError(t, err)
			texts := make([]string, n)
			var l mask.Line
			for i := range texts {
				texts[i] = line(i)
				masker.Mask(texts[i], &l)
				e := s.miner.Match(l.Shape, l.Check)
				if e == nil {
					e = s.miner.Learn(&l, int64(i+1)).Entry
				}
				e.Seen(1, int64(i+1))
				if i%97 == 0 {
					s.save(i%2 == 0)
				}
			}
			s.save(true)
			require.EqualValues(t, n, s.lines())
			require.Less(t, len(s.records), most)

			restored := New[int](Limits{})
			var records []Record
			for _, r := range s.records {
				records = append(records, *r)
			}
			restored.Restore(records)
			for _, text := range texts {
				masker.Mask(text, &l)
				want := s.miner.Match(l.Shape, l.Check).Template()
				e := restored.Match(l.Shape, l.Check)
				if e == nil {
					e = restored.Learn(&l, n+1).Entry
				}
				require.Equal(t, want.PublicID(), e.Template().PublicID(), text)
				require.Equal(t, want.ID(), e.Template().ID(), text)
			}
		})
	}
}

func word(i int) string {
	b := []byte("aaaaaa")
	for k := len(b) - 1; i > 0; k, i = k-1, i/20 {
		b[k] = "bcdfghjklmnpqrstvwxz"[i%20]
	}
	return string(b)
}
