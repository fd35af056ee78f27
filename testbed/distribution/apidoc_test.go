// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package distribution

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/docs"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// Every command of docs/knowledge-base-api.md, in order and in one shell, does
// what the page says.
func TestCommandsOfTheAPIGuide(t *testing.T) {
	url, address, results := withPage(t)
	const line = "connection from 10.0.0.1 closed after 15 ms"
	sendLogs(t, address, "shop", line)
	waitForRecords(t, results, 1)
	waitForStore(t, url, 1)

	var script strings.Builder
	script.WriteString("set -euo pipefail\n")
	commands := 0
	for _, block := range docs.CodeBlocks(t, filepath.Join(program.Root(t), "docs", "knowledge-base-api.md"), "console") {
		for _, match := range regexp.MustCompile(`(?m)^\$ (.*)$`).FindAllStringSubmatch(block, -1) {
			commands++
			command := strings.ReplaceAll(match[1], "localhost:8890", strings.TrimPrefix(url, "http://"))
			script.WriteString(strings.ReplaceAll(command, "curl -s", "curl -sS --fail-with-body") + "\necho\n")
		}
	}
	require.Positive(t, commands)
	bash := exec.Command("bash", "-c", script.String())
	bash.Dir = t.TempDir()
	out, err := bash.CombinedOutput()
	require.NoError(t, err, "%s\n%s", script.String(), out)
	for _, text := range []string{
		`"how":"known"`, `"text":"connection from <ip> closed after <num>"`, `"samples":[{`, `"step":10`,
		"<p>Restart the <strong>pool</strong>.</p>", `"author":"ann"`, `"action":"noise"`, `{"written":0,"unchanged":1,`, `"action":"signal"`,
	} {
		require.Contains(t, string(out), text, "%s", out)
	}
	require.Eventually(t, func() bool {
		sendLogs(t, address, "shop", line)
		all := ofService(readBatches(t, results), "shop")
		return len(all) > 0 && all[len(all)-1].attributes["log.cluster.solution"] == "Restart the **pool**."
	}, time.Minute, 100*time.Millisecond)
}
