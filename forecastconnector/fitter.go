// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector // import "github.com/otelcol-aiops/otelcol-aiops/forecastconnector"

import (
	"context"
	"sync"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

const (
	// fitShare is the share of a core that fits beside the flow take in the long run,
	// and fitBurst what they may have saved of it.
	fitShare = 0.25
	fitBurst = 30 * time.Second
)

// fitter fits, beside the flow, the streams whose fits a batch had no time for. Its
// worker lives while there are some.
type fitter struct {
	streams streams
	tel     *telemetry

	mu      sync.Mutex
	queue   []series.ID
	running bool
	stopped bool
	stop    chan struct{}
	worker  sync.WaitGroup

	// What may still be spent, of the worker alone.
	balance time.Duration
	counted time.Time
}

func newFitter(streams streams, tel *telemetry) *fitter {
	return &fitter{streams: streams, tel: tel, stop: make(chan struct{}), balance: fitBurst}
}

// add hands over streams, each of which is not in the queue.
func (f *fitter) add(ids []series.ID) {
	if len(ids) == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopped {
		return
	}
	f.queue = append(f.queue, ids...)
	if !f.running {
		f.running = true
		f.worker.Go(f.work)
	}
}

// waiting is how many streams wait for a fit.
func (f *fitter) waiting() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.queue)
}

// Shutdown ends the worker after the fit that it is at. It may be called twice.
func (f *fitter) Shutdown() {
	f.mu.Lock()
	if !f.stopped {
		f.stopped = true
		close(f.stop)
	}
	f.queue = nil
	f.mu.Unlock()
	f.worker.Wait()
}

// next takes a stream out of the queue; the worker ends where there is none.
func (f *fitter) next() (id series.ID, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.queue) == 0 {
		f.running, f.queue = false, nil
		return 0, false
	}
	id = f.queue[0]
	f.queue = f.queue[1:]
	return id, true
}

func (f *fitter) work() {
	for {
		id, ok := f.next()
		if !ok {
			return
		}
		took := f.fit(id)
		if took > 0 {
			f.tel.ConnectorForecastFitDuration.Record(context.Background(), took.Seconds(), f.tel.alone)
		}
		if !f.pay(took) {
			f.mu.Lock()
			f.running = false
			f.mu.Unlock()
			return
		}
	}
}

func (f *fitter) fit(id series.ID) (took time.Duration) {
	f.streams.With(id, func(s *stream) {
		s.queued = false
		if s.model == nil || !s.model.FitDue() {
			return
		}
		s.schedule.due = 0
		began := time.Now()
		s.model.Fit()
		took = time.Since(began)
	})
	return took
}

// pay waits until what was spent is earned. It is false when the worker must end.
func (f *fitter) pay(spent time.Duration) bool {
	now := time.Now()
	if !f.counted.IsZero() {
		f.balance = min(f.balance+time.Duration(fitShare*float64(now.Sub(f.counted))), fitBurst)
	}
	f.counted = now
	f.balance -= spent
	if f.balance >= 0 {
		return true
	}
	select {
	case <-f.stop:
		return false
	case <-time.After(time.Duration(float64(-f.balance) / fitShare)):
		return true
	}
}

// replayPart is the share of the event time that a batch brings which it may fit for,
// where that is more: a replay, which brings hours at once, is as well served as what
// comes minute by minute.
const replayPart = 1000

// allowance is the time that one batch may fit for, and what a fit takes.
type allowance struct {
	most, spent, usual time.Duration
	left               int   // fits
	none               bool  // no fits at all, to measure the rest
	oldest, newest     int64 // event time of the batch so far
}

// see notes the event time of a point.
func (a *allowance) see(at int64) {
	if a.newest == 0 {
		a.oldest, a.newest = at, at
	}
	a.oldest, a.newest = min(a.oldest, at), max(a.newest, at)
}

// take says whether there is time for another fit.
func (a *allowance) take() bool {
	most := max(a.most, time.Duration(a.newest-a.oldest)/replayPart)
	if a.left == 0 || a.spent+a.usual > most {
		return false
	}
	a.left--
	return true
}

// took learns what a fit took.
func (a *allowance) took(d time.Duration) {
	a.spent += d
	if a.usual == 0 {
		a.usual = d
	}
	a.usual += (d - a.usual) / 8
}

// begin is the next batch's.
func (a *allowance) begin(cfg *LimitsConfig) {
	a.most, a.left, a.spent = cfg.FitTime, cfg.Fits, 0
	a.oldest, a.newest, a.none = 0, 0, cfg.Fits == 0
	a.usual = min(a.usual, a.most) // one that took long is tried again
}
