// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector // import "github.com/otelcol-aiops/otelcol-aiops/forecastconnector"

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/forecast"
	"github.com/otelcol-aiops/otelcol-aiops/internal/match"
)

// rule is how some streams are forecast. It is read only.
type rule struct {
	match  match.Matcher
	ignore bool
	limit  *float64
	model  forecast.Config
}

// newRules returns the rules in order; the last matches everything.
func newRules(cfg *Config) ([]rule, error) {
	errs := cfg.DataRange.validate()
	all := rule{model: forecast.DefaultConfig()}
	all.model.Horizons = cfg.Horizons
	all.model.Coverage = cfg.Coverage
	all.model.Buckets = cfg.Limits.Buckets
	all.model.Min, all.model.Max = cfg.DataRange.Min, cfg.DataRange.Max

	var rules []rule
	for i := range cfg.Metrics {
		m := &cfg.Metrics[i]
		r := all
		chosen, err := match.New(m.Match)
		err = errors.Join(err, m.DataRange.validate())
		if m.Limit != nil && (math.IsNaN(*m.Limit) || math.IsInf(*m.Limit, 0)) {
			err = errors.Join(err, fmt.Errorf("limit must be a number, got %v", *m.Limit))
		}
		if err != nil {
			errs = errors.Join(errs, fmt.Errorf("metrics[%d]: %w", i, err))
		}
		r.match, r.ignore, r.limit = chosen, m.Ignore, m.Limit
		if m.DataRange.Min != nil {
			r.model.Min = m.DataRange.Min
		}
		if m.DataRange.Max != nil {
			r.model.Max = m.DataRange.Max
		}
		rules = append(rules, r)
	}
	return append(rules, all), errs
}

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
