// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector // import "github.com/otelcol-aiops/otelcol-aiops/forecastconnector"

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/aggregate"
	"github.com/otelcol-aiops/otelcol-aiops/internal/match"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
	"github.com/otelcol-aiops/otelcol-aiops/internal/validate"
)

// AggregateConfig forecasts several streams as one.
type AggregateConfig struct {
	Match match.Config `mapstructure:",squash"`
	// Function is sum, mean or max.
	Function string `mapstructure:"function"`
	// Without are the attributes, of the point or the resource, in which the streams
	// of one aggregate differ; empty is defaultWithout.
	Without []string `mapstructure:"without"`
	// Interval is the time between two points of the aggregate.
	Interval time.Duration `mapstructure:"interval"`
	// Streams has the streams forecast too, each by itself.
	Streams bool `mapstructure:"streams"`
}

// defaultWithout are the attributes that tell one instance of a service from another,
// as the semantic conventions and Prometheus name them.
var defaultWithout = []string{
	"service.instance.id", "instance", "host.id", "host.name", "host.ip", "host.mac", "hostname", "host", "node",
	"pod", "pod_name", "k8s.pod.name", "k8s.pod.uid", "k8s.pod.ip", "k8s.pod.start_time", "k8s.node.name", "k8s.node.uid",
	"k8s.replicaset.name", "k8s.replicaset.uid", "k8s.container.restart_count", "container", "container.id", "container.name",
	"net.host.name", "net.host.port", "server.address", "server.port", "process.pid",
}

const defaultAggregateInterval = time.Minute

// aggregateRule is an AggregateConfig that is ready for use. It is read only.
type aggregateRule struct {
	match    match.Matcher
	function aggregate.Function
	without  map[string]bool
	interval int64
	streams  bool
}

// newAggregates names every wrong key, its value and what is accepted.
func newAggregates(cfg *Config) (rules []aggregateRule, errs error) {
	for i := range cfg.Aggregate {
		a := &cfg.Aggregate[i]
		chosen, err := match.New(a.Match)
		function, interval, without := a.Function, a.Interval, a.Without
		if function == "" {
			function = string(aggregate.Sum)
		}
		if interval == 0 {
			interval = defaultAggregateInterval
		}
		if len(without) == 0 {
			without = defaultWithout
		}
		if !slices.Contains([]string{string(aggregate.Sum), string(aggregate.Mean), string(aggregate.Max)}, function) {
			err = errors.Join(err, fmt.Errorf("function must be one of sum, mean, max, got %q", a.Function))
		}
		if slices.Contains(without, "") {
			err = errors.Join(err, errors.New(`without must be names of attributes such as k8s.pod.name, got ""`))
		}
		err = errors.Join(err, validate.InRange("interval", interval, 10*time.Second, time.Hour))
		if err != nil {
			errs = errors.Join(errs, fmt.Errorf("aggregate[%d]: %w", i, err))
		}
		r := aggregateRule{chosen, aggregate.Function(function), make(map[string]bool, len(without)), int64(interval), a.Streams}
		for _, key := range without {
			r.without[key] = true
		}
		rules = append(rules, r)
	}
	return rules, errs
}

// gatherer makes points of aggregates of the points of their members.
type gatherer struct {
	rules   []aggregateRule
	members *atomic.Int64 // of all aggregates

	out      output
	source   pmetric.Metric
	scope    pmetric.ScopeMetrics
	resource pmetric.ResourceMetrics
	reduced  []pmetric.ResourceMetrics // by rule, of the resource at hand; unset until needed
	has      []bool
	point    pcommon.Map // the member's, reduced
}

func newGatherer(cfg *Config, rules []aggregateRule, members *atomic.Int64) gatherer {
	return gatherer{rules: rules, members: members, out: newOutput(cfg), point: pcommon.NewMap(), reduced: make([]pmetric.ResourceMetrics, len(rules)), has: make([]bool, len(rules))}
}

// end lets go of the batch.
func (g *gatherer) end() {
	g.out.end()
	g.source, g.scope, g.resource = pmetric.Metric{}, pmetric.ScopeMetrics{}, pmetric.ResourceMetrics{}
	clear(g.has)
	clear(g.reduced)
}

func (g *gatherer) at(rm pmetric.ResourceMetrics) {
	g.resource = rm
	clear(g.has)
}

// without is the resource without the attributes of a rule.
func (g *gatherer) without(i int) pmetric.ResourceMetrics {
	if !g.has[i] {
		r := pmetric.NewResourceMetrics()
		g.resource.Resource().CopyTo(r.Resource())
		r.SetSchemaUrl(g.resource.SchemaUrl())
		r.Resource().Attributes().RemoveIf(g.rules[i].removes)
		g.reduced[i], g.has[i] = r, true
	}
	return g.reduced[i]
}

func (r *aggregateRule) removes(key string, _ pcommon.Value) bool { return r.without[key] }

// aggregateKey says of what function a forecast's aggregate is.
const aggregateKey = "forecast.aggregate"

// gather adds the sample to the aggregate that the first rule that matches makes of its
// stream. It is false where the stream is forecast by itself.
func (b *pass) gather(member series.ID, name string, attributes pcommon.Map, ended bool) bool {
	g := &b.gatherer
	i := slices.IndexFunc(g.rules, func(r aggregateRule) bool { return r.match.Stream(name, attributes, b.resource) })
	if i < 0 {
		return false
	}
	r := &g.rules[i]
	reduced := g.without(i)
	series.CopyAttributes(attributes, g.point, 1)
	g.point.RemoveIf(r.removes)
	id := series.OfResource(reduced.Resource()).Scope(g.scope.Scope()).Metric(g.source).Aggregate(string(r.function)).Point(g.point)
	g.point.PutStr(aggregateKey, string(r.function))
	if !b.streams.Do(&b.cursor, id, func(s *stream) {
		before := 0
		if s.rule != nil {
			before = s.group.Len()
		}
		b.know(s, id, name, g.point, reduced.Resource().Attributes())
		if s.group == nil || s.group.Slot != r.interval {
			s.group = &aggregate.Group{Slot: r.interval}
		}
		s.group.Function = r.function
		if ended {
			s.group.End(member)
		} else {
			b.add(s, member, reduced)
		}
		g.members.Add(int64(s.group.Len() - before))
	}) {
		b.counts[full]++
	}
	return !r.streams
}

// add adds the sample at hand, and has what is complete learnt and forecast.
func (b *pass) add(s *stream, member series.ID, reduced pmetric.ResourceMetrics) {
	room := func() bool { return b.gatherer.members.Load() < int64(b.cfg.Limits.Streams) }
	outcome, ok := s.group.Add(member, &b.points.Sample, room, func(v aggregate.Value) {
		p := measure.Sample{Kind: measure.Gauge, At: v.At, Value: v.Value}
		_ = b.deliver(s, &p, b.gatherer.outputOf(b.out.name, b.out.unit, b.out.aspect, reduced), b.gatherer.point)
	})
	switch {
	case !ok:
		b.counts[full]++
	case outcome != measure.OK:
		b.counts[ofReading[outcome]]++
	default:
		b.counts[gathered]++
	}
}

// outputOf makes the forecasts of an aggregate, under the resource without what the
// members differ in.
func (g *gatherer) outputOf(name, unit, aspect string, reduced pmetric.ResourceMetrics) *output {
	g.out.resource(reduced)
	g.out.scope(g.scope)
	g.out.metric(name, unit, aspect, 1)
	return &g.out
}

// matchesAll says that a rule matches every stream.
func matchesAll(m *match.Config) bool {
	named := len(m.Names) == 0 || slices.ContainsFunc(m.Names, func(n string) bool { return strings.Trim(n, "*") == "" && n != "" })
	return named && len(m.Attributes) == 0
}
