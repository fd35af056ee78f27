// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/anomaly"
)

// builder builds the command that scores the processor with changed constants.
type builder struct {
	dir    string // for what is built
	file   string // of the constants
	source []byte // what is in it
}

const scorer = "github.com/otelcol-aiops/otelcol-aiops/testbed/cmd/accuracy-anomaly"

func newBuilder(ctx context.Context) (*builder, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor").Output()
	if err != nil {
		return nil, fmt.Errorf("where is the processor? %w", err)
	}
	b := &builder{file: filepath.Join(strings.TrimSpace(string(out)), "internal", "detect", "constants.go")}
	if b.source, err = os.ReadFile(b.file); err != nil {
		return nil, err
	}
	b.dir, err = os.MkdirTemp("", "ablate-anomaly-")
	return b, err
}

// score runs the scorer with edits of the constants in place.
func (b *builder) score(ctx context.Context, edits []edit) (results, error) {
	source, err := rewrite(b.source, edits)
	if err != nil {
		return nil, err
	}
	changed, overlay, binary := filepath.Join(b.dir, "constants.go"), filepath.Join(b.dir, "overlay.json"), filepath.Join(b.dir, "scorer")
	replaced, err := json.Marshal(map[string]any{"Replace": map[string]string{b.file: changed}})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(os.WriteFile(changed, source, 0o600), os.WriteFile(overlay, replaced, 0o600)); err != nil {
		return nil, err
	}
	//nolint:gosec // the arguments are ours
	build := exec.CommandContext(ctx, "go", "build", "-overlay", overlay, "-o", binary, scorer)
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	var stdout bytes.Buffer
	//nolint:gosec // it was just built
	run := exec.CommandContext(ctx, binary, "-json")
	run.Stdout, run.Stderr = &stdout, os.Stderr
	if err := run.Run(); err != nil {
		return nil, err
	}
	var all results
	for in := json.NewDecoder(&stdout); ; {
		var s anomaly.Summary
		switch err := in.Decode(&s); {
		case errors.Is(err, io.EOF) && len(all) > 0:
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("no set was scored: %w", err)
		}
		all = append(all, s)
	}
}

// edit gives a constant, or what a key of a composite literal has, another value.
type edit struct {
	name  string
	value float64
}

// rewrite is a Go source with edits.
func rewrite(source []byte, edits []edit) ([]byte, error) {
	for _, e := range edits {
		from, to, err := find(source, e.name)
		if err != nil {
			return nil, err
		}
		value := strconv.FormatFloat(e.value, 'e', -1, 64) // which Go takes for no integer
		source = slices.Concat(source[:from], []byte(value), source[to:])
	}
	return source, nil
}

// valueOf is the number that a name has.
func valueOf(source []byte, name string) (float64, error) {
	from, to, err := find(source, name)
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(string(source[from:to]), 64)
}

// find returns where the value of a name is in a Go source.
func find(source []byte, name string) (from, to int, err error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "", source, 0)
	if err != nil {
		return 0, 0, err
	}
	var values []ast.Expr
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if id.Name == name && i < len(n.Values) {
					values = append(values, n.Values[i])
				}
			}
		case *ast.KeyValueExpr:
			if id, ok := n.Key.(*ast.Ident); ok && id.Name == name {
				values = append(values, n.Value)
			}
		}
		return true
	})
	if len(values) != 1 {
		return 0, 0, fmt.Errorf("%d values of %s, want 1", len(values), name)
	}
	return files.Position(values[0].Pos()).Offset, files.Position(values[0].End()).Offset, nil
}
