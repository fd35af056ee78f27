// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import (
	"errors"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/envelope"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/statement"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/template"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Explain says how a processor with a configuration reads a line of which it has
// learnt nothing.
func Explain(cfg *Config, text string) (knowledge.Explanation, error) {
	masker, errMask := cfg.masker()
	statements, errStatements := cfg.statements()
	if err := errors.Join(errMask, errStatements); err != nil {
		return knowledge.Explanation{}, err
	}
	var line mask.Line
	out := read(cfg.splitter(), masker, text, &line)
	out.Statement = viewStatement(statements.Read(out.Template))
	return out, nil
}

// read fills in all of an explanation but the statement.
func read(splitter *envelope.Splitter, masker *mask.Masker, text string, line *mask.Line) knowledge.Explanation {
	e := envelope.Envelope{Explain: true}
	splitter.Split(text, &e)
	masker.Mask(e.Message, line)
	out := knowledge.Explanation{Level: e.Level, Message: e.Message, Template: template.Text(line.Encode())}
	for _, item := range e.Items {
		out.Carrier = append(out.Carrier, knowledge.Part{Kind: item.Kind.String(), Text: item.Text})
	}
	return out
}

func viewStatement(s statement.Statement) knowledge.Statement {
	return knowledge.Statement{
		Key: s.Key(), Failed: s.Failed, Negations: s.Negations, Succeeded: s.Succeeded, UnderWay: s.UnderWay, Senses: s.Senses, Words: s.Words,
	}
}

// Explain implements knowledge.Matcher.
func (p *logClusterProcessor) Explain(q knowledge.Query) knowledge.Explanation {
	var line mask.Line
	out := read(p.splitter, p.masker, q.Text, &line)
	if key := p.partitionOf(q); key != nil {
		p.parts.Explain(&line, *key, &out)
	}
	out.Statement = viewStatement(p.statements.Read(out.Template))
	return out
}
