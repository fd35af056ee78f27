// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor // import "github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor"

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor/internal/detect"
	"github.com/otelcol-aiops/otelcol-aiops/internal/match"
)

var directions = map[string]detect.Direction{"both": detect.Both, "up": detect.Up, "down": detect.Down}

// rules say how each stream is watched.
type rules struct {
	rules    []rule // the last matches everything
	suppress []suppression
	plans    sync.Map // of *plan by planKey: streams share theirs
}

// rule is how some streams are watched.
type rule struct {
	match    match.Matcher
	ignore   bool
	detector detect.Config
}

// suppression is a span of event time in which some streams are let alone.
type suppression struct {
	match       match.Matcher
	from, until int64 // ns since 1970
}

// plan is what the rules say of some streams. It is read only.
type plan struct {
	*rule
	suppress []*suppression
}

func newRules(cfg *Config) (*rules, error) {
	r, errs := &rules{}, cfg.Detection.validate()
	for i := range cfg.Metrics {
		m := &cfg.Metrics[i]
		chosen, err := match.New(m.Match)
		if err = errors.Join(err, m.Detection.validate()); err != nil {
			errs = errors.Join(errs, fmt.Errorf("metrics[%d]: %w", i, err))
		}
		r.rules = append(r.rules, rule{chosen, m.Ignore, detectorConfig(m.Detection.over(cfg.Detection))})
	}
	r.rules = append(r.rules, rule{detector: detectorConfig(cfg.Detection)})
	for i := range cfg.Suppress {
		s, err := newSuppression(&cfg.Suppress[i])
		if err != nil {
			errs = errors.Join(errs, fmt.Errorf("suppress[%d]: %w", i, err))
		}
		r.suppress = append(r.suppress, s)
	}
	return r, errs
}

// detectorConfig translates what validate has accepted.
func detectorConfig(c DetectionConfig) detect.Config {
	d := detect.Default()
	set(&d.Sensitivity, c.Sensitivity)
	set(&d.MinDeviation.Absolute, c.MinDeviation.Absolute)
	set(&d.MinDeviation.Relative, c.MinDeviation.Relative)
	set(&d.Adapt, c.Adapt)
	if c.Direction != nil {
		d.Direction = directions[*c.Direction]
	}
	d.DataRange = detect.Range{Min: c.DataRange.Min, Max: c.DataRange.Max}
	return d
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func newSuppression(c *SuppressConfig) (suppression, error) {
	chosen, errs := match.New(c.Match)
	s := suppression{match: chosen, until: c.Until.UnixNano()}
	switch {
	case c.Until.IsZero():
		errs = errors.Join(errs, errors.New("until must be a time such as 2026-01-02T15:04:05Z: every suppression has an end"))
	case c.From.IsZero():
	case !c.From.Before(c.Until):
		errs = errors.Join(errs, fmt.Errorf("from must be before until, got %s and %s", c.From.Format(time.RFC3339), c.Until.Format(time.RFC3339)))
	default:
		s.from = c.From.UnixNano()
	}
	return s, errs
}

// planKey says which rule and which suppressions match.
type planKey struct {
	rule     int
	suppress string // a byte for each suppression
}

// of finds what holds for a stream.
func (r *rules) of(name string, point, resource pcommon.Map) *plan {
	var key planKey
	for !r.rules[key.rule].match.Stream(name, point, resource) {
		key.rule++
	}
	p := &plan{rule: &r.rules[key.rule]}
	matches := make([]byte, len(r.suppress))
	for i := range r.suppress {
		if r.suppress[i].match.Stream(name, point, resource) {
			p.suppress = append(p.suppress, &r.suppress[i])
			matches[i] = 1
		}
	}
	key.suppress = string(matches)
	known, _ := r.plans.LoadOrStore(key, p)
	return known.(*plan)
}

func (p *plan) suppressed(at int64) bool {
	for _, s := range p.suppress {
		if at >= s.from && at < s.until {
			return true
		}
	}
	return false
}
