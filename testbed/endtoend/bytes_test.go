// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package endtoend

import (
	"io/fs"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/backend"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/otlp"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// What the attributes take on Loki's disk, compressed: docs/cost.md has the figures
// that this test logs.
func TestBytesInLoki(t *testing.T) {
	backend.Path(t, "loki") // else skipped as a whole: without its parts there is nothing to compare
	sets := loghub(t, "Android", "Apache", "BGL", "HDFS", "HPC", "Hadoop", "Linux", "OpenSSH", "Windows", "Zookeeper")
	stored := func(t *testing.T, overlay string) (perRecord float64) {
		loki := backend.StartLoki(t)
		g := startGateway(t, loki, nil, nil, program.WriteFile(t, t.TempDir(), "processors.yaml", overlay))
		start, records := time.Now().Add(-time.Hour), 0
		for _, set := range sets {
			for i := 0; i < len(set.Content); i += 500 {
				batch := set.Content[i:min(i+500, len(set.Content))]
				otlp.SendLogs(t, g.address, otlp.Logs(set.Name, start.Add(time.Duration(i)*time.Second), time.Second, plog.SeverityNumberInfo, batch...))
				records += len(batch)
			}
		}
		waitForCount(t, loki, `sum(count_over_time({service_name=~".+"} [3h]))`, time.Now(), records)
		g.Stop(t)
		response, err := http.Post("http://"+loki.Address+"/flush", "", nil)
		require.NoError(t, err)
		response.Body.Close()
		size, before := int64(0), int64(-1)
		for size == 0 || size != before { // until nothing more is written
			time.Sleep(2 * time.Second)
			before, size = size, 0
			require.NoError(t, filepath.WalkDir(filepath.Join(loki.Data, "chunks"), func(_ string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				info, err := d.Info()
				if err == nil {
					size += info.Size()
				}
				return err
			}))
		}
		loki.Kill()
		return float64(size) / float64(records)
	}
	bytes := map[string]float64{}
	var mu sync.Mutex
	t.Run("with", func(t *testing.T) {
		for name, overlay := range map[string]string{
			"nothing": "service: {pipelines: {logs: {processors: [memory_limiter, batch]}}}",
			"all":     "{}",
			"IDs":     "processors: {log_cluster: {attributes: {template: {enabled: false}, keywords: {enabled: false}}}}",
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				perRecord := stored(t, overlay)
				mu.Lock()
				defer mu.Unlock()
				bytes[name] = perRecord
			})
		}
	})
	t.Logf("bytes a record on Loki's disk: %.1f without log_cluster, %.1f with its attributes, %.1f with the IDs only", bytes["nothing"], bytes["all"], bytes["IDs"])
	require.Less(t, bytes["nothing"], bytes["IDs"])
	require.Less(t, bytes["IDs"], bytes["all"])
	require.Less(t, bytes["all"], 2*bytes["nothing"], "more than the record itself")
}
