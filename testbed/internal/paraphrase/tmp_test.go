package paraphrase

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/tfidf"
)

func TestTmp(t *testing.T) {
	dir, err := dataset.Dir()
	require.NoError(t, err)
	for _, lang := range []string{English, Chinese} {
		start := time.Now()
		d, err := Load(dir, lang)
		require.NoError(t, err)
		t.Log(len(d.Messages), len(d.Positive), len(d.Negative), len(d.Singles))
		show := func(name string, labels []string) {
			f := NewFigures(name)
			f.Add(d, labels, 1, nil)
			t.Logf("%+v", f)
			t.Log(time.Since(start))
		}
		show("tfidf", tfidf.Cluster(d.Texts(), tfidf.Threshold))
		l, err := Stream(t.Context(), d.Texts(), 1)
		require.NoError(t, err)
		show("ours", l.Clusters)
		show("templates", l.Templates)
	}
	o, err := Opposites(dir)
	require.NoError(t, err)
	d, _ := Load(dir, English)
	v := Variants(d.Messages, o)
	start := time.Now()
	x, err := Oppose(t.Context(), d.Messages, v, 1)
	require.NoError(t, err)
	t.Log(len(v), x.Kept, x.Half, time.Since(start))
}
