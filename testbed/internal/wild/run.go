// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package wild

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
)

// How the lines are fed: slowly, so that a service of a few hundred lines goes
// through several windows.
const (
	step      = 100 * time.Millisecond
	batchSize = 100
	// servicesPerProcessor is under the processor's limit of partitions.
	servicesPerProcessor = 80
	// fillers and fillerGap let 55 s of event time pass, so that all windows of
	// the first pass have closed and what they joined is in force.
	fillers   = 5
	fillerGap = 11 * time.Second
)

// Service is the lines of one service, in order.
type Service struct {
	Name  string
	Lines []Body
}

// Answers are those to a service's lines in the first and in the second pass.
type Answers struct {
	First, Second []harness.Answer
	Related       map[string][]string // by cluster ID of the second pass
}

// Related returns the clusters that a running processor offers beside one of a
// service: near to it, but not joined.
type Related func(p *harness.Processor, service, clusterID string) ([]string, error)

// Run streams every service twice through processors with their defaults, and
// lets event time pass between. Answers are in the order of the services. With
// related, they also say what is offered beside the clusters of the second pass.
func Run(ctx context.Context, services []Service, related Related) ([]Answers, error) {
	var out []Answers
	for rest := services; len(rest) > 0; {
		n := min(servicesPerProcessor, len(rest))
		answers, err := run(ctx, rest[:n], related)
		if err != nil {
			return nil, err
		}
		out, rest = append(out, answers...), rest[n:]
	}
	return out, nil
}

func run(ctx context.Context, services []Service, related Related) (out []Answers, err error) {
	f := &feeder{}
	next, err := consumer.NewLogs(func(_ context.Context, ld plog.Logs) error {
		f.received = append(f.received, harness.Answers(ld)...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if f.Processor, err = harness.StartAsked(ctx, next, harness.Patient); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Stop(ctx)) }()

	out = make([]Answers, len(services))
	now := harness.Epoch
	for pass := range 2 {
		begin := now
		for i, s := range services {
			answers, err := f.feed(ctx, s, begin)
			if err != nil {
				return nil, err
			}
			if pass == 0 {
				out[i].First = answers
			} else {
				out[i].Second = answers
			}
			if end := begin.Add(time.Duration(len(s.Lines)) * step); end.After(now) {
				now = end
			}
		}
		for range fillers {
			now = now.Add(fillerGap)
			for _, s := range services {
				if _, err := f.feed(ctx, Service{s.Name, []Body{{Text: "filler heartbeat window"}}}, now); err != nil {
					return nil, err
				}
			}
		}
	}
	if related != nil {
		return out, addRelated(f.Processor, services, out, related)
	}
	return out, nil
}

func addRelated(p *harness.Processor, services []Service, answers []Answers, related Related) (err error) {
	for i := range answers {
		of := map[string][]string{}
		for _, a := range answers[i].Second {
			if _, asked := of[a.ClusterID]; asked {
				continue
			}
			if of[a.ClusterID], err = related(p, services[i].Name, a.ClusterID); err != nil {
				return err
			}
		}
		answers[i].Related = of
	}
	return nil
}

type feeder struct {
	*harness.Processor
	received []harness.Answer
}

// feed sends the lines of one service, the first at a time, and returns the
// answers.
func (f *feeder) feed(ctx context.Context, s Service, at time.Time) ([]harness.Answer, error) {
	f.received = make([]harness.Answer, 0, len(s.Lines))
	for rest := s.Lines; len(rest) > 0; {
		n := min(batchSize, len(rest))
		if err := f.ConsumeLogs(ctx, batch(s.Name, rest[:n], at)); err != nil {
			return nil, err
		}
		at = at.Add(time.Duration(n) * step)
		rest = rest[n:]
	}
	if len(f.received) != len(s.Lines) {
		return nil, fmt.Errorf("sent %d records, received %d", len(s.Lines), len(f.received))
	}
	return f.received, nil
}

func batch(service string, lines []Body, at time.Time) plog.Logs {
	ld := harness.Batch(records(service, lines), at, step)
	i := 0
	for lr := range harness.Records(ld) {
		if fields := lines[i].Fields; fields != nil {
			m := lr.Body().SetEmptyMap()
			for _, f := range fields {
				m.PutStr(f.Key, f.Value)
			}
		}
		i++
	}
	return ld
}

func records(service string, lines []Body) []harness.Record {
	out := make([]harness.Record, len(lines))
	for i, l := range lines {
		out[i] = harness.Record{Service: service, Body: l.Text}
	}
	return out
}
