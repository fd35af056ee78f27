// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command logtop prints the largest clusters in a file of OTLP JSON lines, as
// the file exporter writes them behind the log_cluster processor, or draws a
// picture of lines and the clusters that they became.
//
//	logtop [-n 20] [-width 160] run/logs.jsonl
//	logtop -picture before-after.svg run/logs.jsonl
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
)

func main() {
	rows := flag.Int("n", 20, "how many clusters to print")
	width := flag.Int("width", 160, "longest line to print, in characters")
	picture := flag.String("picture", "", "write an SVG picture to this `file` instead")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: logtop [-n rows] [-width characters] [-picture FILE.svg] FILE")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *rows, *width, *picture); err != nil {
		fmt.Fprintln(os.Stderr, "logtop:", err)
		os.Exit(1)
	}
}

func run(path string, rows, width int, picture string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()

	s := newSummary()
	s.keep = picture != ""
	if err := s.read(file); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if picture == "" {
		return s.print(os.Stdout, rows, width)
	}
	var svg bytes.Buffer
	if err := s.drawPicture(&svg); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(picture, svg.Bytes(), 0o644) //nolint:gosec // for everyone to look at
}
