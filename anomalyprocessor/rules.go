// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor // import "github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor"

import (
	"errors"
	"fmt"
	"time"

	"github.com/gobwas/glob"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor/internal/detect"
)

var directions = map[string]detect.Direction{"both": detect.Both, "up": detect.Up, "down": detect.Down}

// rules say how each stream is watched. They are read only.
type rules struct {
	rules    []rule // the last matches everything
	suppress []suppression
}

// rule is how some streams are watched.
type rule struct {
	match    matcher
	ignore   bool
	detector detect.Config
}

// suppression is a span of event time in which some streams are let alone.
type suppression struct {
	match       matcher
	from, until int64 // ns since 1970
}

// plan is what the rules say of one stream.
type plan struct {
	*rule
	suppress []*suppression
}

func newRules(cfg *Config) (*rules, error) {
	r, errs := &rules{}, cfg.Detection.validate()
	for i := range cfg.Metrics {
		m := &cfg.Metrics[i]
		match, err := newMatcher(m.MatchConfig)
		if err = errors.Join(err, m.Detection.validate()); err != nil {
			errs = errors.Join(errs, fmt.Errorf("metrics[%d]: %w", i, err))
		}
		r.rules = append(r.rules, rule{match, m.Ignore, detectorConfig(m.Detection.over(cfg.Detection))})
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
	match, errs := newMatcher(c.MatchConfig)
	s := suppression{match: match, until: c.Until.UnixNano()}
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

// of finds what holds for a stream.
func (r *rules) of(name string, point, resource pcommon.Map) plan {
	var p plan
	for i := range r.rules {
		if r.rules[i].match.matches(name, point, resource) {
			p.rule = &r.rules[i]
			break
		}
	}
	for i := range r.suppress {
		if r.suppress[i].match.matches(name, point, resource) {
			p.suppress = append(p.suppress, &r.suppress[i])
		}
	}
	return p
}

func (p *plan) suppressed(at int64) bool {
	for _, s := range p.suppress {
		if at >= s.from && at < s.until {
			return true
		}
	}
	return false
}

// matcher chooses streams. The zero value chooses all.
type matcher struct {
	names      []glob.Glob
	attributes map[string]glob.Glob
}

func newMatcher(c MatchConfig) (matcher, error) {
	m := matcher{attributes: make(map[string]glob.Glob, len(c.Attributes))}
	var errs error
	for i, pattern := range c.Names {
		g, err := glob.Compile(pattern)
		if err != nil || pattern == "" {
			errs = errors.Join(errs, fmt.Errorf("names[%d] must be a glob pattern such as system.cpu.*, got %q", i, pattern))
		}
		m.names = append(m.names, g)
	}
	for key, pattern := range c.Attributes {
		g, err := glob.Compile(pattern)
		if err != nil {
			errs = errors.Join(errs, fmt.Errorf("attributes::%s must be a glob pattern such as prod-*, got %q", key, pattern))
		}
		m.attributes[key] = g
	}
	return m, errs
}

func (m *matcher) matches(name string, point, resource pcommon.Map) bool {
	return m.matchesName(name) && m.matchesAttributes(point, resource)
}

func (m *matcher) matchesName(name string) bool {
	for _, g := range m.names {
		if g.Match(name) {
			return true
		}
	}
	return len(m.names) == 0
}

func (m *matcher) matchesAttributes(point, resource pcommon.Map) bool {
	for key, g := range m.attributes {
		v, ok := point.Get(key)
		if !ok {
			v, ok = resource.Get(key)
		}
		if !ok || !g.Match(v.AsString()) {
			return false
		}
	}
	return true
}
