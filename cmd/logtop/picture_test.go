// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPicture(t *testing.T) {
	file, err := os.Open(filepath.Join("testdata", "logs.jsonl"))
	require.NoError(t, err)
	defer file.Close()

	s := newSummary()
	s.keep = true
	require.NoError(t, s.read(file))
	var got bytes.Buffer
	require.NoError(t, s.drawPicture(&got))
	requireXML(t, got.Bytes())

	golden := filepath.Join("testdata", "picture.golden.svg")
	if *update {
		require.NoError(t, os.WriteFile(golden, got.Bytes(), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got.String())
}

// Whatever a line contains, the picture stays one.
func TestPictureEscapes(t *testing.T) {
	for _, text := range []string{
		`</text><script>alert("x")</script>`, `&amp; & 'quoted' "twice"`, "]]>", "<!--", "\x00\x1b[31m\x7f", "\ufffe\uffff", "例外 \u202e",
	} {
		s := summaryOf([]line{{templateKey{text, text}, text}}, text)
		var got bytes.Buffer
		require.NoError(t, s.drawPicture(&got), "%q", text)
		requireXML(t, got.Bytes())
		require.NotContains(t, got.String(), "<script")
	}
}

func TestPictureOfNothing(t *testing.T) {
	require.ErrorContains(t, newSummary().drawPicture(io.Discard), "no record has a template")
}

func TestParts(t *testing.T) {
	for name, c := range map[string]struct{ body, template, want string }{
		"values in the middle":    {"open /a for root", "open <path> for <*>", "open {/a} for {root}"},
		"values at both ends":     {"7 of 9", "<num> of <num>", "{7} of {9}"},
		"nothing varies":          {"started", "started", "started"},
		"all varies":              {"42", "<num>", "{42}"},
		"more text than template": {"open /a\n at frame", "open <path>", "open {/a\n at frame}"},
		"other spaces":            {"open  it: /a", "open it: <path>", "open  it: /a"},
		"another start":           {"x open /a", "open <path>", "x open /a"},
	} {
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			for _, p := range parts(c.body, c.template) {
				if p.Varies {
					p.Text = "{" + p.Text + "}"
				}
				got.WriteString(p.Text)
			}
			require.Equal(t, c.want, got.String())
		})
	}
}

func TestCutParts(t *testing.T) {
	all := func() []part { return []part{{"open ", false}, {"/tmp/file", true}, {" now", false}} }
	for width, want := range map[int]string{
		18: "open /tmp/file now", 17: "open /tmp/file n…", 15: "open /tmp/file…", 14: "open /tmp/fil…", 6: "open …", 5: "open…", 1: "…",
	} {
		var got strings.Builder
		for _, p := range cutParts(all(), width) {
			got.WriteString(p.Text)
		}
		require.Equal(t, want, got.String(), width)
	}
}

// The stretch with two clusters says more than that with one, and that with
// three is over the limit.
func TestExcerptShowsClusters(t *testing.T) {
	var lines []line
	for i, c := range "aaaaabababcbaaaa" {
		lines = append(lines, line{templateKey{"s", string(c)}, fmt.Sprint(i)})
	}
	got := summaryOf(lines, "").excerpts(1, 4, 2)
	require.Len(t, got, 1)
	require.Equal(t, lines[2:6], got[0].lines)
}

// summaryOf makes each template a cluster of its own.
func summaryOf(lines []line, text string) *summary {
	s := newSummary()
	for _, l := range lines {
		s.records++
		if s.templates[l.template] == nil {
			s.templates[l.template] = &template{text: text, cluster: l.template.id, keywords: text}
		}
		s.templates[l.template].records++
	}
	s.lines = lines
	return s
}

func requireXML(t *testing.T, text []byte) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(text))
	for {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err, "%s", text)
	}
}
