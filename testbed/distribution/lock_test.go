// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package distribution

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"golang.org/x/mod/modfile"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// ownImports are the modules that the sources which ocb writes import beside
// the components: see cmd/builder/internal/builder/templates at v0.155.0.
var ownImports = []string{
	"go.opentelemetry.io/collector/component",
	"go.opentelemetry.io/collector/confmap",
	"go.opentelemetry.io/collector/connector",
	"go.opentelemetry.io/collector/exporter",
	"go.opentelemetry.io/collector/extension",
	"go.opentelemetry.io/collector/otelcol",
	"go.opentelemetry.io/collector/processor",
	"go.opentelemetry.io/collector/receiver",
	"go.opentelemetry.io/collector/service",
	"golang.org/x/sys",
}

// builderConfig is the part of builder-config.yaml that the lock follows from.
type builderConfig struct {
	Dist struct {
		Module     string `yaml:"module"`
		OutputPath string `yaml:"output_path"`
	} `yaml:"dist"`
	Receivers  []component `yaml:"receivers"`
	Processors []component `yaml:"processors"`
	Exporters  []component `yaml:"exporters"`
	Connectors []component `yaml:"connectors"`
	Extensions []component `yaml:"extensions"`
	Providers  []component `yaml:"providers"`
	Replaces   []string    `yaml:"replaces"`
}

type component struct {
	GoMod string `yaml:"gomod"`
	Path  string `yaml:"path"`
}

func TestLockFollowsBuilderConfig(t *testing.T) {
	config, lock := readLock(t)
	require.Empty(t, disagreements(t, config, lock), "run `make lock` after a change to builder-config.yaml")
}

// The check above must notice every kind of edit to one of the two files.
func TestLockCheckNotices(t *testing.T) {
	config, lock := readLock(t)
	for name, edit := range map[string]struct{ from, to string }{
		"version":     {"receiver/kafkareceiver v0.155.0", "receiver/kafkareceiver v0.156.0"},
		"addition":    {"exporters:\n", "exporters:\n  - gomod: example.com/exporter v1.0.0\n"},
		"removal":     {"  - gomod: go.opentelemetry.io/collector/exporter/debugexporter v0.155.0\n", ""},
		"replacement": {"pkg/golden v0.149.0", "pkg/golden v0.150.0"},
		"own path":    {"path: .\n", "path: ./elsewhere\n"},
		"module":      {"aiops/distribution\n", "aiops/other\n"},
	} {
		t.Run(name, func(t *testing.T) {
			edited := strings.Replace(string(config), edit.from, edit.to, 1)
			require.NotEqual(t, string(config), edited, "the edit must apply")
			require.NotEmpty(t, disagreements(t, []byte(edited), lock))
		})
	}
}

func readLock(t *testing.T) (config, lock []byte) {
	t.Helper()
	config, err := os.ReadFile(filepath.Join(program.Root(t), "builder-config.yaml"))
	require.NoError(t, err)
	lock, err = os.ReadFile(filepath.Join(program.Root(t), "distribution", "go.mod"))
	require.NoError(t, err)
	return config, lock
}

// disagreements lists where a builder config and a lock differ.
func disagreements(t *testing.T, configText, lockText []byte) []string {
	t.Helper()
	var config builderConfig
	require.NoError(t, yaml.Unmarshal(configText, &config))
	lock, err := modfile.Parse("go.mod", lockText, nil)
	require.NoError(t, err)

	var wanted, replaces []string
	for _, c := range slices.Concat(config.Receivers, config.Processors, config.Exporters,
		config.Connectors, config.Extensions, config.Providers) {
		if !slices.Contains(wanted, c.GoMod) {
			wanted = append(wanted, c.GoMod)
			if c.Path != "" {
				path, err := filepath.Rel(config.Dist.OutputPath, c.Path)
				require.NoError(t, err)
				replaces = append(replaces, c.GoMod+" => "+path)
			}
		}
	}
	replaces = append(replaces, config.Replaces...)

	var locked, lockedReplaces []string
	for _, r := range lock.Require {
		if !r.Indirect {
			locked = append(locked, r.Mod.Path+" "+r.Mod.Version)
		}
	}
	for _, r := range lock.Replace {
		lockedReplaces = append(lockedReplaces, fmt.Sprintf("%s => %s", join(r.Old.Path, r.Old.Version), join(r.New.Path, r.New.Version)))
	}

	var all []string
	if lock.Module.Mod.Path != config.Dist.Module {
		all = append(all, "module "+lock.Module.Mod.Path+" is not "+config.Dist.Module)
	}
	all = append(all, missing("not locked: ", wanted, locked)...)
	all = append(all, missing("replacement not locked: ", replaces, lockedReplaces)...)
	all = append(all, missing("replacement only locked: ", lockedReplaces, replaces)...)
	for _, extra := range missing("", locked, wanted) {
		if path, _, _ := strings.Cut(extra, " "); !slices.Contains(ownImports, path) {
			all = append(all, "only locked: "+extra)
		}
	}
	return all
}

// missing returns those of want that have does not contain, with a prefix.
func missing(prefix string, want, have []string) []string {
	var out []string
	for _, w := range want {
		if !slices.Contains(have, w) {
			out = append(out, prefix+w)
		}
	}
	return out
}

func join(path, version string) string {
	return strings.TrimSpace(path + " " + version)
}
