// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package kafkapartitionerextension // import "github.com/otelcol-aiops/otelcol-aiops/kafkapartitionerextension"

import (
	"errors"
	"fmt"
	"slices"

	"go.opentelemetry.io/collector/component"
)

// Config is the configuration of the Kafka partitioner.
type Config struct {
	// Attributes are the resource attributes that decide on the partition, together.
	Attributes []string `mapstructure:"attributes"`
}

func createDefaultConfig() component.Config {
	return &Config{Attributes: []string{"service.namespace", "service.name"}}
}

// Validate implements xconfmap.Validator.
func (c *Config) Validate() error {
	if len(c.Attributes) == 0 {
		return errors.New("attributes: at least one resource attribute is required, such as service.name")
	}
	for i, a := range c.Attributes {
		if a == "" {
			return fmt.Errorf("attributes[%d]: must be the name of a resource attribute, is empty", i)
		}
		if slices.Contains(c.Attributes[:i], a) {
			return fmt.Errorf("attributes[%d]: %q is listed twice", i, a)
		}
	}
	return nil
}
