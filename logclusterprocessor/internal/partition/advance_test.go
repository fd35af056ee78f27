// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a batch waits for clusterings is bounded for all its partitions together.
func TestWaitIsOneBudget(t *testing.T) {
	const partitions = 20
	l := newLearner(t, newBudgeted(t, 100, 64<<20))
	for range cap(l.shared.slots) {
		l.shared.slots <- struct{}{} // so that no clustering ends
	}
	defer func() {
		for range cap(l.shared.slots) {
			<-l.shared.slots
		}
	}()
	var all []*Partition
	for i := range partitions {
		key := fmt.Sprintf("service-%d", i)
		l.learn(key, "started")
		all = append(all, l.Get([]byte(key), l.at))
	}
	window := all[0].settings.Window
	advance := func(n int64, wait *time.Duration) {
		for _, p := range all {
			p.Advance(n*window, wait)
		}
	}
	none := new(time.Duration)
	advance(1, none)
	for i := range partitions {
		l.learn(fmt.Sprintf("service-%d", i), "stopped")
	}
	advance(2, none) // the clusterings of the first windows begin
	for _, p := range all {
		require.NotNil(t, p.pending)
	}
	wait := time.Millisecond
	advance(3, &wait)
	assert.LessOrEqual(t, wait, time.Duration(0))
	assert.GreaterOrEqual(t, l.shared.observer.(*waits).times, 1)
	assert.Equal(t, 1, l.shared.observer.(*waits).times, "the first partition used it up")
	advance(4, none)
	assert.Equal(t, 1, l.shared.observer.(*waits).times)
}

// waits counts how often the flow waited.
type waits struct {
	quiet
	times int
}

func (w *waits) Waited(time.Duration) { w.times++ }

// The order of meanings survives what comes and goes.
func TestMeaningsStayInOrder(t *testing.T) {
	l := newLearner(t, newBudgeted(t, 1, 64<<20))
	for i := range 500 {
		l.learn("a", fmt.Sprintf("%c%c happened", 'a'+i%26, 'a'+i/26))
		p := l.Get([]byte("a"), l.at)
		if i%3 == 0 {
			p.shrink(1)
		}
		sorted := p.meanings.sorted()
		require.Len(t, sorted, len(p.meanings.byID))
		for k := 1; k < len(sorted); k++ {
			require.Negative(t, sorted[k-1].compare(sorted[k]))
		}
	}
}
