// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor // import "github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor"

import (
	"errors"
	"fmt"
	"math"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap/xconfmap"

	"github.com/otelcol-aiops/otelcol-aiops/internal/match"
	"github.com/otelcol-aiops/otelcol-aiops/internal/validate"
)

// Config is the configuration of the anomaly processor.
type Config struct {
	// Inline marks anomalous points with anomaly.flag and anomaly.kind. Without
	// it the source points stay as they came, which Prometheus needs: there, an
	// attribute makes another series.
	Inline bool `mapstructure:"inline"`
	// Companions says which metrics come beside those of the source.
	Companions CompanionsConfig `mapstructure:"companions"`
	// Detection is what holds for every stream that no rule of Metrics matches.
	Detection DetectionConfig `mapstructure:",squash"`
	// Metrics are rules for streams by name and attributes. The first that
	// matches counts; what it does not set is as in Detection.
	Metrics []MetricConfig `mapstructure:"metrics"`
	// Suppress lists spans of time in which streams are neither judged nor learnt.
	Suppress []SuppressConfig `mapstructure:"suppress"`
	// Histograms says what is watched of a histogram.
	Histograms HistogramsConfig `mapstructure:"histograms"`
	// Lateness is how much older than the newest point of its stream a point may
	// be and still be put in order. It costs up to three times the memory.
	Lateness time.Duration `mapstructure:"lateness"`
	// Limits bounds the memory.
	Limits LimitsConfig `mapstructure:"limits"`
	// Storage is the extension that keeps what was learnt over a restart.
	Storage *component.ID `mapstructure:"storage"`
	// Directory keeps it in files of its own, instead.
	Directory string `mapstructure:"directory"`
	// CheckpointInterval is how often what was learnt is stored.
	CheckpointInterval time.Duration `mapstructure:"checkpoint_interval"`
}

// CompanionsConfig says which companion metrics are made.
type CompanionsConfig struct {
	// Score makes anomaly.score.
	Score bool `mapstructure:"score"`
	// Points makes anomaly.points.
	Points bool `mapstructure:"points"`
	// Expected makes anomaly.expected.
	Expected bool `mapstructure:"expected"`
	// Bounds makes anomaly.lower and anomaly.upper.
	Bounds bool `mapstructure:"bounds"`
	// Level is the score from which on the gauges are reported; 0 reports them
	// for every point.
	Level float64 `mapstructure:"level"`
}

// DetectionConfig says what is anomalous. In a rule of Metrics, what is nil is
// as for all streams.
type DetectionConfig struct {
	// Sensitivity is how many alarms a series may cause in a week of nothing.
	Sensitivity *float64 `mapstructure:"sensitivity"`
	// Direction is both, up or down: the side of the expected value that counts.
	Direction *string `mapstructure:"direction"`
	// MinDeviation is the smallest deviation from the expected value that counts.
	MinDeviation MinDeviationConfig `mapstructure:"min_deviation"`
	// DataRange is where values can be.
	DataRange DataRangeConfig `mapstructure:"data_range"`
	// Adapt is how long, and for 12 points at least, a new level is anomalous
	// before it is the new normal. Where there is next to nothing any more, it is
	// a day at least.
	Adapt *time.Duration `mapstructure:"adapt"`
}

// MinDeviationConfig is the smallest deviation that counts; both must be met.
type MinDeviationConfig struct {
	// Absolute is in the unit of the stream.
	Absolute *float64 `mapstructure:"absolute"`
	// Relative is a share of the expected value.
	Relative *float64 `mapstructure:"relative"`
}

// DataRangeConfig is where values can be; what is nil is open.
type DataRangeConfig struct {
	Min *float64 `mapstructure:"min"`
	Max *float64 `mapstructure:"max"`
}

// MetricConfig is a rule for some streams.
type MetricConfig struct {
	Match match.Config `mapstructure:",squash"`
	// Ignore passes the streams on unwatched.
	Ignore    bool            `mapstructure:"ignore"`
	Detection DetectionConfig `mapstructure:",squash"`
}

// SuppressConfig is a span of event time in which some streams are let alone.
type SuppressConfig struct {
	Match match.Config `mapstructure:",squash"`
	// From and Until are times as in RFC 3339. Without From it holds from ever.
	From  time.Time `mapstructure:"from"`
	Until time.Time `mapstructure:"until"`
}

// HistogramsConfig says what is watched of a histogram beside the rate and the
// mean of its observations.
type HistogramsConfig struct {
	Quantiles []float64 `mapstructure:"quantiles"`
}

// LimitsConfig bounds the memory. At a limit points still flow.
type LimitsConfig struct {
	// Streams is the largest number of streams watched.
	Streams int `mapstructure:"streams"`
	// Stale is the time without a point after which a stream is forgotten.
	Stale time.Duration `mapstructure:"stale"`
}

var _ xconfmap.Validator = (*Config)(nil)

func createDefaultConfig() component.Config {
	sensitivity, direction, absolute, relative, adapt := 0.7, "both", 0.0, 0.0, 30*time.Minute
	return &Config{
		Inline:     true,
		Companions: CompanionsConfig{Score: true, Points: true, Level: 1},
		Detection: DetectionConfig{
			Sensitivity:  &sensitivity,
			Direction:    &direction,
			MinDeviation: MinDeviationConfig{Absolute: &absolute, Relative: &relative},
			Adapt:        &adapt,
		},
		Metrics:            []MetricConfig{},
		Suppress:           []SuppressConfig{},
		Histograms:         HistogramsConfig{Quantiles: []float64{0.95}},
		Limits:             LimitsConfig{Streams: 100_000, Stale: 24 * time.Hour},
		CheckpointInterval: 5 * time.Minute,
	}
}

// Validate names every wrong key, its value and what is accepted.
func (c *Config) Validate() error {
	var errs error
	if !(c.Companions.Level >= 0 && c.Companions.Level <= 100) {
		errs = fmt.Errorf("companions::level must be between 0 and 100, got %v", c.Companions.Level)
	}
	for i, q := range c.Histograms.Quantiles {
		if !(q >= 0 && q <= 1) {
			errs = errors.Join(errs, fmt.Errorf("histograms::quantiles[%d] must be between 0 and 1, got %v", i, q))
		}
	}
	_, errRules := newRules(c)
	return errors.Join(errs, errRules,
		validate.InRange("histograms::quantiles: their number", len(c.Histograms.Quantiles), 0, 5),
		validate.InRange("lateness", c.Lateness, 0, time.Hour),
		validate.InRange("limits::streams", c.Limits.Streams, 1, 100_000_000),
		validate.InRange("limits::stale", c.Limits.Stale, time.Minute, 100*24*time.Hour),
		validate.NotBoth("storage", c.Storage != nil, "directory", c.Directory != ""),
		validate.InRange("checkpoint_interval", c.CheckpointInterval, time.Second, 24*time.Hour),
	)
}

func (c *DetectionConfig) validate() error {
	var errs error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = errors.Join(errs, fmt.Errorf(format, args...))
		}
	}
	finite := func(v *float64) bool { return v == nil || !math.IsNaN(*v) && !math.IsInf(*v, 0) }
	if v := c.Sensitivity; v != nil {
		check(*v >= 0.01 && *v <= 50, "sensitivity must be between 0.01 and 50 alarms a series and week of nothing (it is not a factor of the score any more; what was 1 is 0.7), got %v", *v)
	}
	if v := c.Direction; v != nil {
		_, ok := directions[*v]
		check(ok, "direction must be one of both, up, down, got %q", *v)
	}
	if v := c.MinDeviation.Absolute; v != nil {
		check(*v >= 0 && finite(v), "min_deviation::absolute must be a number of at least 0, got %v", *v)
	}
	if v := c.MinDeviation.Relative; v != nil {
		check(*v >= 0 && finite(v), "min_deviation::relative must be a number of at least 0, got %v", *v)
	}
	low, high := c.DataRange.Min, c.DataRange.Max
	check(finite(low), "data_range::min must be a number")
	check(finite(high), "data_range::max must be a number")
	if low != nil && high != nil {
		check(*low < *high, "data_range::min must be below data_range::max, got %v and %v", *low, *high)
	}
	if v := c.Adapt; v != nil {
		check(*v >= time.Minute && *v <= 30*24*time.Hour, "adapt must be between 1m and 720h, got %v", *v)
	}
	return errs
}

// over is this with what is not set taken from the base.
func (c DetectionConfig) over(base DetectionConfig) DetectionConfig {
	return DetectionConfig{
		Sensitivity: either(c.Sensitivity, base.Sensitivity),
		Direction:   either(c.Direction, base.Direction),
		MinDeviation: MinDeviationConfig{
			Absolute: either(c.MinDeviation.Absolute, base.MinDeviation.Absolute),
			Relative: either(c.MinDeviation.Relative, base.MinDeviation.Relative),
		},
		DataRange: DataRangeConfig{
			Min: either(c.DataRange.Min, base.DataRange.Min),
			Max: either(c.DataRange.Max, base.DataRange.Max),
		},
		Adapt: either(c.Adapt, base.Adapt),
	}
}

func either[T any](a, b *T) *T {
	if a != nil {
		return a
	}
	return b
}
