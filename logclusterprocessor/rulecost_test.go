// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestMaskRulesThatCostTooMuchAreRefused(t *testing.T) {
	cfg := func(pattern string) error {
		return defaults(func(c *Config) { c.Mask.Rules = []MaskRule{{Name: "x", Pattern: pattern}} }).Validate()
	}
	require.NoError(t, cfg(`order-\d{4,12}`))
	require.NoError(t, cfg(`\b[0-9a-f]{32}\b`))
	require.ErrorContains(t, cfg(`([a-z]+\d?){1,300}x`), "mask: rule 0 (x)")
	require.ErrorContains(t, cfg(`[a-z]{1,999}\d`), "at most 500 are accepted")
}

func TestSlowMaskRulesAreNamed(t *testing.T) {
	core, logs := observer.New(zap.WarnLevel)
	warnOfSlowRules([]MaskRule{{Name: "slow", Pattern: `[a-z]{1,450}\d\d\d`}, {Name: "fast", Pattern: `order-\d+`}}, 16<<10, zap.New(core))
	for _, e := range logs.All() {
		if e.ContextMap()["rule"] == "fast" {
			require.Greater(t, e.ContextMap()["worst_line"], slowRule, "a busy machine")
		}
	}
	slow := logs.FilterField(zap.String("rule", "slow")).All()
	require.Len(t, slow, 1)
	require.Less(t, slow[0].ContextMap()["worst_line"], time.Minute)
}
