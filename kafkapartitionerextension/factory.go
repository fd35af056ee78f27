// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package kafkapartitionerextension // import "github.com/otelcol-aiops/otelcol-aiops/kafkapartitionerextension"

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"

	"github.com/otelcol-aiops/otelcol-aiops/kafkapartitionerextension/internal/metadata"
)

// NewFactory returns the factory of the kafka_partitioner extension.
func NewFactory() extension.Factory {
	return extension.NewFactory(metadata.Type, createDefaultConfig, create, metadata.ExtensionStability)
}

func create(_ context.Context, set extension.Settings, cfg component.Config) (extension.Extension, error) {
	return newPartitioner(set, cfg.(*Config))
}
