// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package deploy

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// The dashboards are what Grafana's own types say a dashboard is.
func TestDashboardsMatchGrafanasTypes(t *testing.T) {
	dir := grafanaTypes(t)
	files, err := filepath.Glob(filepath.Join(program.Root(t), "deploy", "grafana", "dashboards", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	out, err := check(dir, files...)
	require.NoError(t, err, "%s", out)

	// Typing mistakes must not pass.
	text, err := os.ReadFile(files[0])
	require.NoError(t, err)
	var wrong []string
	for right, mistake := range map[string]string{
		`"gridPos"`:           `"gridPosition"`,
		`"drawStyle": "bars"`: `"drawStyle": "stripes"`,
		`"graphTooltip"`:      `"graphToolTip"`,
		`"colorMode": "none"`: `"colorMode": false`,
	} {
		require.Contains(t, string(text), right)
		name := fmt.Sprintf("wrong-%d.json", len(wrong))
		wrong = append(wrong, program.WriteFile(t, t.TempDir(), name, strings.Replace(string(text), right, mistake, 1)))
	}
	out, err = check(dir, wrong...)
	require.Error(t, err)
	for _, file := range wrong {
		require.Contains(t, out, filepath.Base(file)+": ")
	}
}

func check(dir string, files ...string) (string, error) {
	cmd := exec.Command("node", append([]string{"check.mjs"}, files...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// grafanaTypes returns a directory with check.mjs and, in the versions of its lock,
// what that needs.
func grafanaTypes(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip("there is no npm to fetch Grafana's types with")
	}
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("grafana")))
	npm := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		t.Skipf("Grafana's types are out of reach: %s", out)
	}
	return dir
}
