// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import (
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/envelope"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/passage"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Match implements knowledge.Matcher. It looks at the whole text first, then at its
// lines, then at parts of them, until something is sure enough to answer with.
func (p *logClusterProcessor) Match(q knowledge.Query) []knowledge.Match {
	key := p.partitionOf(q)
	var all []knowledge.Match
	for _, tier := range passage.Tiers(q.Text) {
		all = append(all, p.matchTier(tier, key)...)
		if knowledge.HasAnswer(all) {
			break
		}
	}
	return knowledge.Best(all, q.Limit)
}

// matchTier matches passages. When some of them say that something went wrong, it is
// those that are asked about, unless nothing is known of them.
func (p *logClusterProcessor) matchTier(passages []string, key *string) []knowledge.Match {
	var trouble, rest []knowledge.Match
	for _, text := range passages {
		var (
			e    = envelope.Envelope{}
			line mask.Line
		)
		p.splitter.Split(text, &e)
		p.masker.Mask(e.Message, &line)
		found := p.parts.Match(&line, key)
		for i := range found {
			found[i].Line = text
		}
		if e.Severity >= int32(plog.SeverityNumberWarn) || p.parts.SaysTrouble(&line) {
			trouble = append(trouble, found...)
		} else {
			rest = append(rest, found...)
		}
	}
	if knowledge.HasAnswer(trouble) {
		return trouble
	}
	return append(trouble, rest...)
}
