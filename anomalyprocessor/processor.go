// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor // import "github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor"

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor"

	"github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor/internal/detect"
	"github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"
	"github.com/otelcol-aiops/otelcol-aiops/internal/lifecycle"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
	"github.com/otelcol-aiops/otelcol-aiops/internal/repeat"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

// anomalyProcessor is the seam between pdata and the packages that learn: it
// takes numbers and times out of points and writes verdicts on and beside them.
type anomalyProcessor struct {
	inline     bool
	companions CompanionsConfig
	quantiles  []float64
	lateness   int64
	rules      *rules
	streams    streams
	keeper     *checkpoint.Keeper
	tel        *telemetry
	warming    *atomic.Int64 // streams
	answered   *repeat.Memory[*answer]
	passes     sync.Pool // of *pass
	set        component.TelemetrySettings
}

func newProcessor(set processor.Settings, cfg *Config) (*anomalyProcessor, error) {
	rules, err := newRules(cfg)
	if err != nil {
		return nil, err
	}
	tel, err := newTelemetry(set.TelemetrySettings, set.ID)
	if err != nil {
		return nil, err
	}
	p := &anomalyProcessor{
		inline:     cfg.Inline,
		companions: cfg.Companions,
		quantiles:  cfg.Histograms.Quantiles,
		lateness:   int64(cfg.Lateness),
		rules:      rules,
		streams:    streams{series.NewMap[stream](cfg.Limits.Streams, int64(cfg.Limits.Stale))},
		tel:        tel,
		warming:    new(atomic.Int64),
		answered:   repeat.New[*answer](answersLimit),
		set:        set.TelemetrySettings,
	}
	p.keeper = &checkpoint.Keeper{
		Kind:      component.KindProcessor,
		ID:        set.ID,
		Storage:   cfg.Storage,
		Directory: cfg.Directory,
		Interval:  cfg.CheckpointInterval,
		Version:   stateVersion,
		State:     p.streams,
		Observer:  tel,
		Logger:    set.Logger,
	}
	p.streams.Forgotten = func(s *stream) { p.warmth(s, false) }
	p.passes.New = func() any { return newPass(p) }
	return p, tel.observe(p.streams, p.warming)
}

// Start implements component.Component.
func (p *anomalyProcessor) Start(ctx context.Context, host component.Host) error {
	return p.keeper.Start(ctx, host)
}

// Shutdown implements component.Component.
func (p *anomalyProcessor) Shutdown(ctx context.Context) error {
	ctx, cancel := lifecycle.Stopping(ctx, p.set)
	defer cancel()
	err := p.keeper.Shutdown(ctx)
	p.tel.Shutdown()
	return err
}

func (p *anomalyProcessor) processMetrics(ctx context.Context, md pmetric.Metrics) (pmetric.Metrics, error) {
	b := p.passes.Get().(*pass)
	b.now = time.Now().UnixNano()
	if key, known := b.known(md); known != nil {
		known.repeat(b, md)
	} else {
		b.judgeAll(md)
		b.remember(key)
	}
	p.tel.count(ctx, b)
	b.end()
	p.passes.Put(b)
	return md, nil
}

// pass is what one call needs.
type pass struct {
	*anomalyProcessor
	reader
	now      int64
	resource pcommon.Map
	cursor   series.Cursor[stream]
	probe    stream // for points that are judged before they are learnt
	beside   companions
	points   measure.Points
	judged   []finding
	counts   [outcomes]int64

	identity uint64 // of the batch: of the identities of its points
	probing  bool   // for the identity only
	answer   answer
}

func newPass(p *anomalyProcessor) *pass {
	return &pass{anomalyProcessor: p, reader: reader{quantiles: p.quantiles, bounds: p.companions.Bounds}, beside: companions{cfg: p.companions}}
}

// end lets go of the batch.
func (b *pass) end() {
	b.resource = pcommon.Map{}
	b.cursor = series.Cursor[stream]{}
	b.beside.begin(pmetric.MetricSlice{})
	b.counts = [outcomes]int64{}
	b.answer = answer{}
}

// judgeAll goes through a batch.
func (b *pass) judgeAll(md pmetric.Metrics) {
	b.identity = repeat.Start
	for _, rm := range md.ResourceMetrics().All() {
		b.resource = rm.Resource().Attributes()
		resource := series.OfResource(rm.Resource())
		for _, sm := range rm.ScopeMetrics().All() {
			n := sm.Metrics().Len()
			b.beside.begin(sm.Metrics())
			b.scope(resource.Scope(sm.Scope()), sm.Metrics())
			b.answer.scope(sm.Metrics(), n)
		}
	}
}

// scope watches the metrics of one scope. Companions are appended to them
// meanwhile.
func (b *pass) scope(id series.ID, metrics pmetric.MetricSlice) {
	for i := range metrics.Len() {
		m := metrics.At(i)
		if series.Ours(m) {
			b.counts[ours] += int64(measure.Len(m))
			continue
		}
		b.beside.of(m.Name(), m.Unit())
		id := id.Metric(m)
		b.counts[unsupported] += int64(b.points.Each(m, func(attributes pcommon.Map, flags pmetric.DataPointFlags) {
			b.watch(id, m.Name(), attributes, flags)
		}))
	}
}

// watch judges the sample and reports what it found.
func (b *pass) watch(id series.ID, name string, attributes pcommon.Map, flags pmetric.DataPointFlags) {
	p := &b.points.Sample
	point := id.Point(attributes)
	b.identity = repeat.Mix(b.identity, uint64(point))
	if b.probing {
		return
	}
	b.answer.points++
	b.takeOff(attributes)
	if flags.NoRecordedValue() {
		b.counts[noValue]++
		b.streams.With(point, func(s *stream) { b.silence(s, attributes, p) })
		return
	}
	if !series.Plausible(p.At, b.now) {
		b.counts[badTime]++
		return
	}
	b.streams.Tick(p.At)
	if !b.streams.Do(&b.cursor, point, func(s *stream) {
		if s.plan == nil {
			s.plan = b.rules.of(name, attributes, b.resource)
			if !s.resume() {
				b.counts[lost]++
			}
		}
		if s.plan.ignore {
			b.counts[ignored]++
			return
		}
		b.judge(s, attributes, p)
	}) {
		b.counts[full]++
	}
}

// silence ends the gauges of a stream whose source says that it has no value any
// more.
func (b *pass) silence(s *stream, attributes pcommon.Map, p *measure.Sample) {
	if s.plan == nil || !series.Plausible(p.At, b.now) {
		return
	}
	for i := range s.watches() {
		aspect := ""
		if p.Distribution != nil {
			aspect = b.aspect(i)
		}
		b.beside.end(s.watch(i), attributes, p.At, aspect, p.Kind)
	}
}

// warmth keeps count of the streams that are warming up.
func (p *anomalyProcessor) warmth(s *stream, warming bool) {
	switch {
	case warming && !s.first.warming:
		p.warming.Add(1)
	case !warming && s.first.warming:
		p.warming.Add(-1)
	}
	s.first.warming = warming
}

func (b *pass) judge(s *stream, attributes pcommon.Map, p *measure.Sample) {
	outcome := b.step(s, p)
	b.warmth(s, s.first.begun && s.first.detector.Warming())
	var worst detect.Verdict
	warming := outcome == measure.OK
	for i := range b.judged {
		f := &b.judged[i]
		warming = warming && f.Warming
		if f.Anomalous && f.Score > worst.Score {
			worst = f.Verdict
		}
		aspect := ""
		if p.Distribution != nil {
			aspect = b.aspect(f.watch)
		}
		b.beside.report(s.watch(f.watch), f, attributes, p.At, aspect, p.Kind)
	}
	switch {
	case worst.Anomalous:
		b.counts[anomalous]++
		if b.inline {
			mark(attributes, worst.Kind)
			b.answer.mark(worst.Kind)
		}
	case outcome == measure.OK && len(b.judged) == 0:
		b.counts[suppressed]++
	case warming:
		b.counts[warmingUp]++
	default:
		b.counts[ofReading[outcome]]++
	}
}

// step learns from a point and leaves the verdicts on it in judged.
func (b *pass) step(s *stream, p *measure.Sample) measure.Outcome {
	outcome := b.place(s, p)
	if !s.goneBack(p.At, outcome) {
		return outcome
	}
	learner{s, &b.reader}.rewind(p.At)
	return b.place(s, p)
}

// place has a point learnt where it belongs.
func (b *pass) place(s *stream, p *measure.Sample) measure.Outcome {
	b.judged = b.judged[:0]
	l := learner{s, &b.reader}
	if b.lateness == 0 {
		outcome := l.Step(p)
		b.judged = append(b.judged, b.findings...)
		return outcome
	}
	return b.wait(s, p)
}
