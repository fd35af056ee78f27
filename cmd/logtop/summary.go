// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// summary counts records by template. A template remembers the last cluster it
// was seen in, so that a merge in mid-file moves its earlier records too.
type summary struct {
	records   int // all of them, also those without a template
	templates map[templateKey]*template
	keep      bool   // whether to fill lines
	lines     []line // those with a template, in order
}

type templateKey struct{ service, id string }

type template struct {
	text     string
	records  int
	cluster  string
	keywords string
}

type row struct {
	service, cluster, keywords, text string
	records, templates               int
	largest                          int // records of the template that text is from
}

func newSummary() *summary {
	return &summary{templates: map[templateKey]*template{}}
}

// read adds a file of OTLP JSON lines. A last line without a newline is one
// that the collector is still writing; it is left out.
func (s *summary) read(r io.Reader) error {
	lines := bufio.NewReaderSize(r, 1<<20)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		logs, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(line)
		if err != nil {
			return fmt.Errorf("line %d is not OTLP JSON: %w", n, err)
		}
		s.add(logs)
	}
}

func (s *summary) add(logs plog.Logs) {
	for _, resource := range logs.ResourceLogs().All() {
		service := str(resource.Resource().Attributes(), "service.name")
		for _, scope := range resource.ScopeLogs().All() {
			for _, record := range scope.LogRecords().All() {
				s.addRecord(service, record)
			}
		}
	}
}

func (s *summary) addRecord(service string, record plog.LogRecord) {
	s.records++
	attributes := record.Attributes()
	key := templateKey{service, str(attributes, "log.template.id")}
	if key.id == "" {
		return
	}
	t := s.templates[key]
	if t == nil {
		t = &template{}
		s.templates[key] = t
	}
	t.records++
	t.text = str(attributes, "log.record.template")
	t.cluster = str(attributes, "log.cluster.id")
	t.keywords = words(attributes, "log.cluster.keywords")
	if s.keep {
		s.lines = append(s.lines, line{key, record.Body().AsString()})
	}
}

// rows returns the clusters, the largest first.
func (s *summary) rows() []*row {
	clusters := map[templateKey]*row{}
	for key, t := range s.templates {
		k := templateKey{key.service, t.cluster}
		r := clusters[k]
		if r == nil {
			r = &row{service: key.service, cluster: t.cluster}
			clusters[k] = r
		}
		r.records += t.records
		r.templates++
		if t.records > r.largest || t.records == r.largest && t.text < r.text {
			r.largest, r.text, r.keywords = t.records, t.text, t.keywords
		}
	}
	rows := make([]*row, 0, len(clusters))
	for _, r := range clusters {
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b *row) int {
		return cmp.Or(b.records-a.records, cmp.Compare(a.service, b.service), cmp.Compare(a.cluster, b.cluster))
	})
	return rows
}

// print writes the n largest clusters, one a line of at most width characters.
func (s *summary) print(w io.Writer, n, width int) error {
	rows := s.rows()
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%d records, %d templates, %d clusters\n", s.records, len(s.templates), len(rows))

	serviceWidth, keywordWidth := len("SERVICE"), len("KEYWORDS")
	rows = rows[:min(n, len(rows))]
	for _, r := range rows {
		serviceWidth = max(serviceWidth, min(20, len([]rune(r.service))))
		keywordWidth = max(keywordWidth, min(40, len([]rune(r.keywords))))
	}
	line := func(records, templates, service, cluster, keywords, text string) {
		fmt.Fprintln(out, strings.TrimRight(cut(fmt.Sprintf("%9s %9s  %-*s  %-16s  %-*s  %s", records, templates,
			serviceWidth, cut(service, serviceWidth), cluster, keywordWidth, cut(keywords, keywordWidth), text), width), " "))
	}
	if len(rows) > 0 {
		line("RECORDS", "TEMPLATES", "SERVICE", "CLUSTER", "KEYWORDS", "LARGEST TEMPLATE")
	}
	for _, r := range rows {
		line(fmt.Sprint(r.records), fmt.Sprint(r.templates), r.service, r.cluster, r.keywords, r.text)
	}
	return out.Flush()
}

// cut shortens s to width characters and keeps what nobody can see, which a log
// line may bring along, away from the terminal: control characters, marks that
// turn the direction of writing, code points that are no characters.
func cut(s string, width int) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return ' '
	}, s))
	if len(runes) > width {
		runes = append(runes[:width-1], '…')
	}
	return string(runes)
}

func str(m pcommon.Map, key string) string {
	if v, ok := m.Get(key); ok {
		return v.AsString()
	}
	return ""
}

// words returns a text, or a list as one.
func words(m pcommon.Map, key string) string {
	v, ok := m.Get(key)
	if !ok || v.Type() != pcommon.ValueTypeSlice {
		return str(m, key)
	}
	var words []string
	for _, word := range v.Slice().All() {
		words = append(words, word.AsString())
	}
	return strings.Join(words, ", ")
}
