// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/cluster"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/template"
)

type nop struct{}

func (nop) Evicted(string, string, int)     {}
func (nop) Merged(int)                      {}
func (nop) Clustered(string, time.Duration) {}
func (nop) Waited(time.Duration)            {}

func testSettings() Settings {
	return Settings{
		Window: 1e9, MaxWait: time.Minute,
		Clustering:      cluster.Options{Threshold: 0.6, ExactCap: 4000},
		Representatives: 5, Keywords: 5, Partitions: 10, Categories: 10000, Vocabulary: 20000,
		Templates: template.Limits{Templates: 20000, Bytes: 64 << 20},
	}
}
