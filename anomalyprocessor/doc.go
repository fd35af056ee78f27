// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

//go:generate go tool -modfile=../tools/go.mod mdatagen metadata.yaml

// Package anomalyprocessor watches every metric stream and says of each point,
// as it passes, whether it is anomalous, of which kind and by how much.
package anomalyprocessor // import "github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor"
