// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

var typed = regexp.MustCompile(`<[a-z]+>`)

// value draws a value for a typed placeholder of shared/data/paraphrase.
func (f filler) value(kind string) string {
	word := func() string {
		return f.one("alpha bravo delta orders golf hotel india juliet kilo lima mike november oscar papa")
	}
	switch kind {
	case "<int>":
		return strconv.Itoa(f.IntN(5000))
	case "<float>":
		return strconv.FormatFloat(90*f.Float64(), 'f', 2, 64)
	case "<char>":
		return f.one("a b c x y z")
	case "<path>", "<user>", "<host>":
		return f.draw(strings.Trim(kind, "<>"))
	case "<strerror>":
		return f.choice("No such file or directory", "Permission denied", "Connection refused", "No space left on device")
	case "<ident>":
		return word() + "_" + word()
	}
	return f.choice(word(), word()+"-"+f.hex(4), f.hex(8), word()+" "+word())
}

// message is one of a program's, and the program.
type message struct{ program, text string }

func readMessages(tb testing.TB, lang string) (messages []message) {
	for _, file := range []string{"sets.tsv", "singletons.tsv"} {
		data, err := os.ReadFile(filepath.Join(dataDir(tb), "paraphrase", lang+file))
		require.NoError(tb, err)
		for line := range strings.Lines(string(data)) {
			columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			program, _, _ := strings.Cut(columns[1], ":")
			messages = append(messages, message{program, columns[2]})
		}
	}
	return messages
}

// TestMessagesStayApart streams the messages of real programs, six times each with
// other values, and bounds the pairs of different messages that come to share a
// template. No rule was made for them: the rules for values were.
func TestMessagesStayApart(t *testing.T) {
	for lang, most := range map[string]int{"": 30, "zh_": 16} {
		messages := readMessages(t, lang)
		f := newFiller(3)
		var order []message
		for _, m := range messages {
			for range 6 {
				order = append(order, m)
			}
		}
		f.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		miners, entries := map[string]*Miner[int]{}, make([]*Entry[int], len(order))
		var line mask.Line
		for i, m := range order {
			if miners[m.program] == nil {
				miners[m.program] = New[int](Limits{})
			}
			entries[i], _ = feed(miners[m.program], &line, typed.ReplaceAllStringFunc(m.text, f.value), int64(i))
		}
		owners, templates := map[*Template[int]]map[string]bool{}, map[message]map[*Template[int]]bool{}
		for i, m := range order {
			x := entries[i].Template()
			if owners[x] == nil {
				owners[x] = map[string]bool{}
			}
			if templates[m] == nil {
				templates[m] = map[*Template[int]]bool{}
			}
			owners[x][m.text], templates[m][x] = true, true
		}
		shared, several := 0, 0
		for _, texts := range owners {
			shared += len(texts) * (len(texts) - 1) / 2
		}
		for _, own := range templates {
			if len(own) > 1 {
				several++
			}
		}
		t.Logf("%-3s %d messages: %d pairs share a template, %d have several", lang, len(templates), shared, several)
		require.LessOrEqual(t, shared, most)
	}
}
