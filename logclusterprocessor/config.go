// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import "go.opentelemetry.io/collector/component"

// Config is the configuration of the log_cluster processor.
type Config struct{}

func createDefaultConfig() component.Config { return &Config{} }
