// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package envelope tells a log record's message from what carries it.
//
// The same message comes bare, behind a logger's header, in JSON, in logfmt, in
// syslog and in several of these at once, as when a container runtime puts JSON
// around a line. Each such carrier is a layer; Split takes one after the other
// off and keeps what they say: level, time, host, program and so on. What is left
// is the message, the only thing that the stages after this one see.
//
// A header is a run of items, each of which is recognised by how it is made and
// not by which product writes it: items.go has the table. Only what surely is a
// header is taken off; a text that has none is returned as it came.
package envelope // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/envelope"

import (
	"strings"
	"unicode/utf8"
	"unsafe"
)

// maxLayers is how many carriers are taken off, one inside the other.
const maxLayers = 8

// DefaultMaxBytes is how much of a text is looked at when Options says nothing.
const DefaultMaxBytes = 16 << 10

// Options configures a Splitter.
type Options struct {
	// MessageKeys are the keys of an object that hold its message; the first one
	// that is present wins. Nil means DefaultMessageKeys.
	MessageKeys []string
	// MaxBytes is how much of a text is looked at; 0 means DefaultMaxBytes.
	MaxBytes int
}

// Splitter splits texts. It is immutable and safe for concurrent use.
type Splitter struct {
	keys     keyTable
	maxBytes int
}

// New returns a Splitter.
func New(o Options) *Splitter {
	if o.MessageKeys == nil {
		o.MessageKeys = DefaultMessageKeys()
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	return &Splitter{keys: newKeyTable(o.MessageKeys), maxBytes: o.MaxBytes}
}

// Kind says what a part of a carrier is.
type Kind uint8

// The kinds of parts.
const (
	Time Kind = iota + 1
	Level
	Host
	Program
	Process // ID of a process or a thread, or a thread's name
	Logger
	Position // file and line
	Trace    // ID of a trace, span or request
	Stream   // what a container runtime adds
)

// String returns the name that is shown to people.
func (k Kind) String() string {
	return [...]string{"", "time", "level", "host", "program", "process", "logger", "position", "trace", "stream"}[k]
}

// Item is a part of a carrier, as it stands in the text.
type Item struct {
	Kind Kind
	Text string
}

// Envelope is the result of Split, owned by the caller and reusable: once its
// buffers have grown, splitting into it allocates nothing.
type Envelope struct {
	// Message is the text without its carriers. It is valid until the envelope is
	// reused; Decoded says whether it may lie in the envelope's own memory.
	Message string
	Decoded bool
	// Level is the level as it stands in the carrier nearest to the message that
	// has one, and Severity its OpenTelemetry severity number; 0 is none. Level stays
	// valid when the envelope is reused.
	Level    string
	Severity int32
	// Program is the name of the program, as in syslog; valid like Message.
	Program string
	// Items is all that was recognised, from the outside in, when Explain is set.
	Items   []Item
	Explain bool

	fault string // what the error fields of an object say
	buf   []byte
	head  header
	obj   object
}

func (e *Envelope) reset() {
	e.Message, e.Level, e.Program, e.fault = "", "", "", ""
	e.Decoded, e.Severity = false, 0
	e.Items, e.buf = e.Items[:0], e.buf[:0]
}

func (e *Envelope) note(k Kind, text string) {
	if e.Explain {
		e.Items = append(e.Items, Item{Kind: k, Text: text})
	}
}

func (e *Envelope) setLevel(text string, severity int32) {
	if severity > 0 {
		e.Level, e.Severity = spelling(text), severity
	}
}

// written returns what was appended to the buffer since start. The memory is
// never written again before reset: the buffer only grows, and one that has grown
// leaves the old memory as it is.
func (e *Envelope) written(start int) string {
	b := e.buf[start:]
	return unsafe.String(unsafe.SliceData(b), len(b)) //nolint:gosec // as said above
}

// Split fills e. Any text gives a result, in time linear in the number of bytes
// looked at; that of valid UTF-8 is valid UTF-8.
func (s *Splitter) Split(text string, e *Envelope) {
	e.reset()
	s.peel(cut(text, s.maxBytes), e)
}

// peel takes the layers off text.
func (s *Splitter) peel(text string, e *Envelope) {
	headers := true // whether what comes next may be a header
	for range maxLayers {
		text = trim(text)
		if text == "" {
			break
		}
		if text[0] == '{' {
			if inner, ok := s.fromJSON(text, e); ok {
				text, headers = inner, true
				continue
			}
		}
		text = trim(e.plain(text))
		if text == "" {
			break
		}
		open := opens[text[0]]
		if open&openKey != 0 {
			if inner, ok := s.fromLogfmt(text, e); ok {
				text, headers = inner, true
				continue
			}
		}
		if open&openHeader == 0 || !headers {
			break
		}
		inner, again, ok := e.head.take(text, e)
		if !ok {
			break
		}
		text, headers = inner, again
	}
	e.finish(text)
}

// finish puts message and fault together.
func (e *Envelope) finish(text string) {
	e.Message = text
	switch fault := e.fault; {
	case fault == "" || strings.Contains(text, fault):
	case text == "":
		e.Message = fault
	default:
		start := len(e.buf)
		e.buf = append(append(append(e.buf, text...), ": "...), fault...)
		e.Message = e.written(start)
	}
	e.Decoded = len(e.buf) > 0
}

// cut shortens text to at most limit bytes, never inside a rune.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

const byteOrderMark = "\ufeff"

// trim takes off white space at both ends and a byte order mark.
func trim(text string) string {
	if text != "" && isSpaceByte(text[len(text)-1]) {
		text = strings.TrimRight(text, " \t\r\n\v\f\x00")
	}
	if text != "" && isSpaceByte(text[0]) {
		text = strings.TrimLeft(text, " \t\r\n\v\f\x00")
	}
	return strings.TrimPrefix(text, byteOrderMark)
}
