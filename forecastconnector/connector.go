// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector // import "github.com/otelcol-aiops/otelcol-aiops/forecastconnector"

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.uber.org/zap"

	"github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"
	"github.com/otelcol-aiops/otelcol-aiops/internal/lifecycle"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
	"github.com/otelcol-aiops/otelcol-aiops/internal/repeat"
	"github.com/otelcol-aiops/otelcol-aiops/internal/replay"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

// forecastConnector is the seam between pdata and the packages that learn: it
// takes numbers and times out of points and makes metrics of the forecasts.
type forecastConnector struct {
	cfg        *Config
	rules      []rule
	aggregates []aggregateRule
	members    atomic.Int64 // of all aggregates
	ignores    bool         // some rule does
	streams    streams
	keeper     *checkpoint.Keeper
	tel        *telemetry
	set        component.TelemetrySettings
	logger     *zap.Logger
	debug      debugServer
	fitter     *fitter
	answered   *repeat.Memory[pmetric.Metrics]
	passes     sync.Pool // of *pass
}

// answersLimit bounds the forecasts of the latest batches that are remembered, in
// bytes.
const answersLimit = 16 << 20

func newConnector(set connector.Settings, cfg *Config) (*forecastConnector, error) {
	rules, err := newRules(cfg)
	if err != nil {
		return nil, err
	}
	aggregates, err := newAggregates(cfg)
	if err != nil {
		return nil, err
	}
	tel, err := newTelemetry(set.TelemetrySettings, set.ID)
	if err != nil {
		return nil, err
	}
	c := &forecastConnector{
		cfg:        cfg,
		rules:      rules,
		ignores:    anyIgnores(rules),
		aggregates: aggregates,
		streams:    streams{series.NewMap[stream](cfg.Limits.Streams, int64(cfg.Limits.Stale))},
		tel:        tel,
		set:        set.TelemetrySettings,
		logger:     set.Logger,
		debug:      debugServer{set: set.TelemetrySettings},
		answered:   repeat.New[pmetric.Metrics](answersLimit),
	}
	c.streams.Forgotten = func(s *stream) {
		if s.group != nil {
			c.members.Add(-int64(s.group.Len()))
		}
	}
	c.fitter = newFitter(c.streams, tel)
	c.keeper = &checkpoint.Keeper{
		Kind:      component.KindConnector,
		ID:        set.ID,
		Storage:   cfg.Storage,
		Directory: cfg.Directory,
		Interval:  cfg.CheckpointInterval,
		Version:   stateVersion,
		State:     c.streams,
		Observer:  tel,
		Logger:    set.Logger,
	}
	c.passes.New = func() any { return newPass(c) }
	return c, tel.observe(c.streams)
}

// Start implements component.Component.
func (c *forecastConnector) Start(ctx context.Context, host component.Host) error {
	if err := c.keeper.Start(ctx, host); err != nil {
		return err
	}
	return c.debug.start(ctx, host, c.cfg.Debug.Get(), inspector{c.streams})
}

// Shutdown implements component.Component.
func (c *forecastConnector) Shutdown(ctx context.Context) error {
	ctx, cancel := lifecycle.Stopping(ctx, c.set)
	defer cancel()
	err := c.debug.Shutdown(ctx)
	c.fitter.Shutdown()
	err = errors.Join(err, c.keeper.Shutdown(ctx))
	c.tel.Shutdown()
	return err
}

// answer learns from a batch and returns the forecasts, which are read-only since
// they are remembered. A batch that comes again gets the same and is not learnt.
func (c *forecastConnector) answer(ctx context.Context, md pmetric.Metrics) pmetric.Metrics {
	b := c.passes.Get().(*pass)
	key := repeat.Key{Quick: repeat.Metrics(md)}
	made, known := b.known(&key, md)
	if known {
		b.counts[duplicate] += int64(md.DataPointCount())
	} else {
		made = b.forecast(md)
		made.MarkReadOnly()
		key.Full = b.identity
		c.answered.Remember(key, made, forecastBytes*made.DataPointCount())
	}
	c.fitter.add(b.late)
	c.tel.count(ctx, b)
	b.end()
	c.passes.Put(b)
	return made
}

// forecastBytes is about what a point of a forecast takes.
const forecastBytes = 300

// known returns the forecasts that were made when the batch came before.
func (b *pass) known(key *repeat.Key, md pmetric.Metrics) (made pmetric.Metrics, known bool) {
	if !b.answered.Maybe(key.Quick) {
		return made, false
	}
	b.probing = true
	b.forecast(md)
	b.probing = false
	key.Full = b.identity
	return b.answered.Recall(*key)
}

// pass is what one call needs.
type pass struct {
	*forecastConnector
	reader
	now      int64
	resource pcommon.Map
	cursor   series.Cursor[stream]
	gatherer gatherer
	out      output
	points   measure.Points
	unit     string // of the source
	counts   [outcomes]int64

	identity uint64 // of the batch: of the identities of its points
	probing  bool   // for the identity only
}

func newPass(c *forecastConnector) *pass {
	return &pass{forecastConnector: c, out: newOutput(c.cfg), gatherer: newGatherer(c.cfg, c.aggregates, &c.members)}
}

// end lets go of the batch.
func (b *pass) end() {
	b.resource, b.cursor = pcommon.Map{}, series.Cursor[stream]{}
	b.out.end()
	b.gatherer.end()
	b.counts = [outcomes]int64{}
	b.fits, b.late = b.fits[:0], b.late[:0]
}

// forecast learns from a batch and returns the forecasts.
func (b *pass) forecast(md pmetric.Metrics) pmetric.Metrics {
	b.now = time.Now().UnixNano()
	b.begin(&b.cfg.Limits)
	b.out.begin()
	b.gatherer.out.made = b.out.made
	b.identity = repeat.Start
	for _, rm := range md.ResourceMetrics().All() {
		b.resource = rm.Resource().Attributes()
		b.out.resource(rm)
		b.gatherer.at(rm)
		resource := series.OfResource(rm.Resource())
		for _, sm := range rm.ScopeMetrics().All() {
			b.out.scope(sm)
			b.gatherer.scope = sm
			scope := resource.Scope(sm.Scope())
			for _, m := range sm.Metrics().All() {
				if series.Ours(m) {
					if !b.probing {
						b.counts[ours] += int64(measure.Len(m))
					}
					continue
				}
				b.metric(scope.Metric(m), m)
			}
		}
	}
	return b.out.made
}

func (b *pass) metric(id series.ID, m pmetric.Metric) {
	unit, aspect, points := m.Unit(), "", 0
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		points = m.Gauge().DataPoints().Len()
	case pmetric.MetricTypeSum:
		points = m.Sum().DataPoints().Len()
		if measure.KindOf(m.Sum()) != measure.Gauge {
			unit = measure.RateUnit(unit)
		}
	case pmetric.MetricTypeHistogram, pmetric.MetricTypeExponentialHistogram:
		unit, aspect = measure.RateUnit(""), aspectRate
	}
	b.out.metric(m.Name(), unit, aspect, points)
	b.gatherer.source, b.unit = m, m.Unit()
	b.counts[unsupported] += int64(b.points.Each(m, func(attributes pcommon.Map, flags pmetric.DataPointFlags) {
		b.learn(id, m.Name(), attributes, flags)
	}))
}

// learn learns from the sample and makes the stream's forecasts.
func (b *pass) learn(id series.ID, name string, attributes pcommon.Map, flags pmetric.DataPointFlags) {
	p := &b.points.Sample
	point := id.Point(attributes)
	b.identity = repeat.Mix(b.identity, uint64(point))
	if b.probing {
		return
	}
	if flags.NoRecordedValue() {
		b.counts[noValue]++
		if len(b.aggregates) > 0 {
			b.gather(point, name, attributes, true)
		}
		return
	}
	if !series.Plausible(p.At, b.now) {
		b.counts[badTime]++
		return
	}
	if b.ignores && ruleOf(b.rules, name, attributes, b.resource).ignore {
		b.counts[ignored]++ // before it takes a place
		return
	}
	b.streams.Tick(p.At)
	b.see(p.At)
	if len(b.aggregates) > 0 && b.gather(point, name, attributes, false) {
		return
	}
	if !b.streams.Do(&b.cursor, point, func(s *stream) {
		b.know(s, point, name, attributes, b.resource)
		b.counts[b.deliver(s, p, &b.out, attributes)]++
	}) {
		b.counts[full]++
	}
}

// know sets what a stream that is new, or was just restored, has to know of itself.
func (b *pass) know(s *stream, id series.ID, name string, attributes, resource pcommon.Map) {
	if s.rule != nil {
		return
	}
	s.rule, s.id = ruleOf(b.rules, name, attributes, resource), id
	s.bounds = boundsOf(b.unit)
	if !s.resume() {
		b.counts[lost]++
	}
	if b.cfg.Debug.HasValue() {
		s.label = newLabel(name, attributes, resource)
	}
}

// deliver has a sample learnt, makes the stream's forecasts, and says what became of it.
func (b *pass) deliver(s *stream, p *measure.Sample, out *output, attributes pcommon.Map) outcome {
	fitted := len(b.fits)
	read := b.step(s, p)
	if len(b.fits) > fitted {
		b.explain(s, out.name, attributes)
	}
	switch {
	case read != measure.OK:
		return ofReading[read]
	case p.At < s.Newest():
		return reordered // what came after it was forecast already
	case !s.model.Ready():
		return learning
	case p.At >= s.emitted && p.At-s.emitted < int64(b.cfg.EmitInterval):
		return waiting
	}
	s.emitted = p.At
	out.forecasts(s, attributes, p.At)
	return forecasted
}

// step learns from a sample, and follows a clock that went back: its points would
// be late until it is where it was.
func (b *pass) step(s *stream, p *measure.Sample) measure.Outcome {
	outcome := b.place(s, p)
	if outcome != measure.Late || s.model == nil || !s.model.Behind(p.At) {
		return outcome
	}
	s.number, s.histogram = measure.Number{}, nil
	if s.replay != nil {
		s.replay = replay.From(learner{s, &b.reader}, p.At)
	}
	return b.place(s, p)
}

// place has a sample learnt where it belongs.
func (b *pass) place(s *stream, p *measure.Sample) measure.Outcome {
	l := learner{s, &b.reader}
	if b.cfg.Lateness == 0 {
		return l.Step(p)
	}
	if s.replay == nil {
		s.replay = new(replay.Buffer)
	}
	return s.replay.Place(l, p, int64(b.cfg.Lateness), func() {})
}

// explain says at debug level what a stream's forecast is made of, and why.
func (b *pass) explain(s *stream, name string, attributes pcommon.Map) {
	entry := b.logger.Check(zap.DebugLevel, "models fitted")
	if entry == nil {
		return
	}
	d := s.model.Describe()
	entry.Write(
		zap.String("metric", name), zap.Any("attributes", attributes.AsRaw()),
		zap.Duration("step", d.Step), zap.Int("buckets", d.Buckets), zap.Durations("periods", d.Periods),
		zap.Float64("level", d.Level), zap.Float64("trend_per_day", d.Trend), zap.Strings("why", d.Why()),
		zap.Objects("models", modelStates(d.Models)), zap.Objects("measured", measurements(d.Measured)))
}
