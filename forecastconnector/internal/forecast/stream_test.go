// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestForecastFollowsTheDay(t *testing.T) {
	cfg := DefaultConfig()
	require.NoError(t, cfg.Validate())
	s := New(&cfg)

	var at int64
	for ; at < 6*day; at += int64(5 * time.Minute) {
		require.True(t, s.Update(at, sine(at)))
		if s.FitDue() {
			s.Fit()
		}
	}
	for _, h := range cfg.Horizons {
		p := s.Forecast(h)
		require.InDelta(t, sine(s.Now()+int64(h)), p.Mean, 10, h)
		require.LessOrEqual(t, p.Lower, p.Mean)
		require.GreaterOrEqual(t, p.Upper, p.Mean)
	}
	var restored Stream
	restored.cfg = &cfg
	rest, err := restored.Restore(s.Append(nil))
	require.NoError(t, err)
	require.Empty(t, rest)
	require.Equal(t, s.Forecast(time.Hour), restored.Forecast(time.Hour))
}

func TestAConstantIsWithinItsBounds(t *testing.T) {
	cfg := DefaultConfig()
	s := New(&cfg)
	for at := int64(0); at < 3*hour; at += minute {
		s.Update(at, 1.4)
		if s.FitDue() {
			s.Fit()
		}
	}
	require.Positive(t, s.Measured(0).Points)
	require.InDelta(t, 1, s.Measured(0).Coverage, 0)
}
