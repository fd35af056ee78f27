// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension"

import (
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/confmap/xconfmap"

	"github.com/otelcol-aiops/otelcol-aiops/internal/validate"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/base"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
)

// Config is the configuration of the knowledge_base extension.
type Config struct {
	// File is the path of the SQLite file, made if need be.
	File string `mapstructure:"file"`
	// DSN is a PostgreSQL connection string or URL; when set, File is not used.
	DSN configopaque.String `mapstructure:"dsn"`
	// Retention says what leaves.
	Retention RetentionConfig `mapstructure:"retention"`
	// Samples says which lines are kept as they came.
	Samples SamplesConfig `mapstructure:"samples"`
	// Solutions says whom solutions are for.
	Solutions SolutionsConfig `mapstructure:"solutions"`
	// HTTP says where and to whom API and page are served.
	HTTP HTTPConfig `mapstructure:"http"`
	// Access says who is who and who may do what.
	Access AccessConfig `mapstructure:"access"`
	// Notifications are webhooks that are told what happens to clusters.
	Notifications []NotificationConfig `mapstructure:"notifications"`
}

// RetentionConfig says what leaves. A cluster with a solution, or that a person
// has split off or marked as noise, never does.
type RetentionConfig struct {
	// Unseen is how long a cluster stays when its lines no longer come; 0 is for ever.
	Unseen time.Duration `mapstructure:"unseen"`
	// Templates is how many templates a partition has at most; those not seen for
	// longest go first. 0 is no bound.
	Templates int `mapstructure:"templates"`
	// Shapes is how many forms of lines a partition has at most, besides those that its
	// templates are known by; those not seen for longest go first. 0 is no bound.
	Shapes int `mapstructure:"shapes"`
	// Counts is how long the counts by minute stay; 0 is for ever.
	Counts time.Duration `mapstructure:"counts"`
}

// SolutionsConfig says whom solutions are for.
type SolutionsConfig struct {
	// Follow gives what was written for a cluster to those of other services that say the
	// same. Otherwise they are offered.
	Follow bool `mapstructure:"follow"`
}

// SamplesConfig says which lines are kept as they came.
type SamplesConfig struct {
	// PerTemplate is how many lines of a template are kept; 0 keeps none.
	PerTemplate int `mapstructure:"per_template"`
	// MaxBytes is how much of a line is kept.
	MaxBytes int `mapstructure:"max_bytes"`
}

var _ xconfmap.Validator = (*Config)(nil)

func createDefaultConfig() component.Config {
	return &Config{
		File:      "knowledge.db",
		Retention: RetentionConfig{Unseen: 90 * 24 * time.Hour, Templates: 100_000, Shapes: 200_000, Counts: 24 * time.Hour},
		Samples:   SamplesConfig{PerTemplate: 3, MaxBytes: 1024},
		HTTP:      newHTTPConfig(),
	}
}

// Validate names every wrong key, its value and what is accepted.
func (c *Config) Validate() error {
	return errors.Join(
		c.validateStore(),
		c.Retention.validate(),
		c.Access.validate(c.HTTP.Auth.HasValue()),
		c.validateNotifications(),
		validate.InRange("samples::per_template", c.Samples.PerTemplate, 0, 100),
		validate.InRange("samples::max_bytes", c.Samples.MaxBytes, 16, 4096),
	)
}

func (c *Config) validateStore() error {
	if c.DSN == "" {
		if c.File == "" {
			return errors.New("file must name a SQLite file unless dsn is set, got an empty string")
		}
		return nil
	}
	if err := store.CheckDSN(string(c.DSN)); err != nil {
		return fmt.Errorf("dsn: %w", err)
	}
	return nil
}

func (c *Config) validateNotifications() (errs error) {
	for i := range c.Notifications {
		errs = errors.Join(errs, c.Notifications[i].validate(i))
	}
	return errs
}

func (c *RetentionConfig) validate() error {
	var errs error
	for _, d := range []struct {
		key   string
		value time.Duration
		low   time.Duration
	}{{"unseen", c.Unseen, time.Minute}, {"counts", c.Counts, time.Hour}} {
		if d.value != 0 && d.value < d.low {
			errs = errors.Join(errs, fmt.Errorf("retention::%s must be 0 (for ever) or at least %v, got %v", d.key, d.low, d.value))
		}
	}
	return errors.Join(errs,
		validate.InRange("retention::templates", c.Templates, 0, 10_000_000),
		validate.InRange("retention::shapes", c.Shapes, 0, 100_000_000),
	)
}

func (c *Config) options() base.Options {
	return base.Options{
		Store:       store.Options{File: c.File, DSN: string(c.DSN)},
		Retention:   store.Retention(c.Retention),
		Samples:     c.Samples.PerTemplate,
		SampleBytes: c.Samples.MaxBytes,
		Follow:      c.Solutions.Follow,
	}
}
