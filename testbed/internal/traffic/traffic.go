// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package traffic makes requests of logs and metrics and sends them to a collector at a
// stated rate.
package traffic

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"golang.org/x/sync/errgroup"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/collector"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/load"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/metricload"
)

// BatchSize is the number of records, or of points, in a request.
const BatchSize = load.BatchSize

const (
	// Streams is the number of metric streams.
	Streams = 10_000
	// Learning is the time between two points of a stream until Live is called.
	Learning = 5 * time.Minute

	connections = 8
)

// Feeds make requests, each once.
type Feeds struct {
	logs    *load.Feed
	metrics *metricload.Feed
	unique  *load.Unique
	churn   *Churn // nil is none
	minute  int
	batch   int
}

// NewFeeds returns feeds of mixed lines and Streams.
func NewFeeds(sets []dataset.Lines) *Feeds {
	return &Feeds{logs: load.NewFeed(sets, 1), metrics: metricload.NewFeed(Streams, Learning), unique: load.NewUnique(1)}
}

// Churn is what comes and goes.
type Churn struct {
	// Unique of a thousand lines are never seen again.
	Unique int
	// Services is how many send logs; one in so many is replaced each minute.
	Services int
	// Pods is how many minutes a pod lives, and with it the metric streams of it.
	Pods int
}

// churned gives a batch of each signal the names that it has in a minute, and puts lines
// that are never seen again in place of some.
func (f *Feeds) churned(logs plog.Logs, metrics pmetric.Metrics) {
	f.batch++
	service := f.batch % f.churn.Services
	service += f.churn.Services * generation(f.minute, service, f.churn.Services)
	for _, resource := range logs.ResourceLogs().All() {
		resource.Resource().Attributes().PutStr("service.name", "service-"+strconv.Itoa(service))
		for _, scope := range resource.ScopeLogs().All() {
			for i, r := range scope.LogRecords().All() {
				if i%1000 < f.churn.Unique {
					r.Body().SetStr(f.unique.Line())
				}
			}
		}
	}
	for i, resource := range metrics.ResourceMetrics().All() {
		pod := f.batch%(Streams/metricload.BatchSize)*10 + i
		resource.Resource().Attributes().PutStr("k8s.pod.name", fmt.Sprintf("pod-%d-%d", pod, generation(f.minute, pod, f.churn.Pods)))
	}
}

// generation is how often the i-th of what lives so many minutes has been replaced.
func generation(minute, i, life int) int { return (minute + i) / life }

// SetChurn begins it; Minute tells the time since.
func (f *Feeds) SetChurn(c Churn) { f.churn = &c }

// Minute sets how many minutes have passed.
func (f *Feeds) Minute(n int) { f.minute = n }

// Live lets event time pass as real time does at so many points a second.
func (f *Feeds) Live(rate int) { f.metrics.Interval = time.Second * Streams / time.Duration(rate) }

// Request is one of either signal.
type Request struct {
	path    string
	payload []byte
}

// Next makes n requests, of logs and of metrics in turns.
func (f *Feeds) Next(n int) ([]Request, error) {
	out := make([]Request, 0, n)
	for len(out) < n {
		ld, md := f.logs.Next(), f.metrics.Next()
		if f.churn != nil {
			f.churned(ld, md)
		}
		logs, err := plogotlp.NewExportRequestFromLogs(ld).MarshalProto()
		if err != nil {
			return nil, err
		}
		metrics, err := pmetricotlp.NewExportRequestFromMetrics(md).MarshalProto()
		if err != nil {
			return nil, err
		}
		out = append(out, Request{"/v1/logs", logs}, Request{"/v1/metrics", metrics})
	}
	return out, nil
}

// Sent is what became of requests.
type Sent struct {
	Refused int64           // times that the collector was full, and was asked again
	Waits   []time.Duration // of each request, from when it was due
}

// Client returns a client for Send.
func Client() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
}

// Send sends requests with so many records, and points, a second between them; 0 is as
// fast as they are taken. A request that is due waits for a connection, and that
// counts: a sender would wait too.
func Send(ctx context.Context, client *http.Client, address string, requests []Request, rate int) (*Sent, error) {
	var (
		out     Sent
		mu      sync.Mutex
		refused atomic.Int64
		next    atomic.Int64
		began   = time.Now()
	)
	group, ctx := errgroup.WithContext(ctx)
	for range connections {
		group.Go(func() error {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(requests) {
					return nil
				}
				due := time.Now()
				if rate > 0 {
					due = began.Add(time.Duration(i) * time.Second * BatchSize / time.Duration(2*rate))
					time.Sleep(time.Until(due))
				}
				n, err := collector.Post(client, address, requests[i].path, requests[i].payload)
				if err != nil {
					return err
				}
				refused.Add(int64(n))
				wait := time.Since(due)
				mu.Lock()
				out.Waits = append(out.Waits, wait)
				mu.Unlock()
			}
			return ctx.Err()
		})
	}
	err := group.Wait()
	out.Refused = refused.Load()
	return &out, err
}
