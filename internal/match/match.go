// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package match chooses metric streams by name and attributes.
package match // import "github.com/otelcol-aiops/otelcol-aiops/internal/match"

import (
	"errors"
	"fmt"

	"github.com/gobwas/glob"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

// Config chooses streams. All that is given must match.
type Config struct {
	// Names are glob patterns of metric names; one must match. None is any name.
	Names []string `mapstructure:"names"`
	// Attributes are glob patterns of attributes of the point, or else of the
	// resource, each of which must match.
	Attributes map[string]string `mapstructure:"attributes"`
}

// Matcher chooses streams. The zero value chooses all.
type Matcher struct {
	names      []glob.Glob
	attributes map[string]glob.Glob
}

// New compiles the patterns. An error names the key and the pattern.
func New(c Config) (Matcher, error) {
	m := Matcher{attributes: make(map[string]glob.Glob, len(c.Attributes))}
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

// Stream is true for a stream of a metric, with a point's and its resource's
// attributes.
func (m *Matcher) Stream(name string, point, resource pcommon.Map) bool {
	return m.name(name) && m.attributesOf(point, resource)
}

func (m *Matcher) name(name string) bool {
	for _, g := range m.names {
		if g.Match(name) {
			return true
		}
	}
	return len(m.names) == 0
}

func (m *Matcher) attributesOf(point, resource pcommon.Map) bool {
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
