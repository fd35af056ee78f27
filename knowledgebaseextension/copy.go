// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension"

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
)

// Copy copies a knowledge base, with its IDs, counts and history, into one that is
// empty. Each is a PostgreSQL URL, or sqlite: and the path of a file; told is told how
// many rows of each table were copied. No collector may use either meanwhile.
func Copy(ctx context.Context, from, to string, told func(table string, rows int)) (err error) {
	source, err := location(from)
	if err != nil {
		return fmt.Errorf("from: %w", err)
	}
	target, err := location(to)
	if err != nil {
		return fmt.Errorf("to: %w", err)
	}
	if source.File != "" {
		if _, err := os.Stat(source.File); err != nil { // it would be made
			return fmt.Errorf("from: %w", err)
		}
	}
	out, err := store.Open(ctx, source)
	if err != nil {
		return fmt.Errorf("from: %w", err)
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	in, err := store.Open(ctx, target)
	if err != nil {
		return fmt.Errorf("to: %w", err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	return store.Copy(ctx, out, in, told)
}

func location(where string) (store.Options, error) {
	if file, ok := strings.CutPrefix(where, "sqlite:"); ok && file != "" {
		return store.Options{File: file}, nil
	}
	if strings.HasPrefix(where, "postgres://") || strings.HasPrefix(where, "postgresql://") {
		return store.Options{DSN: where}, store.CheckDSN(where)
	}
	return store.Options{}, errors.New("must be sqlite:FILE or postgres://…")
}
