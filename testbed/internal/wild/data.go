// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package wild measures templates and clusters on logs as they are in the field:
// statements of many kinds of software, pairs of wordings, one service in many
// envelopes, and minimal inputs. It counts as score_wild_logs.py beside the data
// does.
package wild

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

// Data is all of logs.json.
type Data struct {
	Cases   map[string]Case        `json:"cases"`
	Pairs   map[string][][2]string `json:"pairs"`
	Service []Statement            `json:"service"`
	Inputs  []Input                `json:"inputs"`
}

// Case is the statements of one kind of software, with «placeholders», and which
// pairs of them, by number, must or must not share a cluster.
type Case struct {
	Statements  []string `json:"statements"`
	MustBeApart [][2]int `json:"must_be_apart"`
	MustJoin    [][2]int `json:"must_join"`
}

// Statement is one statement of the service.
type Statement struct {
	Message string `json:"message"`
	Level   string `json:"level"`
	Logger  string `json:"logger"`
	Fields  Fields `json:"fields"`
}

// Input is a few lines and what must hold of them.
type Input struct {
	ID     string  `json:"id"`
	Kind   string  `json:"kind"`
	Lines  []Body  `json:"lines"`
	Checks []Check `json:"checks"`
}

// Field is one key of a structured body with its text.
type Field struct{ Key, Value string }

// Fields keep the order in which they were written.
type Fields []Field

// UnmarshalJSON reads an object whose values are strings.
func (f *Fields) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return errors.Join(fmt.Errorf("not an object: %s", text), err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		var value string
		if err := d.Decode(&value); err != nil {
			return err
		}
		*f = append(*f, Field{key.(string), value})
	}
	return nil
}

// set sets a key, at its place when it is there already.
func (f Fields) set(key, value string) Fields {
	for i := range f {
		if f[i].Key == key {
			f[i].Value = value
			return f
		}
	}
	return append(f, Field{key, value})
}

// Body is a record's body: text, or a map when there are fields.
type Body struct {
	Text   string
	Fields Fields
}

// UnmarshalJSON reads a string or an object.
func (b *Body) UnmarshalJSON(text []byte) error {
	if text[0] == '{' {
		return b.Fields.UnmarshalJSON(text)
	}
	return json.Unmarshal(text, &b.Text)
}

// Check is one thing that must hold of the answers to an input's lines.
type Check struct {
	Op   string // t= t!= c= c!= (template, cluster of lines I and J), has, not (Text in the template of I)
	I, J int
	Text string
}

// UnmarshalJSON reads [op, i, j] or [op, i, text].
func (c *Check) UnmarshalJSON(text []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil {
		return err
	}
	if len(parts) != 3 {
		return fmt.Errorf("a check has 3 parts: %s", text)
	}
	err := errors.Join(json.Unmarshal(parts[0], &c.Op), json.Unmarshal(parts[1], &c.I))
	switch c.Op {
	case "t=", "t!=", "c=", "c!=":
		return errors.Join(err, json.Unmarshal(parts[2], &c.J))
	case "has", "not":
		return errors.Join(err, json.Unmarshal(parts[2], &c.Text))
	default:
		return errors.Join(err, fmt.Errorf("unknown check %s", text))
	}
}

// Load reads the data.
func Load(dir string) (*Data, error) {
	text, err := os.ReadFile(filepath.Join(dir, "wild", "logs.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w (the wild statements have no public home)", dataset.ErrMissing)
	}
	if err != nil {
		return nil, err
	}
	var d Data
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("logs.json: %w", err)
	}
	return &d, nil
}
