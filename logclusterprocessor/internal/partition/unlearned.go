// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/template"
)

// What a line costs to learn is about this much more than its length, in bytes:
// BenchmarkWorstLine.
const learnCost = 200

// mayLearn says whether the open window still has room for a line, and takes what it
// costs. Whoever sends nothing but new lines would else have all of the machine.
func (p *Partition) mayLearn(line *mask.Line) bool {
	if p.settings.Learn > 0 && p.spent >= p.settings.Learn {
		return false
	}
	p.spent += int64(len(line.Text)) + learnCost
	return true
}

// Unlearned returns what to write on the records of a line, whose shape is salted, that
// Learn did not take: it is a template of its own, in the cluster of its statement, and
// nothing of it is kept.
func (p *Partition) Unlearned(line *mask.Line) *Answer {
	text := template.Text(line.Encode())
	said := p.settings.Statements.Read(text)
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.meaningOf(p.joinedTo(p.Salt(said.Hash())), 0)
	return newAnswer(text, line.Shape, m)
}
