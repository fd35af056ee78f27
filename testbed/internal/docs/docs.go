// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package docs reads what the pages of docs/ show, so that tests can run it.
package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// Pages returns the paths of the guides.
func Pages(t testing.TB) []string {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(program.Root(t), "docs", "*.md"))
	require.NoError(t, err)
	return pages
}

// fence finds the fenced blocks of a page: their language and their text.
var fence = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")

// CodeBlocks returns the texts of a page's fenced blocks of one language; "" are
// those that name none.
func CodeBlocks(t testing.TB, page, language string) []string {
	t.Helper()
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	var blocks []string
	for _, match := range fence.FindAllSubmatch(text, -1) {
		if string(match[1]) == language {
			blocks = append(blocks, string(match[2]))
		}
	}
	return blocks
}
