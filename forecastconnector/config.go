// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector // import "github.com/otelcol-aiops/otelcol-aiops/forecastconnector"

import (
	"errors"
	"fmt"
	"math"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap/xconfmap"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/forecast"
	"github.com/otelcol-aiops/otelcol-aiops/internal/match"
	"github.com/otelcol-aiops/otelcol-aiops/internal/validate"
)

// Config is the configuration of the forecast connector.
type Config struct {
	// Horizons are how far ahead is looked.
	Horizons []time.Duration `mapstructure:"horizons"`
	// Coverage is the share of points that should lie within the bounds.
	Coverage float64 `mapstructure:"coverage"`
	// Timestamp is now, the time a forecast was made, or target, the time it is
	// for.
	Timestamp string `mapstructure:"timestamp"`
	// EmitInterval is the least time between two forecasts of a stream; 0 makes one
	// with every point.
	EmitInterval time.Duration `mapstructure:"emit_interval"`
	// Recommended says what to provision.
	Recommended RecommendedConfig `mapstructure:"recommended"`
	// Plan is the recommended value for each slot of the coming day.
	Plan PlanConfig `mapstructure:"plan"`
	// Due adds the forecast that was made one horizon ago for the present moment.
	Due bool `mapstructure:"due"`
	// Quality adds how good the forecasts were against what came.
	Quality bool `mapstructure:"quality"`
	// DataRange is where values can be.
	DataRange DataRangeConfig `mapstructure:"data_range"`
	// Metrics are rules for streams by name and attributes; the first that matches
	// counts.
	Metrics []MetricConfig `mapstructure:"metrics"`
	// Aggregate forecasts several streams as one; the first that matches counts.
	Aggregate []AggregateConfig `mapstructure:"aggregate"`
	// Lateness is how much older than the newest point of its stream a point may
	// be and still be put in order. It costs up to three times the memory.
	Lateness time.Duration `mapstructure:"lateness"`
	// Limits bounds memory and time.
	Limits LimitsConfig `mapstructure:"limits"`
	// Storage is the extension that keeps what was learnt over a restart.
	Storage *component.ID `mapstructure:"storage"`
	// Directory keeps it in files of its own, instead.
	Directory string `mapstructure:"directory"`
	// CheckpointInterval is how often what was learnt is stored.
	CheckpointInterval time.Duration `mapstructure:"checkpoint_interval"`
	// Debug serves, where it is set, what the forecasts are made of, and why.
	Debug configoptional.Optional[confighttp.ServerConfig] `mapstructure:"debug"`
}

// RecommendedConfig says what to provision: the highest upper quantile over the
// coming window, with headroom.
type RecommendedConfig struct {
	Enabled  bool          `mapstructure:"enabled"`
	Window   time.Duration `mapstructure:"window"`
	Quantile float64       `mapstructure:"quantile"`
	// Headroom is a share that is added.
	Headroom float64 `mapstructure:"headroom"`
}

// PlanConfig cuts the coming day into slots.
type PlanConfig struct {
	Enabled bool `mapstructure:"enabled"`
	// Slot divides a day evenly.
	Slot time.Duration `mapstructure:"slot"`
}

// DataRangeConfig is where values can be; what is nil is open.
type DataRangeConfig struct {
	Min *float64 `mapstructure:"min"`
	Max *float64 `mapstructure:"max"`
}

// MetricConfig is a rule for some streams.
type MetricConfig struct {
	Match match.Config `mapstructure:",squash"`
	// Ignore makes no forecasts of the streams.
	Ignore bool `mapstructure:"ignore"`
	// DataRange is in place of that for all streams.
	DataRange DataRangeConfig `mapstructure:"data_range"`
	// Limit asks when the stream reaches a value.
	Limit *float64 `mapstructure:"limit"`
	// Direction is up or down: where values go when they come to the limit. Auto goes
	// by on which side of it the stream is first seen.
	Direction string `mapstructure:"direction"`
}

// LimitsConfig bounds memory and time. At a limit points still flow.
type LimitsConfig struct {
	// Streams is the largest number of streams that are forecast.
	Streams int `mapstructure:"streams"`
	// Stale is the time without a point after which a stream is forgotten.
	Stale time.Duration `mapstructure:"stale"`
	// Fits is the largest number of streams whose models are fitted in one batch.
	Fits int `mapstructure:"fits"`
	// FitTime is the longest time that one batch fits for. What is left is fitted
	// beside the flow.
	FitTime time.Duration `mapstructure:"fit_time"`
	// Buckets is how many buckets of history, of 4 bytes, a stream keeps. With
	// fewer, buckets are wider.
	Buckets int `mapstructure:"buckets"`
}

// Values of Config.Timestamp.
const (
	TimestampNow    = "now"
	TimestampTarget = "target"
)

const day = 24 * time.Hour

var _ xconfmap.Validator = (*Config)(nil)

func createDefaultConfig() component.Config {
	return &Config{
		Horizons:           defaultHorizons(),
		Coverage:           0.8,
		Timestamp:          TimestampNow,
		Recommended:        RecommendedConfig{Enabled: true, Window: time.Hour, Quantile: 0.9, Headroom: 0.1},
		Plan:               PlanConfig{Slot: time.Hour},
		Quality:            true,
		Metrics:            []MetricConfig{},
		Aggregate:          []AggregateConfig{},
		Limits:             LimitsConfig{Streams: 10_000, Stale: 7 * day, Fits: 100, FitTime: 20 * time.Millisecond, Buckets: forecast.DefaultConfig().Buckets},
		CheckpointInterval: 5 * time.Minute,
		Debug:              configoptional.Default(newDebugConfig()),
	}
}

func defaultHorizons() []time.Duration { return []time.Duration{15 * time.Minute, time.Hour, day} }

// Validate names every wrong key, its value and what is accepted.
func (c *Config) Validate() error {
	errs := c.validateHorizons()
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = errors.Join(errs, fmt.Errorf(format, args...))
		}
	}
	check(c.Coverage >= 0.5 && c.Coverage <= 0.99, "coverage must be between 0.5 and 0.99, got %v", c.Coverage)
	check(c.Timestamp == TimestampNow || c.Timestamp == TimestampTarget, "timestamp must be one of now, target, got %q", c.Timestamp)
	check(c.Recommended.Quantile >= 0.5 && c.Recommended.Quantile <= 0.999, "recommended::quantile must be between 0.5 and 0.999, got %v", c.Recommended.Quantile)
	check(c.Recommended.Headroom >= 0 && c.Recommended.Headroom <= 10, "recommended::headroom must be between 0 and 10, got %v", c.Recommended.Headroom)
	check(c.Plan.Slot >= 15*time.Minute && c.Plan.Slot <= day && day%c.Plan.Slot == 0, "plan::slot must be between 15m and 24h and divide a day evenly, got %v", c.Plan.Slot)
	if debug := c.Debug.Get(); debug != nil {
		check(debug.NetAddr.Endpoint != "", "debug::endpoint must be an address such as %s, got an empty string", defaultDebugEndpoint)
	}
	_, errRules := newRules(c)
	_, errAggregates := newAggregates(c)
	return errors.Join(errs, errRules, errAggregates,
		validate.InRange("recommended::window", c.Recommended.Window, time.Minute, 7*day),
		validate.InRange("emit_interval", c.EmitInterval, 0, time.Hour),
		validate.InRange("lateness", c.Lateness, 0, time.Hour),
		validate.InRange("limits::streams", c.Limits.Streams, 1, 10_000_000),
		validate.InRange("limits::stale", c.Limits.Stale, time.Minute, 100*day),
		validate.InRange("limits::fits", c.Limits.Fits, 1, 1_000_000),
		validate.InRange("limits::fit_time", c.Limits.FitTime, time.Millisecond, 10*time.Second),
		validate.InRange("limits::buckets", c.Limits.Buckets, forecast.MinBuckets, forecast.MaxBuckets),
		validate.NotBoth("storage", c.Storage != nil, "directory", c.Directory != ""),
		validate.InRange("checkpoint_interval", c.CheckpointInterval, time.Second, day),
	)
}

func (c *Config) validateHorizons() error {
	if len(c.Horizons) == 0 || len(c.Horizons) > 10 {
		return fmt.Errorf("horizons must be 1 to 10 durations, got %d", len(c.Horizons))
	}
	var errs error
	for i, h := range c.Horizons {
		errs = errors.Join(errs, validate.InRange(fmt.Sprintf("horizons[%d]", i), h, time.Minute, 7*day))
		if i > 0 && h <= c.Horizons[i-1] {
			errs = errors.Join(errs, fmt.Errorf("horizons[%d] must be above the one before it, got %v after %v", i, h, c.Horizons[i-1]))
		}
	}
	return errs
}

func (c *DataRangeConfig) validate() error {
	var errs error
	for key, v := range map[string]*float64{"min": c.Min, "max": c.Max} {
		if v != nil && (math.IsNaN(*v) || math.IsInf(*v, 0)) {
			errs = errors.Join(errs, fmt.Errorf("data_range::%s must be a number, got %v", key, *v))
		}
	}
	if c.Min != nil && c.Max != nil && !(*c.Min < *c.Max) {
		errs = errors.Join(errs, fmt.Errorf("data_range::min must be below data_range::max, got %v and %v", *c.Min, *c.Max))
	}
	return errs
}
