// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package statement

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every wording of a sense is found where a message says it: both sides of an
// entry go through the same reduction.
func TestEveryWordingOfASenseIsFound(t *testing.T) {
	reader, err := New()
	require.NoError(t, err)
	wordings := map[string][]wording{}
	require.NoError(t, split(Lexicon{"built-in", english}, wordings))
	say := strings.NewReplacer("FAIL", "failed to", "NOT", "not", "DONE", "successfully", ".. ", "")
	for _, w := range wordings["sense"] {
		name, _, _ := strings.Cut(w.name, " (")
		said := reader.Read(say.Replace(w.wording))
		require.Contains(t, said.Senses, name, "line %d: %q is read as %q", w.line, w.wording, said.Key())
	}
	for _, w := range wordings["rewrite"] {
		said, to := reader.Read(w.wording), reader.Read(w.name)
		require.Equal(t, to.Key(), said.Key(), "line %d", w.line)
	}
	for _, w := range wordings["synonym"] {
		for word := range strings.FieldsSeq(w.wording) {
			said, to := reader.Read(word+" it"), reader.Read(w.name+" it")
			require.Equal(t, to.Key(), said.Key(), "line %d", w.line)
		}
	}
}

func TestBadLexicons(t *testing.T) {
	for text, want := range map[string]string{
		"word":                              "lexicon mine, line 1: an entry must stand in a [section]",
		"[synonyms]\na: b":                  "lexicon mine, line 1: unknown section [synonyms]",
		"[sense]\n\nnot found: the":         `lexicon mine, line 3: [sense] "the": a phrase needs a word that is not in [stop]`,
		"[sense]\nno name":                  `lexicon mine, line 2: [sense] "no name": want NAME: phrase; phrase`,
		"[rewrite]\nno name":                `lexicon mine, line 2: [rewrite] "no name": want NAME: phrase; phrase`,
		"[synonym]\nmake: delete":           `lexicon mine, line 2: [synonym] "delete": "delete" is a synonym of "remov" already`,
		"# only a comment\n[stop]\n # none": "",
	} {
		_, err := New(Lexicon{"mine", text})
		if want == "" {
			require.NoError(t, err)
		} else {
			require.EqualError(t, err, want)
		}
	}
}

func TestALexiconOfOnesOwn(t *testing.T) {
	const text = "[synonym]\nshipment: parcel\n[sense]\npayment declined: card declined; NOT .. authorise payment"
	reader, err := New(Lexicon{"mine", text})
	require.NoError(t, err)
	key := func(text string) string { s := reader.Read(text); return s.Key() }
	require.Equal(t, key("shipment <num> lost"), key("Lost parcel <num>"))
	require.Equal(t, "[payment declined] order", key("card declined for order <num>"))
	require.Equal(t, key("card declined for order <num>"), key("order <num>: did not fully authorise payment"[:len("order <num>: ")]+"did not authorise payment"))
	builtin, err := New()
	require.NoError(t, err)
	require.NotEqual(t, builtin.Version(), reader.Version())
}

func FuzzLexicon(f *testing.F) {
	f.Add("[sense]\nnot found: NOT .. find")
	f.Add("[synonym]\na: b c\n[lemma]\nb: c")
	f.Fuzz(func(_ *testing.T, text string) {
		reader, err := New(Lexicon{"fuzz", text})
		if err != nil {
			return
		}
		said := reader.Read("cannot find " + text)
		_ = said.Key()
	})
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{"", "<*>", "cannot open <path>: No such file or directory", "a=b <num>ms", "can't doesn’t\xff", "数据库连接失败"} {
		f.Add(text)
	}
	reader, err := New()
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, text string) {
		said, again := reader.Read(text), reader.Read(text)
		require.Equal(t, said.Key(), again.Key())
		require.Equal(t, said.Literal != "", len(said.Senses)+len(said.Words) == 0 && strings.TrimSpace(text) != "")
	})
}
