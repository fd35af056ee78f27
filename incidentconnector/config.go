// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package incidentconnector // import "github.com/otelcol-aiops/otelcol-aiops/incidentconnector"

import (
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap/xconfmap"

	"github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/incident"
	"github.com/otelcol-aiops/otelcol-aiops/internal/validate"
)

// Config is the configuration of the incident connector.
type Config struct {
	// SystemBy are resource attributes: services that have the same values can affect
	// each other.
	SystemBy []string `mapstructure:"system_by"`
	// ServiceBy are resource attributes, of which the first that is there names the
	// service.
	ServiceBy []string `mapstructure:"service_by"`
	// Sensitivity scales how little is enough for an incident: 2 takes half as much
	// evidence as 1.
	Sensitivity float64 `mapstructure:"sensitivity"`
	// Slot is the time that is judged at once.
	Slot time.Duration `mapstructure:"slot"`
	// Lateness is how much older than the newest a point or record may be.
	Lateness time.Duration `mapstructure:"lateness"`
	// Period is the least time between two updates of an incident.
	Period time.Duration `mapstructure:"period"`
	// Quiet is how long nothing may be wrong before an incident is over.
	Quiet time.Duration `mapstructure:"quiet"`
	// Limits bounds memory and what an event holds.
	Limits LimitsConfig `mapstructure:"limits"`
	// Storage is the extension that keeps what was learnt over a restart.
	Storage *component.ID `mapstructure:"storage"`
	// Directory keeps it in files of its own, instead.
	Directory string `mapstructure:"directory"`
	// CheckpointInterval is how often what was learnt is stored.
	CheckpointInterval time.Duration `mapstructure:"checkpoint_interval"`
}

// LimitsConfig bounds memory and what an event holds. At a limit data still flow.
type LimitsConfig struct {
	// Streams is the largest number of metric streams and log clusters that are watched.
	Streams int `mapstructure:"streams"`
	// Services is the largest number of services.
	Services int `mapstructure:"services"`
	// Incidents is the largest number of incidents that are open.
	Incidents int `mapstructure:"incidents"`
	// Members is how many members of an incident are named.
	Members int `mapstructure:"members"`
	// Stale is the time without data after which a stream or a service is forgotten.
	Stale time.Duration `mapstructure:"stale"`
}

var _ xconfmap.Validator = (*Config)(nil)

func createDefaultConfig() component.Config {
	return &Config{
		SystemBy:           []string{"k8s.cluster.name", "deployment.environment.name"},
		ServiceBy:          []string{"service.name", "k8s.deployment.name", "k8s.statefulset.name", "k8s.daemonset.name", "k8s.pod.name", "host.name"},
		Sensitivity:        1,
		Slot:               time.Minute,
		Lateness:           time.Minute,
		Period:             5 * time.Minute,
		Quiet:              2 * time.Minute,
		Limits:             LimitsConfig{Streams: 100_000, Services: 2000, Incidents: 100, Members: 20, Stale: 24 * time.Hour},
		CheckpointInterval: 5 * time.Minute,
	}
}

// Validate names every wrong key, its value and what is accepted.
func (c *Config) Validate() error {
	var errs error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = errors.Join(errs, fmt.Errorf(format, args...))
		}
	}
	check(len(c.ServiceBy) > 0, "service_by must name at least one resource attribute, such as service.name")
	for key, names := range map[string][]string{"system_by": c.SystemBy, "service_by": c.ServiceBy} {
		for i, name := range names {
			check(name != "", "%s[%d] must be the name of a resource attribute, got an empty string", key, i)
		}
	}
	check(c.Sensitivity >= 0.1 && c.Sensitivity <= 10, "sensitivity must be between 0.1 and 10, got %v", c.Sensitivity)
	errs = errors.Join(errs,
		validate.InRange("slot", c.Slot, 10*time.Second, 15*time.Minute),
		validate.InRange("limits::streams", c.Limits.Streams, 1, 10_000_000),
		validate.InRange("limits::services", c.Limits.Services, 1, 100_000),
		validate.InRange("limits::incidents", c.Limits.Incidents, 1, 10_000),
		validate.InRange("limits::members", c.Limits.Members, 1, 1000),
		validate.InRange("limits::stale", c.Limits.Stale, time.Hour, 30*24*time.Hour),
		validate.NotBoth("storage", c.Storage != nil, "directory", c.Directory != ""),
		validate.InRange("checkpoint_interval", c.CheckpointInterval, time.Second, 24*time.Hour),
	)
	if c.Slot <= 0 {
		return errs
	}
	return errors.Join(errs,
		validate.InRange("lateness", c.Lateness, 0, incident.MaxLateness*c.Slot),
		validate.InRange("period", c.Period, c.Slot, 24*time.Hour),
		validate.InRange("quiet", c.Quiet, c.Slot, 24*time.Hour),
	)
}

// factor is the surprise, in nats for each e-fold of the number of services, from which
// on services are an incident together, at a sensitivity of 1.
const factor = 7.5

func (c *Config) engine() incident.Config {
	return incident.Config{
		Slot: int64(c.Slot), Lateness: int64(c.Lateness),
		Quiet: int64(c.Quiet / c.Slot), Period: int64(c.Period / c.Slot), Factor: factor / c.Sensitivity,
		Members: c.Limits.Members, Streams: c.Limits.Streams, Services: c.Limits.Services,
		Open: c.Limits.Incidents, Stale: int64(c.Limits.Stale / c.Slot),
	}
}
