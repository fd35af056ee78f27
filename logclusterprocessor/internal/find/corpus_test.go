// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package find

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/envelope"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/statement"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/template"
)

// wording is a text; those of one set mean the same.
type wording struct {
	text, set string
	half      int
	language  string
}

// corpus reads all wordings that are labelled, with values drawn for their placeholders.
func corpus(t *testing.T) []wording {
	dir := os.Getenv("OTELCOL_AIOPS_DATA")
	if dir == "" {
		t.Skip("OTELCOL_AIOPS_DATA is not set")
	}
	var out []wording
	seen := map[string]bool{}
	add := func(text, set, source string) {
		if !seen[text] {
			seen[text] = true
			out = append(out, wording{text, set, half(source), languageOf(text)})
		}
	}
	for _, language := range []string{"", "zh_"} {
		for _, row := range rows(t, filepath.Join(dir, "paraphrase", language+"sets.tsv")) {
			add(row[2], language+row[0], project(row[1]))
		}
		for _, row := range rows(t, filepath.Join(dir, "paraphrase", language+"pairs_negative.tsv")) {
			add(row[0], "", project(row[2]))
			add(row[1], "", project(row[3]))
		}
		for _, row := range rows(t, filepath.Join(dir, "paraphrase", language+"singletons.tsv")) {
			add(row[2], "", project(row[1]))
		}
	}
	for _, row := range rows(t, filepath.Join(dir, "errors", "concepts_spark_tidb.tsv")) {
		add(row[2], row[0], row[0])
	}
	var wild struct {
		Pairs map[string][][2]string `json:"pairs"`
	}
	text, err := os.ReadFile(filepath.Join(dir, "wild", "logs.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &wild))
	for _, kind := range []string{"en_same", "zh_same", "en_different", "zh_different"} {
		for i, p := range wild.Pairs[kind] {
			for side, text := range p {
				set := ""
				if strings.HasSuffix(kind, "_same") {
					set = fmt.Sprintf("%s%d", kind, i)
				}
				_ = side
				add(strings.NewReplacer("«n»", "<int>", "«", "<", "»", ">").Replace(text), set, fmt.Sprint(kind, i))
			}
		}
	}
	return out
}

func languageOf(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0 {
		return "zh"
	}
	return "en"
}

func rows(t *testing.T, file string) [][]string {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var out [][]string
	for line := range strings.Lines(string(text)) {
		if row := strings.Split(strings.TrimRight(line, "\n"), "\t"); len(row) > 2 {
			out = append(out, row)
		}
	}
	return out
}

func project(source string) string {
	p, _, _ := strings.Cut(source, ":")
	return p
}

func half(source string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(source))
	return int(h.Sum32() & 1)
}

func newReader(tb testing.TB) *Reader {
	strict, err := statement.New()
	require.NoError(tb, err)
	reader, err := NewReader(strict)
	require.NoError(tb, err)
	return reader
}

var placeholder = regexp.MustCompile(`<(\w+)>`)

// values are what placeholders stand for, each two.
var values = map[string][2]string{
	"int": {"17", "4096"}, "float": {"0.5", "12.75"}, "char": {"x", "z"}, "path": {"/var/lib/app/a.db", "/mnt/data/b.log"},
	"user": {"alice", "svc_orders"}, "host": {"10.1.2.3", "db-07.eu.internal"}, "strerror": {"Permission denied", "Input/output error"},
	"value": {"42", "created_at"}, "ident": {"orders_17", "tmp_3fa9c1"}, "ip": {"10.0.0.9", "192.168.7.1"}, "port": {"5432", "8080"},
	"fqdn": {"a.example.com", "b.example.org"}, "q": {"jobs_7", "mail_2"}, "table": {"orders", "hr.employees"}, "column": {"amount", "sku_3"},
	"expr": {"amount = 7", "lower(name)"}, "type": {"integer", "varchar(64)"}, "func": {"sum", "date_trunc"}, "database": {"sales_db", "hr"},
}

func fill(r *rand.Rand, text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(m string) string {
		if v, ok := values[m[1:len(m)-1]]; ok {
			return v[r.IntN(2)]
		}
		return "word_" + fmt.Sprint(r.IntN(90))
	})
}

// masked is what a template of the text would be.
func masked(text string) string {
	var e envelope.Envelope
	var line mask.Line
	splitter.Split(text, &e)
	masker.Mask(e.Message, &line)
	return template.Text(line.Encode())
}

var (
	splitter  = envelope.New(envelope.Options{MaxBytes: 1 << 16})
	masker, _ = mask.New(mask.Options{})
)
