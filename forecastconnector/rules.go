// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector // import "github.com/otelcol-aiops/otelcol-aiops/forecastconnector"

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/forecast"
	"github.com/otelcol-aiops/otelcol-aiops/internal/match"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

// rule is how some streams are forecast. It is read only.
type rule struct {
	match  match.Matcher
	ignore bool
	limit  *float64
	side   int8 // of the limit: 1 values rise to it, -1 they fall to it, 0 the stream says
	model  [unitBounds]forecast.Config
}

// newRules returns the rules in order; the last matches everything.
func newRules(cfg *Config) ([]rule, error) {
	errs := cfg.DataRange.validate()
	model := forecast.DefaultConfig()
	model.Horizons = cfg.Horizons
	model.Coverage = cfg.Coverage
	model.Buckets = cfg.Limits.Buckets
	model.Min, model.Max = cfg.DataRange.Min, cfg.DataRange.Max
	model.Window, model.Quantile, model.Headroom = cfg.Recommended.Window, cfg.Recommended.Quantile, cfg.Recommended.Headroom
	all := rule{model: withTops(model)}

	var rules []rule
	everything := -1
	for i := range cfg.Metrics {
		m := &cfg.Metrics[i]
		r := all
		chosen, err := match.New(m.Match)
		err = errors.Join(err, m.DataRange.validate())
		if m.Limit != nil && (math.IsNaN(*m.Limit) || math.IsInf(*m.Limit, 0)) {
			err = errors.Join(err, fmt.Errorf("limit must be a number, got %v", *m.Limit))
		}
		err = errors.Join(err, m.validate(cfg, everything))
		if err != nil {
			errs = errors.Join(errs, fmt.Errorf("metrics[%d]: %w", i, err))
		}
		r.match, r.ignore, r.limit, r.side = chosen, m.Ignore, m.Limit, sides[m.Direction]
		own := model
		if m.DataRange.Min != nil {
			own.Min = m.DataRange.Min
		}
		if m.DataRange.Max != nil {
			own.Max = m.DataRange.Max
		}
		r.model = withTops(own)
		rules = append(rules, r)
		if everything < 0 && matchesAll(&m.Match) {
			everything = i
		}
	}
	return append(rules, all), errs
}

// sides are the values of direction.
var sides = map[string]int8{"": 0, "auto": 0, "up": 1, "down": -1}

// validate refuses what can match nothing, or never happen.
func (m *MetricConfig) validate(cfg *Config, everything int) (errs error) {
	if _, ok := sides[m.Direction]; !ok {
		errs = fmt.Errorf("direction must be one of auto, up, down, got %q", m.Direction)
	}
	if everything >= 0 {
		errs = errors.Join(errs, fmt.Errorf("names can match nothing: metrics[%d] matches every stream and the first that matches counts", everything))
	}
	if m.Direction != "" && m.Limit == nil {
		errs = errors.Join(errs, errors.New("direction is that of a limit, and there is none"))
	}
	least, most := cmp.Or(m.DataRange.Min, cfg.DataRange.Min), cmp.Or(m.DataRange.Max, cfg.DataRange.Max)
	if m.Limit != nil && (least != nil && *m.Limit < *least || most != nil && *m.Limit > *most) {
		errs = errors.Join(errs, fmt.Errorf("limit can never be reached: it must lie in data_range, got %v", *m.Limit))
	}
	for i, name := range m.Match.Names {
		if series.OurName(name) {
			errs = errors.Join(errs, fmt.Errorf("names[%d] can match nothing: %q is one of our own metrics, which are not forecast", i, name))
		}
	}
	return errs
}

// bounds say where the unit of a stream has it that values end.
type bounds int

const (
	open bounds = iota
	percent
	ratio
	unitBounds
)

// boundsOf takes them from a unit (UCUM).
func boundsOf(unit string) bounds {
	switch unit {
	case "%":
		return percent
	case "1":
		return ratio
	}
	return open
}

// withTops are a configuration for each bounds.
func withTops(c forecast.Config) (all [unitBounds]forecast.Config) {
	for b, top := range map[bounds]*float64{open: nil, percent: new(float64), ratio: new(float64)} {
		all[b] = c
		if top != nil {
			*top = map[bounds]float64{percent: 100, ratio: 1}[b]
			all[b].Top = top
		}
	}
	return all
}

// config is that of the stream's model.
func (s *stream) config() *forecast.Config { return &s.rule.model[s.bounds] }

// anyIgnores is true where some streams are not forecast.
func anyIgnores(rules []rule) bool {
	return slices.ContainsFunc(rules, func(r rule) bool { return r.ignore })
}

// ruleOf is the rule of a stream.
func ruleOf(rules []rule, name string, point, resource pcommon.Map) *rule {
	for i := range rules {
		if rules[i].match.Stream(name, point, resource) {
			return &rules[i]
		}
	}
	return &rules[len(rules)-1]
}
