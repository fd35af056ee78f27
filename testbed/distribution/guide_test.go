// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package distribution

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/docs"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// The first line of a file on a page names it.
var fileName = regexp.MustCompile(`^# (?:(?:Complete config|Overlay) \()?([a-z-]+\.yaml)\b`)

// Every command of docs/own-collector.md, in order, in an empty directory, with the
// files that the page shows. The module is not published yet under the version
// that is being worked on, so it comes from this checkout.
func TestOwnCollectorGuide(t *testing.T) {
	page := filepath.Join(program.Root(t), "docs", "own-collector.md")
	checkout, err := filepath.Abs(program.Root(t))
	require.NoError(t, err)
	dir := t.TempDir()
	moved := strings.NewReplacer("localhost:4318", program.FreeAddress(t), "localhost:8890", program.FreeAddress(t))
	for _, text := range docs.CodeBlocks(t, page, "yaml") {
		name := fileName.FindStringSubmatch(text)
		require.NotNil(t, name, "a file without a name: %s", text)
		switch {
		case name[1] == "builder-config.yaml":
			text += "replaces: [github.com/otelcol-aiops/otelcol-aiops => " + checkout + "]\n"
		case strings.HasPrefix(text, "# Complete config"):
			text += "  telemetry: {metrics: {level: none}}\n"
		}
		program.WriteFile(t, dir, name[1], moved.Replace(text))
	}
	var script strings.Builder
	// What the page leaves running ends with the test.
	script.WriteString("set -euo pipefail\ntrap 'kill $(cat pid) 2> /dev/null || true' EXIT\n")
	for _, block := range docs.CodeBlocks(t, page, "console") {
		for _, match := range regexp.MustCompile(`(?m)^\$ (.*)$`).FindAllStringSubmatch(block, -1) {
			command := strings.Replace(match[1], "go run go.opentelemetry.io/collector/cmd/builder@v0.155.0",
				fmt.Sprintf("go -C %s tool -modfile=tools/go.mod builder", checkout), 1)
			command = strings.Replace(command, "--config builder-config.yaml", "--config "+filepath.Join(dir, "builder-config.yaml"), 1)
			fmt.Fprintln(&script, moved.Replace(strings.ReplaceAll(command, "curl -s ", "curl -sS --fail-with-body ")))
		}
	}
	// ocb is run in this checkout, where its pinned version is.
	text, err := os.ReadFile(filepath.Join(dir, "builder-config.yaml"))
	require.NoError(t, err)
	program.WriteFile(t, dir, "builder-config.yaml", strings.Replace(string(text), "./mycollector", filepath.Join(dir, "mycollector"), 1))

	bash := exec.Command("bash", "-c", script.String())
	bash.Dir = dir
	out, err := bash.CombinedOutput()
	require.NoError(t, err, "%s\n%s", script.String(), out)

	shown := docs.CodeBlocks(t, page, "")
	require.Len(t, shown, 2)
	require.Contains(t, string(out), shown[0], "what the page shows of logs")
	for _, line := range strings.Split(strings.TrimSpace(shown[1]), "\n") {
		if line = strings.TrimSpace(line); line != "..." && !strings.HasPrefix(line, "Value: ") { // drawn at random
			require.Contains(t, string(out), line, "what the page shows of metrics")
		}
	}
	for _, text := range []string{`"how":"known"`, "forecast.horizon: Str(1h)", "forecast.bound: Str(upper)"} {
		require.Contains(t, string(out), text)
	}
}
