// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package incidentconnector

import (
	"testing"

	"github.com/otelcol-aiops/otelcol-aiops/internal/configtest"
)

func TestConfig(t *testing.T) { configtest.Cases(t, createDefaultConfig) }

func TestReadmeShowsTheDefaults(t *testing.T) {
	configtest.Readme(t, createDefaultConfig, "connectors::incident", "storage")
}

func TestSchemaHasTheKeys(t *testing.T) { configtest.Schema(t, createDefaultConfig) }
