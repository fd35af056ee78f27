// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestEveryModuleIsListed(t *testing.T) {
	info := &debug.BuildInfo{
		GoVersion: "go1.26.5",
		Main:      debug.Module{Path: "example.com/main", Version: "(devel)"},
		Deps: []*debug.Module{
			{Path: "example.com/a", Version: "v1.2.3"},
			{Path: "example.com/b", Version: "v1.0.0", Replace: &debug.Module{Path: "example.com/fork", Version: "v1.0.1"}},
			{Path: "example.com/c", Version: "v0.1.0", Replace: &debug.Module{Path: "../", Version: "(devel)"}},
		},
	}
	var out bytes.Buffer
	require.NoError(t, write(&out, "main", info, time.Unix(1, 0)))
	var d document
	require.NoError(t, json.Unmarshal(out.Bytes(), &d))
	var urls, ids []string
	for _, p := range d.Packages {
		urls = append(urls, p.External[0].Locator)
		ids = append(ids, p.ID)
	}
	require.Equal(t, []string{
		"pkg:golang/example.com/main@devel", "pkg:golang/stdlib@1.26.5", "pkg:golang/example.com/a@v1.2.3",
		"pkg:golang/example.com/fork@v1.0.1", "pkg:golang/example.com/c@v0.1.0",
	}, urls)
	require.Equal(t, ids[:1], d.DocumentDescribes)
	require.Len(t, d.Relationships, len(ids)-1)
	require.Equal(t, "1970-01-01T00:00:01Z", d.Creation.Created)
}
