// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command dashboards writes the Grafana dashboards of deploy/grafana, one JSON
// file each, into the directory that its argument names.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: dashboards DIRECTORY")
		os.Exit(2)
	}
	for _, d := range all() {
		text, err := encode(d)
		if err == nil {
			err = os.WriteFile(filepath.Join(os.Args[1], d.UID+".json"), text, 0o644) //nolint:gosec // not a secret
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "dashboards:", err)
			os.Exit(1)
		}
	}
}

func all() []dashboard {
	return []dashboard{logClusters(), anomalies(), forecasts(), health()}
}

// encode writes a dashboard as Grafana exports it.
func encode(d dashboard) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(d)
	return b.Bytes(), err
}
