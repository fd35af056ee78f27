// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Explain prints how the log_cluster processor reads log lines: what is carrier,
// the message, its template and its statement. Of several lines it says whether
// they are one cluster, and if not, why.
//
// usage: explain LINE [LINE...]
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: explain LINE [LINE...]")
		os.Exit(2)
	}
	if err := explain(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "explain:", err)
		os.Exit(1)
	}
}

// explain reads lines with the defaults.
func explain(w io.Writer, lines []string) error {
	cfg := logclusterprocessor.NewFactory().CreateDefaultConfig().(*logclusterprocessor.Config)
	var first knowledge.Statement
	for i, line := range lines {
		e, err := logclusterprocessor.Explain(cfg, line)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "line       %s\n", line)
		for _, part := range e.Carrier {
			fmt.Fprintf(w, "  %-8s %s\n", part.Kind, part.Text)
		}
		fmt.Fprintf(w, "message    %s\ntemplate   %s\nstatement  %s\n\n", e.Message, e.Template, e.Statement.Key)
		if i == 0 {
			first = e.Statement
			continue
		}
		differences := first.Differences(&e.Statement)
		if len(differences) == 0 {
			fmt.Fprint(w, "one cluster: it says the same as the first\n\n")
			continue
		}
		fmt.Fprintln(w, "two clusters:")
		for _, d := range differences {
			fmt.Fprintln(w, "  "+d)
		}
		fmt.Fprintln(w)
	}
	return nil
}
