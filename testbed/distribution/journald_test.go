// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package distribution

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

const journaldPath = "/lib/systemd/systemd-journald"

// The journal comes from a real journald, in a namespace of its own.
func TestQuickstartJournald(t *testing.T) {
	if _, err := exec.LookPath("journalctl"); err != nil || os.Getuid() != 0 || !exists(journaldPath) || !exists("/etc/machine-id") {
		t.Skip("a journal of one's own needs root, systemd-journald and journalctl")
	}
	collector := program.Collector(t)
	run, namespace := t.TempDir(), fmt.Sprintf("aiops%d", os.Getpid())
	socket := filepath.Join("/run/systemd/journal."+namespace, "socket")
	t.Cleanup(func() {
		for _, pattern := range []string{"/run/systemd/journal.", "/run/log/journal/*.", "/var/log/journal/*."} {
			left, _ := filepath.Glob(pattern + namespace)
			for _, path := range left {
				_ = os.RemoveAll(path)
			}
		}
	})
	program.Start(t, nil, journaldPath, namespace)
	require.Eventually(t, func() bool { return exists(socket) }, 10*time.Second, 50*time.Millisecond)

	journal, err := net.Dial("unixgram", socket)
	require.NoError(t, err)
	defer journal.Close()
	const sent = 3
	for i := range sent {
		_, err := fmt.Fprintf(journal, "MESSAGE=Table not found: t%d\nPRIORITY=3\nSYSLOG_IDENTIFIER=dbd\n", i)
		require.NoError(t, err)
	}

	overlay, _, _ := quickstartAddresses(t)
	p := program.StartCollector(t, []string{"VAR_LOG=" + t.TempDir(), "RUN_DIR=" + run}, collector,
		"--config", "config/quickstart.yaml", "--config", "config/quickstart-journald.yaml", "--config", overlay,
		"--config", program.WriteFile(t, run, "namespace.yaml", "receivers: {journald: {namespace: "+namespace+"}}\n"))

	var got []record
	require.Eventually(t, func() bool {
		got = ofService(readBatches(t, filepath.Join(run, "logs.jsonl")), "dbd")
		return len(got) == sent
	}, 20*time.Second, 100*time.Millisecond, "%s", p.Output())
	for i, r := range got {
		require.Equal(t, fmt.Sprintf("Table not found: t%d", i), r.body)
		require.False(t, r.time.IsZero())
		requireClustered(t, r)
		require.Contains(t, r.attributes["journald"], "_PID", "the other fields stay")
	}
	p.Stop(t)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
