// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Every operation is documented, and every documented one is served.
func TestDocumentHasWhatIsServed(t *testing.T) {
	document, err := openapi3.NewLoader().LoadFromData(openAPI)
	require.NoError(t, err)
	var served, documented []string
	for _, r := range (&server{}).routes() {
		served = append(served, r.method+" "+r.path)
	}
	for path, item := range document.Paths.Map() {
		for method := range item.Operations() {
			documented = append(documented, method+" "+path)
		}
	}
	require.ElementsMatch(t, served, documented)

	a := onSQLite(t).send(t, http.MethodGet, "/api/v1/openapi.yaml", "")
	require.Equal(t, string(openAPI), string(a.body))
}

const (
	tables  = "00000000000000a1"
	tables2 = "00000000000000a2"
	full    = "00000000000000b1"
	space   = "00000000000000b2"
	logins  = "00000000000000c1"
)

func TestList(t *testing.T) {
	h := onSQLite(t)
	ids := func(query string) (ids []string) {
		var page ClusterPage
		h.ok(t, http.MethodGet, "/api/v1/clusters?"+query, "", &page)
		for _, c := range page.Clusters {
			ids = append(ids, c.ID)
		}
		return ids
	}
	require.Equal(t, []string{full, tables, logins, space}, ids(""))
	require.Equal(t, []string{logins, space, full, tables}, ids("sort=newest"))
	require.Equal(t, []string{logins, space, full, tables}, ids("sort=last_seen"))
	require.Equal(t, []string{tables}, ids("q=such+TABLE"))
	require.Equal(t, []string{full}, ids("q=word00b1"))
	require.Equal(t, []string{tables}, ids("q="+tables2), "a template's ID finds its cluster")
	require.Equal(t, []string{logins}, ids("partition=desk"))
	require.Empty(t, ids("new=true"), "the first of a service is not new")
	require.Empty(t, ids("partition="))
	require.Empty(t, ids("labelled=true"))
	h.ok(t, http.MethodPut, "/api/v1/clusters/"+tables+"/solution", `{"text": "Run the *migration*."}`, nil)
	require.Equal(t, []string{tables}, ids("labelled=true"))
	require.Equal(t, []string{tables}, ids("q=migration"))
	require.Equal(t, []string{full, logins, space}, ids("labelled=false"))
	h.ok(t, http.MethodPut, "/api/v1/clusters/"+full+"/noise", "", nil)
	require.Equal(t, []string{tables, logins, space}, ids("noise=exclude"))
	require.Equal(t, []string{full}, ids("noise=only"))
	require.Equal(t, []string{full, tables, logins, space}, ids("noise=include"))
	require.Equal(t, []string{full}, ids("q="+full), "asked for by name")
	h.ok(t, http.MethodDelete, "/api/v1/clusters/"+full+"/noise", "", nil)
	require.Equal(t, []string{full, tables, logins, space}, ids("noise=exclude"))

	var paged []string
	for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
		var page ClusterPage
		h.ok(t, http.MethodGet, "/api/v1/clusters?limit=1&cursor="+url.QueryEscape(cursor), "", &page)
		require.Len(t, page.Clusters, 1)
		paged = append(paged, page.Clusters[0].ID)
		cursor = page.Next
	}
	require.Equal(t, ids(""), paged)

	var page ClusterPage
	h.ok(t, http.MethodGet, "/api/v1/clusters?minutes=90", "", &page)
	require.Equal(t, begin.Add(91*time.Minute), page.Window.Until, "the minute of the latest record is in it")
	c := page.Clusters[slices.IndexFunc(page.Clusters, func(c Cluster) bool { return c.ID == tables })]
	require.Equal(t, "Table not found: <*>", c.Text)
	require.Equal(t, int64(5), c.Count)
	require.Equal(t, 2, c.TemplateCount)
	require.Equal(t, []string{"word00a1"}, c.Keywords)
	require.Len(t, c.Counts, 90)
	require.Equal(t, int64(2), c.Counts[0])
	require.Equal(t, "Run the *migration*.", c.Solution.Text)
}

// What a service says in its first minutes is not new: all of it would be.
func TestNew(t *testing.T) {
	onBoth(t, func(t *testing.T, h *harness) {
		during, after := login, login
		during.ID, during.Cluster, during.At = 0xc2, 0xc2, 99*time.Minute
		after.ID, after.Cluster, after.At = 0xc3, 0xc3, 100*time.Minute
		keep(t, h.store, "desk", rowsOf(during, after))
		var page ClusterPage
		h.ok(t, http.MethodGet, "/api/v1/clusters?new=true", "", &page)
		require.Len(t, page.Clusters, 1)
		require.Equal(t, after.Cluster.String(), page.Clusters[0].ID)
		h.ok(t, http.MethodGet, "/api/v1/clusters?q=logged", "", &page)
		require.Len(t, page.Clusters, 3)
		for _, c := range page.Clusters {
			require.Equal(t, c.ID == after.Cluster.String(), c.New, c.ID)
		}
		var d Detail
		h.ok(t, http.MethodGet, "/api/v1/clusters/"+after.Cluster.String(), "", &d)
		require.True(t, d.New)

		var now Now
		h.ok(t, http.MethodGet, "/api/v1/now", "", &now)
		require.Len(t, now.New, 1)
		require.Equal(t, after.Cluster.String(), now.New[0].ID)
		require.Len(t, now.New[0].Counts, 60)
		require.Empty(t, now.Growing)

		// An hour later it is not, either.
		later := login
		later.ID, later.Cluster, later.At = 0xc4, 0xc3, 161*time.Minute
		keep(t, h.store, "desk", rowsOf(later))
		h.ok(t, http.MethodGet, "/api/v1/clusters?new=true", "", &page)
		require.Empty(t, page.Clusters)
	})
}

func TestCluster(t *testing.T) {
	h := onSQLite(t)
	var d Detail
	h.ok(t, http.MethodGet, "/api/v1/clusters/"+tables2, "", &d)
	require.Equal(t, tables, d.ID)
	require.Equal(t, begin, d.FirstSeen)
	require.Equal(t, begin.Add(time.Minute), d.LastSeen)
	require.Len(t, d.Templates, 2)
	require.True(t, d.Templates[0].Represents)
	require.Equal(t, "users: no such table exists", d.Samples[0].Text)
	require.Empty(t, d.Solution)

	var c Counts
	h.ok(t, http.MethodGet, "/api/v1/clusters/"+tables+"/counts?minutes=4&step=2&until=2026-03-14T09:04:00Z", "", &c)
	require.Equal(t, []int64{5, 0}, c.Counts)
	h.ok(t, http.MethodGet, "/api/v1/clusters/"+logins+"/counts?minutes=3", "", &c)
	require.Equal(t, []int64{0, 0, 1}, c.Counts)
	h.ok(t, http.MethodGet, "/api/v1/clusters/"+logins+"/counts?minutes=10080", "", &c)
	require.Equal(t, 7, c.Step)
	require.Len(t, c.Counts, 1440)

	var s Summary
	h.ok(t, http.MethodGet, "/api/v1/summary", "", &s)
	latest := begin.Add(90 * time.Minute)
	require.Equal(t, Summary{Clusters: 4, Templates: 5, Records: 14, Partitions: []string{"desk", "shop"}, Latest: &latest}, s)
}

func TestSolution(t *testing.T) {
	onBoth(t, editSolution)
}

func editSolution(t *testing.T, h *harness) {
	path := "/api/v1/clusters/" + tables + "/solution"
	a := h.send(t, http.MethodGet, path, "")
	require.Equal(t, `"0"`, a.Header.Get("ETag"))

	var s Solution
	h.ok(t, http.MethodPut, path+"?author=ann", `{"text": "Run **it**."}`, &s, `If-Match: "0"`)
	require.Equal(t, "<p>Run <strong>it</strong>.</p>\n", s.HTML)
	require.Equal(t, "ann", s.Author)
	require.WithinDuration(t, time.Now(), *s.Updated, time.Minute)
	first := s.Version

	p := h.refused(t, http.StatusPreconditionFailed, http.MethodPut, path, `{"text": "Mine."}`, `If-Match: "0"`)
	require.Equal(t, "Run **it**.", p.Current.Text)
	h.refused(t, http.StatusPreconditionFailed, http.MethodDelete, path, "", `If-Match: "0"`)

	// An alias does, and so does a weak tag.
	h.ok(t, http.MethodPut, "/api/v1/clusters/"+tables2+"/solution", `{"text": "Mine."}`, &s, fmt.Sprintf(`If-Match: W/"%d"`, first))
	require.Equal(t, "anonymous", s.Author)
	require.Greater(t, s.Version, first)
	h.ok(t, http.MethodDelete, path+"?author=bob", "", &s, fmt.Sprintf(`If-Match: "%d"`, s.Version))
	require.Empty(t, s.Text)
	a = h.send(t, http.MethodGet, path, "")
	require.Equal(t, fmt.Sprintf(`"%d"`, s.Version), a.Header.Get("ETag"), "a cleared one has a version, too")

	var history HistoryPage
	h.ok(t, http.MethodGet, "/api/v1/history?limit=2", "", &history)
	require.Equal(t, []string{"bob:", "anonymous:Mine."}, events(history.Events))
	h.ok(t, http.MethodGet, fmt.Sprintf("/api/v1/history?limit=2&before=%d", history.Next), "", &history)
	require.Equal(t, []string{"ann:Run **it**."}, events(history.Events))
	require.Zero(t, history.Next)
	var d Detail
	h.ok(t, http.MethodGet, "/api/v1/clusters/"+tables, "", &d)
	require.Len(t, d.History, 3)
}

func events(all []Event) (texts []string) {
	for _, e := range all {
		texts = append(texts, e.Author+":"+e.Text)
	}
	return texts
}

func TestMergeAndSplit(t *testing.T) {
	h := onSQLite(t)
	var j Joined
	h.ok(t, http.MethodPost, "/api/v1/merge?author=ann", `{"clusters": ["`+space+`", "`+full+`"]}`, &j)
	require.Equal(t, full, j.Cluster, "the older one stays")
	var d Detail
	h.ok(t, http.MethodGet, "/api/v1/clusters/"+space, "", &d)
	require.Equal(t, full, d.ID)
	require.Equal(t, int64(8), d.Count)
	require.Equal(t, space, d.Aliases[0].ID)
	require.Equal(t, "merge", d.History[0].Action)

	h.ok(t, http.MethodPost, "/api/v1/split", `{"template": "`+space+`"}`, &j)
	require.NotEqual(t, full, j.Cluster)
	require.Equal(t, int64(2), h.base.pokes.Load(), "processors are told")
	h.ok(t, http.MethodGet, "/api/v1/clusters/"+j.Cluster, "", &d)
	require.Equal(t, []string{full}, d.Apart)

	for body, status := range map[string]int{
		`{"clusters": ["` + full + `"]}`:                          400,
		`{"clusters": ["` + full + `", "` + full + `"]}`:          400,
		`{"clusters": ["` + full + `", "` + logins + `"]}`:        400, // of another partition
		`{"clusters": ["` + full + `", "00000000000000ff"]}`:      404,
		`{"clusters": ["` + full + `", "' OR 1=1 --"]}`:           400,
		`{"clusters": ["` + full + `", "` + tables + `"], "x":1}`: 400,
	} {
		h.refused(t, status, http.MethodPost, "/api/v1/merge", body)
	}
	h.refused(t, 400, http.MethodPost, "/api/v1/split", `{"template": "`+logins+`"}`) // it is all that there is
	h.refused(t, 404, http.MethodPost, "/api/v1/split", `{"template": "00000000000000ff"}`)
}

func TestExportAndImport(t *testing.T) {
	h, other := onSQLite(t), onSQLite(t)
	const text = "Run:\n\n```\nmake migrate # \"now\"\n```\n\ttab, <b>, : and 'quotes' \u00e9\n"
	_, err := h.store.SetSolution(t.Context(), store.Edit{Cluster: tables, Text: text, Author: "ann"})
	require.NoError(t, err)
	_, err = h.store.SetSolution(t.Context(), store.Edit{Cluster: logins, Text: "yes", Author: "bob"})
	require.NoError(t, err)
	a := h.send(t, http.MethodGet, "/api/v1/solutions", "")
	require.Contains(t, string(a.body), "cluster: "+logins)
	require.Contains(t, string(a.body), "partition: shop")

	const yaml = "Content-Type: application/yaml"
	var done ImportResult
	other.ok(t, http.MethodPost, "/api/v1/solutions?author=git", string(a.body), &done, yaml)
	require.Equal(t, ImportResult{Written: 2, Attached: 2, Entries: []ImportedEntry{
		{Cluster: logins, Outcome: store.Attached, Clusters: []string{logins}},
		{Cluster: tables, Outcome: store.Attached, Clusters: []string{tables}},
	}}, done)
	other.ok(t, http.MethodPost, "/api/v1/solutions?author=git", string(a.body), &done, yaml)
	require.Equal(t, 2, done.Unchanged)
	var s Solution
	other.ok(t, http.MethodGet, "/api/v1/clusters/"+tables+"/solution", "", &s)
	require.Equal(t, text, s.Text)
	require.Equal(t, "git", s.Author)

	for _, wrong := range []string{
		"solutions: 3", "solutions: [{cluster: abc, solution: x}]", "solution: []", "{", "- a",
		"solutions: [{cluster: '" + tables + "', solution: " + strings.Repeat("x", store.MaxSolutionBytes+1) + "}]",
		"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nsolutions: [*c,*c,*c]",
	} {
		other.refused(t, 400, http.MethodPost, "/api/v1/solutions", wrong, yaml)
	}
	other.ok(t, http.MethodPost, "/api/v1/solutions", "solutions: []\n", &done, yaml)

	// Documents, and what waits. What an export without samples has, it reads.
	documents := "solutions: [{cluster: '00000000000000ee', partition: shop, template: 'late <num>', solution: x}]\n---\n" +
		"solutions: [{cluster: '00000000000000ef', solution: y}]\n"
	other.ok(t, http.MethodPost, "/api/v1/solutions", documents, &done, yaml)
	require.Equal(t, 2, done.Waiting)
	var waiting struct{ Solutions []WaitingSolution }
	other.ok(t, http.MethodGet, "/api/v1/solutions/waiting", "", &waiting)
	require.Len(t, waiting.Solutions, 2)
	require.Equal(t, "00000000000000ef", waiting.Solutions[0].Cluster)
	require.Equal(t, "late <num>", waiting.Solutions[1].Says)
	a = other.send(t, http.MethodGet, "/api/v1/solutions?samples=false", "")
	require.NotContains(t, string(a.body), "sample:")
	other.ok(t, http.MethodPost, "/api/v1/solutions", string(a.body), &done, yaml)
	require.Equal(t, 4, done.Unchanged)
}

// lookup matches by equal text, as far as the handler's side of the seam goes; the
// testbed has the real one.
type lookup map[string]knowledge.Match

func (l lookup) Match(q knowledge.Query) []knowledge.Match {
	m, ok := l[q.Text]
	if !ok || q.Partition != nil && *q.Partition != m.Partition || q.Resource["service.name"] != "" && q.Resource["service.name"] != m.Partition {
		return nil
	}
	return []knowledge.Match{m}
}

func (l lookup) Related(partition string, cluster knowledge.ID) []knowledge.Related {
	var related []knowledge.Related
	for _, m := range l {
		if m.Partition == partition && m.Cluster != cluster {
			related = append(related, knowledge.Related{Cluster: m.Cluster, Text: m.TemplateText, Keywords: m.Keywords, Solution: m.Solution, Distance: 0.5})
		}
	}
	return related
}

func (l lookup) Explain(q knowledge.Query) knowledge.Explanation {
	e := knowledge.Explanation{Message: q.Text, Template: q.Text, Partition: q.Partition, Statement: knowledge.Statement{Key: q.Text, Words: strings.Fields(q.Text)}}
	if q.Partition != nil {
		e.Cluster, e.By = 0xa1, knowledge.ByStatement
	}
	return e
}

func TestExplain(t *testing.T) {
	h := onSQLite(t)
	h.base.matcher = lookup{}
	var e Explanations
	h.ok(t, http.MethodPost, "/api/v1/explain?partition=shop", `{"lines": ["door opened", "door opened", "door closed"]}`, &e)
	require.Len(t, e.Lines, 3)
	require.Equal(t, "00000000000000a1", e.Lines[0].Cluster)
	require.False(t, e.Same)
	require.Equal(t, []string{`word "opened" is only in the first`, `word "closed" is only in the other`}, e.Differences)
	h.ok(t, http.MethodPost, "/api/v1/explain", `{"lines": ["door opened"]}`, &e)
	require.True(t, e.Same)
	require.Empty(t, e.Lines[0].Cluster)
	h.refused(t, 400, http.MethodPost, "/api/v1/explain", `{"lines": []}`)
	h.refused(t, 400, http.MethodPost, "/api/v1/explain", `{"line": "door opened"}`)
	h.base.matcher = nil
	h.refused(t, 503, http.MethodPost, "/api/v1/explain", `{"lines": ["door opened"]}`)
}

func TestRelated(t *testing.T) {
	h := onSQLite(t)
	h.base.matcher = lookup{"x": {Partition: "shop", Cluster: 0xb1, TemplateText: "disk full on <*>", Keywords: []string{"disk"}, Solution: "Delete."}}
	var detail Detail
	h.ok(t, http.MethodGet, "/api/v1/clusters/00000000000000a1", "", &detail)
	require.Equal(t, []Related{{"00000000000000b1", "disk full on <*>", []string{"disk"}, "Delete.", 0.5}}, detail.Related)
	h.base.matcher = nil
	h.ok(t, http.MethodGet, "/api/v1/clusters/00000000000000a1", "", &detail)
	require.Empty(t, detail.Related)
}

func TestMatch(t *testing.T) {
	known := knowledge.Match{
		Partition: "shop", Template: 0xa1, TemplateText: "Table not found: <*>", Cluster: 0xa1, Keywords: []string{"table"},
		Solution: "Run it.", Confidence: 1, How: knowledge.Known,
	}
	h := onSQLite(t)
	h.base.matcher = lookup{"Table not found: users": known, "100% a+b=c&d": {Partition: "desk", Cluster: 0xc1, Confidence: 0.7, How: knowledge.Near}}
	var m Matches
	for _, query := range []string{"", "?service.name=shop", "?partition=shop"} {
		h.ok(t, http.MethodPost, "/api/v1/match"+query, "Table not found: users", &m)
		require.Equal(t, []Match{{
			Partition: "shop", Template: &MatchedTemplate{ID: tables, Text: "Table not found: <*>"}, Cluster: tables, Keywords: []string{"table"},
			Solution: "Run it.", Confidence: 1, How: knowledge.Known,
		}}, m.Matches, query)
	}
	h.ok(t, http.MethodPost, "/api/v1/match", "100% a+b=c&d\r\n", &m)
	require.Nil(t, m.Matches[0].Template)
	for _, query := range []string{"?service.name=desk", "?partition=desk"} {
		h.ok(t, http.MethodPost, "/api/v1/match"+query, "Table not found: users", &m)
		require.Empty(t, m.Matches, query)
	}
	h.refused(t, 400, http.MethodPost, "/api/v1/match", "\n")

	without := onSQLite(t)
	p := without.refused(t, 503, http.MethodPost, "/api/v1/match", "Table not found: users")
	require.Contains(t, p.Detail, "log_cluster")
}

func TestStoreIsDown(t *testing.T) {
	h := onSQLite(t)
	h.base.closed = errors.New("cannot connect to root@db.example")
	for _, path := range []string{"/summary", "/clusters", "/clusters/" + tables, "/clusters/" + tables + "/counts", "/history", "/solutions"} {
		p := h.refused(t, 503, http.MethodGet, "/api/v1"+path, "")
		require.Contains(t, p.Detail, "not open")
		require.NotContains(t, p.Detail, "db.example")
	}
	h.refused(t, 503, http.MethodPut, "/api/v1/clusters/"+tables+"/solution", `{"text": "x"}`)

	// The store fails while it is open: why is for the log only.
	require.Zero(t, h.base.pokes.Load())
	h = onSQLite(t)
	require.NoError(t, h.store.Close())
	p := h.refused(t, 503, http.MethodGet, "/api/v1/clusters", "")
	require.NotContains(t, p.Detail, "sql")
}

func TestWrongParameters(t *testing.T) {
	h := onSQLite(t)
	for _, query := range []string{
		"sort=name", "sort=" + url.QueryEscape("count; DROP TABLE clusters"), "limit=0", "limit=201", "limit=x", "limit=-1",
		"cursor=nonsense", "labelled=maybe", "noise=some", "new=1", "minutes=181", "minutes=-1", "q=" + strings.Repeat("x", 501),
		"limit=99999999999999999999",
	} {
		h.refused(t, 400, http.MethodGet, "/api/v1/clusters?"+query, "")
	}
	for _, query := range []string{"minutes=0", "minutes=10081", "step=0", "minutes=10080&step=1", "until=yesterday", "until=9999-01-01T00:00:00Z"} {
		h.refused(t, 400, http.MethodGet, "/api/v1/clusters/"+tables+"/counts?"+query, "")
	}
	for _, path := range []string{"/clusters/xyz", "/clusters/xyz/counts", "/clusters/xyz/solution", "/history?limit=1000"} {
		h.refused(t, 400, http.MethodGet, "/api/v1"+path, "")
	}
	for _, path := range []string{"/clusters/00000000000000ff", "/clusters/00000000000000ff/solution", "/nothing", "", "/clusters/" + tables + "/nothing"} {
		h.refused(t, 404, http.MethodGet, "/api/v1"+path, "")
	}
	for _, body := range []string{"", "{}", `{"text": 3}`, `{"text": "x", "author": "me"}`, `{"text": "x"} {}`, "[]", "null", `{"text": "` + strings.Repeat("x", store.MaxSolutionBytes+1) + `"}`} {
		h.refused(t, 400, http.MethodPut, "/api/v1/clusters/"+tables+"/solution", body, "Content-Type: application/json")
	}
	h.refused(t, 400, http.MethodPut, "/api/v1/clusters/"+tables+"/solution", `{"text": "x"}`, "If-Match: abc")
}

func TestMethods(t *testing.T) {
	h := onSQLite(t)
	for _, r := range (&server{}).routes() {
		path := strings.ReplaceAll(r.path, "{id}", tables)
		a := h.send(t, http.MethodPatch, path, "")
		require.Equal(t, http.StatusMethodNotAllowed, a.StatusCode, path)
		require.Contains(t, a.Header.Get("Allow"), r.method)
	}
	a := h.send(t, http.MethodHead, "/api/v1/summary", "")
	require.Equal(t, http.StatusOK, a.StatusCode)
}

func TestProblemsAndUndo(t *testing.T) {
	onBoth(t, func(t *testing.T, h *harness) {
		var found Together
		h.ok(t, http.MethodGet, "/api/v1/clusters/"+tables+"/problem", "", &found)
		require.Len(t, found.Members, 1)
		h.ok(t, http.MethodPut, "/api/v1/clusters/"+logins+"/solution?author=ann", `{"text": "yes"}`, nil)
		h.ok(t, http.MethodPost, "/api/v1/clusters/"+tables+"/problem?author=ann", `{"clusters": ["`+logins+`"]}`, &found)
		require.Len(t, found.Members, 2)
		var s Solution
		h.ok(t, http.MethodGet, "/api/v1/clusters/"+tables+"/solution", "", &s)
		require.Equal(t, "yes", s.Text)
		h.ok(t, http.MethodDelete, "/api/v1/clusters/"+tables+"/problem?author=bob", "", nil)
		h.ok(t, http.MethodGet, "/api/v1/clusters/"+tables+"/solution", "", &s)
		require.Empty(t, s.Text)

		var history struct{ Events []Event }
		for _, want := range []string{"leave", "join", "solution"} {
			h.ok(t, http.MethodGet, "/api/v1/history?limit=20", "", &history)
			i := slices.IndexFunc(history.Events, func(e Event) bool { return e.Action == want })
			h.ok(t, http.MethodPost, "/api/v1/history/"+strconv.FormatInt(history.Events[i].Revision, 10)+"/undo?author=cy", "", nil)
			h.refused(t, 400, http.MethodPost, "/api/v1/history/"+strconv.FormatInt(history.Events[i].Revision, 10)+"/undo", "")
		}
		h.ok(t, http.MethodGet, "/api/v1/clusters/"+logins+"/solution", "", &s)
		require.Empty(t, s.Text)
		h.ok(t, http.MethodGet, "/api/v1/history?limit=20", "", &history)
		require.Equal(t, "undo", history.Events[0].Action)
		require.Equal(t, "cy", history.Events[0].Author)

		h.refused(t, 400, http.MethodPost, "/api/v1/history/x/undo", "")
		h.refused(t, 400, http.MethodPost, "/api/v1/clusters/"+tables+"/problem", `{"clusters": []}`)
		h.refused(t, 400, http.MethodPost, "/api/v1/clusters/"+tables+"/problem", `{"clusters": ["`+tables+`"]}`)
		h.refused(t, 404, http.MethodPost, "/api/v1/clusters/"+tables+"/problem", `{"clusters": ["00000000000000ff"]}`)
		h.refused(t, 400, http.MethodDelete, "/api/v1/clusters/"+logins+"/problem", "")
		h.refused(t, 404, http.MethodGet, "/api/v1/clusters/00000000000000ff/problem", "")
	})
}

func TestStatusAndComments(t *testing.T) {
	onBoth(t, func(t *testing.T, h *harness) {
		var s Status
		path := "/api/v1/clusters/" + tables + "/status"
		h.ok(t, http.MethodGet, path, "", &s)
		require.Equal(t, Status{State: store.StateOpen}, s)
		until := time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond)
		h.ok(t, http.MethodPut, path+"?author=ann", `{"state": "ignored", "until": "`+until.Format(time.RFC3339Nano)+`", "ticket": "https://tickets.example/7"}`, &s)
		require.Equal(t, until, *s.Until)
		h.ok(t, http.MethodPut, path+"?author=ann", `{"state": "resolved", "version": "1.4.2", "runbook": "https://wiki.example"}`, nil)
		h.ok(t, http.MethodGet, path, "", &s)
		require.Equal(t, "1.4.2", s.Version)
		require.Equal(t, "ann", s.Author)
		h.ok(t, http.MethodPost, "/api/v1/clusters/"+tables+"/comments?author=ann", `{"text": "once more"}`, nil)
		var d Detail
		h.ok(t, http.MethodGet, "/api/v1/clusters/"+tables, "", &d)
		require.Equal(t, "once more", d.History[0].Text)
		require.Equal(t, "status", d.History[1].Action)

		h.refused(t, 400, http.MethodPut, path, `{"state": "back"}`)
		h.refused(t, 400, http.MethodPut, path, `{"state": "open", "ticket": "javascript:alert(1)"}`)
		h.refused(t, 400, http.MethodPost, "/api/v1/clusters/"+tables+"/comments", `{"text": ""}`)
		h.refused(t, 404, http.MethodGet, "/api/v1/clusters/00000000000000ff/status", "")
	})
}
