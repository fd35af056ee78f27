// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command kbcopy copies a knowledge base into another database that is empty, with its
// IDs, counts, decisions and history: from a SQLite file to PostgreSQL, or back.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "kbcopy:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("kbcopy", flag.ContinueOnError)
	from := flags.String("from", "", "sqlite:FILE or postgres://…")
	to := flags.String("to", "", "the same, of an empty database")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return knowledgebaseextension.Copy(ctx, *from, *to, func(table string, rows int) {
		_, _ = fmt.Fprintf(out, "%9d %s\n", rows, table)
	})
}
