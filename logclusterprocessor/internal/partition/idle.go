// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import "container/heap"

// idleQueue finds the partition that was unused for longest. It knows when each was last
// used as of the time it looked; since then that can only have become later, so that the
// first is the right one once its own time is looked at again. Between two evictions
// hardly any is: each about once in idleAfter.
type idleQueue struct{ items []lastUse }

type lastUse struct {
	partition *Partition
	used      int64 // ns since 1970, when it was last looked at
}

func (q *idleQueue) Len() int           { return len(q.items) }
func (q *idleQueue) Less(i, j int) bool { return q.items[i].used < q.items[j].used }
func (q *idleQueue) Swap(i, j int)      { q.items[i], q.items[j] = q.items[j], q.items[i] }
func (q *idleQueue) Push(x any)         { q.items = append(q.items, x.(lastUse)) }
func (q *idleQueue) Pop() any {
	last := len(q.items) - 1
	x := q.items[last]
	q.items[last] = lastUse{}
	q.items = q.items[:last]
	return x
}

// add takes in a new partition.
func (q *idleQueue) add(p *Partition) { heap.Push(q, lastUse{p, p.used.Load()}) }

// evict takes out the partition that was unused for longest, unless it was used after
// some time. Then it returns a time before which none was last used, and nil.
func (q *idleQueue) evict(after int64) (oldest *Partition, since int64) {
	for len(q.items) > 0 {
		first := &q.items[0]
		if first.used > after {
			return nil, first.used // and so is each
		}
		used := first.partition.used.Load()
		if used == first.used {
			return heap.Pop(q).(lastUse).partition, 0
		}
		first.used = used
		heap.Fix(q, 0)
	}
	return nil, after
}
