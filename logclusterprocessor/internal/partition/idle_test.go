// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// The queue takes out what a look at each would.
func TestIdleQueueTakesTheOldest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 5))
	var q idleQueue
	var all []*Partition
	for now := int64(1); now < 5000; now++ {
		if n := r.IntN(10); n < 2 || len(all) == 0 {
			p := &Partition{key: fmt.Sprint(now)}
			p.used.Store(now)
			q.add(p)
			all = append(all, p)
		} else if n < 8 {
			all[r.IntN(len(all))].used.Store(now)
		} else {
			after := now - int64(r.IntN(300))
			at := 0
			for i, p := range all {
				if p.used.Load() < all[at].used.Load() {
					at = i
				}
			}
			got, since := q.evict(after)
			if all[at].used.Load() > after {
				require.Nil(t, got)
				require.Greater(t, since, after)
				require.LessOrEqual(t, since, all[at].used.Load())
				continue
			}
			require.Same(t, all[at], got)
			all[at] = all[len(all)-1]
			all = all[:len(all)-1]
		}
	}
}

// BenchmarkEvictIdle is what it costs to replace a partition among many that are idle, of
// which one in ten was used since it was looked at.
func BenchmarkEvictIdle(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var q idleQueue
			now := int64(0)
			for range n {
				now++
				p := &Partition{}
				p.used.Store(now)
				q.add(p)
			}
			for i := 0; b.Loop(); i++ {
				now++
				p, _ := q.evict(now)
				p.used.Store(now)
				q.add(p)
				if i%10 == 0 {
					q.items[n/2].partition.used.Store(now)
				}
			}
		})
	}
}
