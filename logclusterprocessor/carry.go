// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import (
	"regexp"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/envelope"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/partition"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// isOutdated is true for rows whose shapes no line will ever have again.
func (p *logClusterProcessor) isOutdated(rows *knowledge.Rows) bool {
	return rows.Clock != nil && rows.Clock.Versions.Masker != p.masker.Version()
}

// carryOver learns again what another version of the masker has learnt: from the
// samples of each template, and for one that has none from its text. It is false
// when there is no room for the partition.
func (p *logClusterProcessor) carryOver(key string, rows *knowledge.Rows) bool {
	part := p.parts.Get([]byte(key), time.Now().UnixNano())
	if part.Key() != key {
		return false
	}
	lines := map[knowledge.ID][]knowledge.Sample{}
	for _, s := range rows.Samples {
		lines[s.Template] = append(lines[s.Template], s)
	}
	heirs := make(map[knowledge.ID]uint64, len(rows.Templates))
	for _, t := range rows.Templates {
		samples := lines[t.ID]
		if len(samples) == 0 {
			samples = []knowledge.Sample{{At: t.Birth, Text: example(t.Text)}}
		}
		for _, s := range samples {
			heirs[t.ID] = p.learnAgain(part, s)
		}
	}
	part.Inherit(rows, heirs)
	return true
}

// learnAgain takes in a sample, and returns its shape.
func (p *logClusterProcessor) learnAgain(part *partition.Partition, s knowledge.Sample) uint64 {
	var around envelope.Envelope
	var line mask.Line
	p.splitter.Split(s.Text, &around)
	p.masker.Mask(around.Message, &line)
	line.Shape = part.Salt(line.Shape)
	if part.Lookup(line.Shape, line.Check) == nil {
		part.Learn(&line, s.At)
	}
	return line.Shape
}

var placeholders = regexp.MustCompile(`<[a-z*]+>`)

// example makes a line of a template's text.
func example(text string) string { return placeholders.ReplaceAllString(text, "0") }
