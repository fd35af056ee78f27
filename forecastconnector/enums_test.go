// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector

import (
	"testing"

	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

func TestMetadataListsWhatMetricsSay(t *testing.T) { streamtest.Enums(t, outcomeNames[:lost]) }
