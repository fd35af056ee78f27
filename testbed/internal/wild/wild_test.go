// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package wild

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/fillvalues"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/paraphrase"
)

var sample = Statement{Message: `"größe" <ok> 😀`, Level: "INFO", Logger: "db.Query", Fields: Fields{{"level", "high"}, {"took_ms", "«n»"}}}

func TestEnvelopes(t *testing.T) {
	const fields = " level=high took_ms=«n»"
	want := map[string]Body{
		"bare":   {Text: `"größe" <ok> 😀` + fields},
		"java":   {Text: `«cts» INFO  [exec-«n»] com.acme.shop.db.Query - "größe" <ok> 😀` + fields},
		"syslog": {Text: `«sys» shop-app shopd[«n»]: "größe" <ok> 😀` + fields},
		"klog":   {Text: `I«klog»       1 db/query.go:«ln»] "größe" <ok> 😀` + fields},
		"logfmt": {Text: `ts=«iso» level=info caller=db/query.go:«ln» service=shop env=prod version=«ver» trace_id=«h12» msg="\"größe\" <ok> 😀"` + fields},
		"json": {Text: `{"ts": "«iso»", "level": "high", "logger": "db.Query", "caller": "db.query.go:«ln»", "msg": "\"größe\" <ok> 😀", ` +
			`"service": "shop", "env": "prod", "trace_id": "«h12»", "took_ms": "«n»"}`},
		"json, escaped": {Fields: Fields{{"time", "«iso»"}, {"level", "high"}, {"msg", sample.Message}, {"took_ms", "«n»"}}},
		"map":           {Fields: Fields{{"ts", "«iso»"}, {"level", "high"}, {"logger", "db.Query"}, {"message", sample.Message}, {"took_ms", "«n»"}}},
	}
	require.Len(t, Envelopes, len(want))
	for _, e := range Envelopes {
		require.Equal(t, want[e.Name], e.wrap(sample), e.Name)
		body, used := e.Draw(dataset.Random(1), sample)
		require.NotEmpty(t, used)
		require.NotContains(t, body.Text, "«")
		if e.escape {
			require.Regexp(t, `^\{"time": "2026[^"]+", "level": "high", "msg": "\\"gr\\u00f6\\u00dfe\\" <ok> \\ud83d\\ude00", "took_ms": "\d+"\}$`, body.Text)
		}
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	_, err := Load(dir)
	require.ErrorIs(t, err, dataset.ErrMissing)

	file := filepath.Join(dir, "wild", "logs.json")
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(`{
		"cases": {"sshd": {"source": "x", "statements": ["a", "b"], "must_be_apart": [[0, 1]], "must_join": []}},
		"pairs": {"en_same": [["a", "b"]]},
		"service": [{"message": "m", "level": "INFO", "logger": "l", "fields": {"z": "1", "a": "2"}}],
		"inputs": [{"id": "E1", "kind": "k", "lines": ["x", {"msg": "y"}], "checks": [["c!=", 0, 1], ["has", 0, "x"]]}]}`), 0o644))
	d, err := Load(dir)
	require.NoError(t, err)
	require.Equal(t, &Data{
		Cases:   map[string]Case{"sshd": {Statements: []string{"a", "b"}, MustBeApart: [][2]int{{0, 1}}, MustJoin: [][2]int{}}},
		Pairs:   map[string][][2]string{"en_same": {{"a", "b"}}},
		Service: []Statement{{"m", "INFO", "l", Fields{{"z", "1"}, {"a", "2"}}}},
		Inputs:  []Input{{"E1", "k", []Body{{Text: "x"}, {Fields: Fields{{"msg", "y"}}}}, []Check{{Op: "c!=", J: 1}, {Op: "has", Text: "x"}}}},
	}, d)

	for _, bad := range []string{`["c!=", 0]`, `["nonsense", 0, 1]`, `["c=", "x", 1]`, `7`} {
		require.Error(t, json.Unmarshal([]byte(bad), &Check{}), bad)
	}
	require.Error(t, json.Unmarshal([]byte(`{"a": 1}`), &Fields{}))
}

func TestStands(t *testing.T) {
	require.True(t, stands("user bob, in", "bob"))
	require.True(t, stands("bobby bob", "bob"), "the second time")
	require.True(t, stands("für bob", "bob"))
	require.False(t, stands("bobby", "bob"))
	require.False(t, stands("7bob", "bob"))
	require.True(t, stands("张伟x张伟", "张伟x张伟"))
}

func TestLeaks(t *testing.T) {
	used := func(kind, text string) []fillvalues.Value { return []fillvalues.Value{{Kind: kind, Text: text}} }
	require.True(t, leaks(used("user", "alice"), "user alice in", "user  in"))
	require.False(t, leaks(used("user", "alice"), "user <*> in", "user  in"))
	require.False(t, leaks(used("user", "alice"), "user alice in", "alice's user  in"), "the statement says it itself")
	require.False(t, leaks(used("n", "42"), "took 42", "took "), "too short")
	require.False(t, leaks(used("st4", "404"), "status 404", "status "), "what became of it may stay")
}

func answers(template ...string) []harness.Answer {
	out := make([]harness.Answer, len(template))
	for i, s := range template {
		out[i] = harness.Answer{Template: s, TemplateID: s, ClusterID: s[:1]}
	}
	return out
}

// TestCases: the first statement is right, the second split, the third and fourth
// share a template; of the clusters (first letters) b and c are apart.
func TestCases(t *testing.T) {
	data := Case{Statements: []string{"s0", "s1", "s2", "s3"}, MustBeApart: [][2]int{{0, 1}, {2, 3}}, MustJoin: [][2]int{{0, 1}, {0, 2}}}
	rows := []row{{statement: 0}, {statement: 0}, {statement: 1}, {statement: 1}, {statement: 2}, {statement: 3}}
	var c Cases
	c.add("x", data, rows, Answers{First: answers("a1", "a2", "a3", "a4", "b1", "c1"), Second: answers("a1", "a1", "a3", "a4", "c1", "c1")}, 1)
	require.InDelta(t, 4, c.Statements, 0)
	require.InDelta(t, 1, c.Right, 0)
	require.Equal(t, paraphrase.Share{Count: 1, Of: 4}, c.Half[paraphrase.Half("x")])
	require.Equal(t, []float64{2, 2, 1}, []float64{c.Apart, c.ApartJoined, c.ApartOneTemplate})
	require.Equal(t, []float64{2, 1}, []float64{c.Join, c.JoinMissed})
	require.Equal(t, []float64{6, 2, 1}, []float64{c.Lines, c.TemplateChanged, c.ClusterChanged})

	leaky := Cases{}
	leaky.add("x", Case{Statements: []string{"user «user»"}}, []row{{used: []fillvalues.Value{{Kind: "user", Text: "alice"}}}},
		Answers{First: answers("user alice"), Second: answers("user alice")}, 1)
	require.InDelta(t, 0, leaky.Right, 0)
}

func TestChecks(t *testing.T) {
	a := answers("a1", "a1", "a2", "b1")
	for check, want := range map[Check]bool{
		{Op: "t=", I: 0, J: 1}: true, {Op: "t=", I: 0, J: 2}: false,
		{Op: "t!=", I: 0, J: 2}: true, {Op: "t!=", I: 0, J: 1}: false,
		{Op: "c=", I: 0, J: 2}: true, {Op: "c=", I: 0, J: 3}: false,
		{Op: "c!=", I: 0, J: 3}: true, {Op: "c!=", I: 0, J: 2}: false,
		{Op: "has", I: 3, Text: "b"}: true, {Op: "has", I: 3, Text: "a"}: false,
		{Op: "not", I: 3, Text: "a"}: true, {Op: "not", I: 3, Text: "b"}: false,
	} {
		require.Equal(t, want, check.holds(a), "%+v", check)
	}
	require.False(t, Check{Op: "t=", I: 0, J: 1}.holds(make([]harness.Answer, 2)), "no ID is equal to nothing")
}

func TestForeign(t *testing.T) {
	s := Statement{Message: "login of «user» failed", Level: "WARN", Logger: "auth.Filter", Fields: Fields{{"version", "«ver»"}, {"mode", "strict"}}}
	used := []fillvalues.Value{{Kind: "user", Text: "alice"}, {Kind: "path", Text: "/var/lib/a.log"}}
	for _, e := range Envelopes {
		got := foreign(e, s, used, []string{"Login", "failed", "alice", "version", "strict", "lib", "caller", "filter", "shopd"})
		want := map[string][]string{
			"bare":   {"alice", "lib"},
			"java":   {"alice", "lib", "filter"},
			"syslog": {"alice", "lib", "shopd"},
			"klog":   {"alice", "lib", "filter"},
			"logfmt": {"alice", "lib", "caller", "filter"},
			"json":   {"alice", "lib", "caller", "filter"},
			"map":    {"alice", "lib", "filter"},
		}[e.Name]
		if want == nil {
			want = []string{"alice", "lib"}
		}
		require.Equal(t, want, got, e.Name)
	}
}

// TestPairs drives the real processor: what it is told is related is offered.
func TestPairs(t *testing.T) {
	d := &Data{Pairs: map[string][][2]string{
		"en_same":      {{"disk full", "disk full"}, {"disk full", "user logged in from the console"}},
		"en_different": {{"the cache was warmed", "the cache was warmed"}, {"disk full", "invoice number twelve printed"}},
	}}
	all := map[string][]string{}
	related := func(_ *harness.Processor, service, id string) ([]string, error) {
		offered := all[service]
		all[service] = append(all[service], id)
		return offered, nil
	}
	rows, err := ScorePairs(t.Context(), d, PairRun{Language: "en", Seeds: 1, Related: related})
	require.NoError(t, err)
	require.Len(t, rows, len(Envelopes))
	bare := rows[0]
	require.Equal(t, []int{2, 2}, []int{bare.Same, bare.Different})
	require.InDelta(t, 1, bare.SameJoined, 0)
	require.InDelta(t, 2, bare.SameOffered, 0)
	require.InDelta(t, 1, bare.DifferentJoined, 0)
	require.Equal(t, d.Pairs["en_different"][:1], bare.Wrong)

	rows, err = ScorePairs(t.Context(), d, PairRun{Language: "en", Seeds: 1})
	require.NoError(t, err)
	require.InDelta(t, 1, rows[0].SameOffered, 0, "nothing is related")
}

// TestRun: more services than fit a processor, map bodies, and both passes.
func TestRun(t *testing.T) {
	var services []Service
	for i := range servicesPerProcessor + 1 {
		services = append(services, Service{string(rune('A' + i)), []Body{{Text: "disk full"}, {Fields: Fields{{"message", "disk full"}}}}})
	}
	got, err := Run(t.Context(), services, nil)
	require.NoError(t, err)
	require.Len(t, got, len(services))
	for _, a := range got {
		require.Len(t, a.First, 2)
		require.Len(t, a.Second, 2)
		require.Equal(t, "disk full", a.Second[1].Template, "the text of a map body")
		require.Equal(t, a.Second[0].ClusterID, a.Second[1].ClusterID)
	}
}
