// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/envelope"
)

// split tells the message of a body from its envelope. whole is false when only a
// part of the body was looked at.
func (p *logClusterProcessor) split(body pcommon.Value, b *batch) (whole bool, reason passReason) {
	switch body.Type() {
	case pcommon.ValueTypeStr:
		text := body.Str()
		p.splitter.Split(text, &b.envelope)
		return len(text) <= p.maxBytes, notPassed
	case pcommon.ValueTypeMap:
		m := body.Map()
		if m.Len() == 0 {
			return false, passedEmpty
		}
		found, whole := p.splitMap(m, b)
		if !found {
			whole = p.wholeBody(body, b)
		}
		return whole, notPassed
	case pcommon.ValueTypeSlice:
		if body.Slice().Len() == 0 {
			return false, passedEmpty
		}
		b.envelope.Begin()
		return p.wholeBody(body, b), notPassed
	case pcommon.ValueTypeEmpty:
		return false, passedEmpty
	default:
		return false, passedBodyType
	}
}

// splitMap takes the message from the fields of m; found is false when none has one.
func (p *logClusterProcessor) splitMap(m pcommon.Map, b *batch) (found, whole bool) {
	e := &b.envelope
	e.Begin()
	whole = true
	for k, v := range m.All() {
		role := p.splitter.Role(k)
		switch {
		case role == 0:
		case v.Type() == pcommon.ValueTypeStr:
			p.splitter.Text(e, role, v.Str())
			whole = whole && len(v.Str()) <= p.maxBytes
		default:
			json, all := b.json.write(v, p.maxBytes)
			p.splitter.JSON(e, role, json)
			whole = whole && all
		}
	}
	return p.splitter.End(e), whole
}

// wholeBody makes the body's JSON the message.
func (p *logClusterProcessor) wholeBody(body pcommon.Value, b *batch) (whole bool) {
	json, whole := b.json.write(body, p.maxBytes)
	p.splitter.Whole(&b.envelope, json)
	return whole
}

// setSeverity writes the level that the envelope told on a record that has none.
func (p *logClusterProcessor) setSeverity(lr plog.LogRecord, e *envelope.Envelope) {
	if !p.severity || e.Severity == 0 || lr.SeverityNumber() != plog.SeverityNumberUnspecified || lr.SeverityText() != "" {
		return
	}
	lr.SetSeverityNumber(plog.SeverityNumber(e.Severity))
	lr.SetSeverityText(e.Level)
}

// maxSample is how much of a line is offered to the knowledge base as a sample, in
// bytes; it may keep less.
const maxSample = 4 << 10

// sample is the line as it came, or the message of a body that is no text.
func sample(body pcommon.Value, e *envelope.Envelope) string {
	if body.Type() == pcommon.ValueTypeStr {
		text := body.Str()
		return text[:min(len(text), maxSample)]
	}
	return strings.Clone(e.Message[:min(len(e.Message), maxSample)])
}
