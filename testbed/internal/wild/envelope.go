// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package wild

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode/utf16"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/fillvalues"
)

// Envelope is a way to carry a statement.
type Envelope struct {
	Name string
	// wrap returns a body with placeholders.
	wrap func(Statement) Body
	// escape is whether the body becomes JSON with \u escapes once it is filled.
	escape bool
}

// Envelopes are all there are.
var Envelopes = []Envelope{
	{Name: "bare", wrap: func(s Statement) Body { return Body{Text: s.Message + s.Fields.keyValue()} }},
	{Name: "java", wrap: func(s Statement) Body {
		return Body{Text: fmt.Sprintf("«cts» %-5s [exec-«n»] com.acme.shop.%s - %s", s.Level, s.Logger, s.Message) + s.Fields.keyValue()}
	}},
	{Name: "syslog", wrap: func(s Statement) Body {
		return Body{Text: "«sys» shop-app shopd[«n»]: " + s.Message + s.Fields.keyValue()}
	}},
	{Name: "klog", wrap: func(s Statement) Body {
		return Body{Text: fmt.Sprintf("%s«klog»       1 %s.go:«ln»] %s", s.Level[:1], s.file(), s.Message) + s.Fields.keyValue()}
	}},
	{Name: "logfmt", wrap: func(s Statement) Body {
		return Body{Text: fmt.Sprintf(`ts=«iso» level=%s caller=%s.go:«ln» service=shop env=prod version=«ver» trace_id=«h12» msg="%s"`,
			strings.ToLower(s.Level), s.file(), strings.ReplaceAll(s.Message, `"`, `\"`)) + s.Fields.keyValue()}
	}},
	{Name: "json", wrap: func(s Statement) Body {
		return Body{Text: s.with(Fields{
			{"ts", "«iso»"},
			{"level", strings.ToLower(s.Level)},
			{"logger", s.Logger},
			{"caller", strings.ToLower(s.Logger) + ".go:«ln»"},
			{"msg", s.Message},
			{"service", "shop"},
			{"env", "prod"},
			{"trace_id", "«h12»"},
		}).json()}
	}},
	{Name: "json, escaped", escape: true, wrap: func(s Statement) Body {
		return Body{Fields: s.with(Fields{{"time", "«iso»"}, {"level", strings.ToLower(s.Level)}, {"msg", s.Message}})}
	}},
	{Name: "map", wrap: func(s Statement) Body {
		return Body{Fields: s.with(Fields{{"ts", "«iso»"}, {"level", strings.ToLower(s.Level)}, {"logger", s.Logger}, {"message", s.Message}})}
	}},
}

// file is the logger as the path of a source file.
func (s Statement) file() string { return strings.ToLower(strings.ReplaceAll(s.Logger, ".", "/")) }

// with adds the statement's fields to those of the envelope.
func (s Statement) with(envelope Fields) Fields {
	for _, f := range s.Fields {
		envelope = envelope.set(f.Key, f.Value)
	}
	return envelope
}

func (f Fields) keyValue() string {
	var b strings.Builder
	for _, x := range f {
		b.WriteString(" " + x.Key + "=" + x.Value)
	}
	return b.String()
}

// json is the fields in order, with a space behind each colon and comma.
func (f Fields) json() string {
	parts := make([]string, len(f))
	for i, x := range f {
		parts[i] = quote(x.Key) + ": " + quote(x.Value)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// quote is the JSON of a string, as is where JSON allows it.
func quote(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}

// escape spells what is not ASCII as \uXXXX.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		}
	}
	return b.String()
}

// Draw carries a statement in the envelope, its placeholders filled; it also
// returns what was drawn.
func (e Envelope) Draw(r *rand.Rand, s Statement) (Body, []fillvalues.Value) {
	body, used := draw(r, e.wrap(s))
	if e.escape {
		body = Body{Text: escape(body.Fields.json())}
	}
	return body, used
}

// draw fills the placeholders of a body.
func draw(r *rand.Rand, b Body) (Body, []fillvalues.Value) {
	text, used := fillvalues.Fill(r, b.Text)
	out := Body{Text: text}
	for _, f := range b.Fields {
		value, more := fillvalues.Fill(r, f.Value)
		used = append(used, more...)
		out.Fields = append(out.Fields, Field{f.Key, value})
	}
	return out, used
}
