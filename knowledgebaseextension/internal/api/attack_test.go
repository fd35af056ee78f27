// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/basicauthextension"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configauth"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.uber.org/zap/zaptest"
	"golang.org/x/net/html"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Markup that runs something, loads something, or leaves its place.
var markup = []string{
	`<script>alert(1)</script>`,
	`<img src=x onerror=alert(1)>`,
	`<svg/onload=alert(1)>`,
	`<a href="javascript:alert(1)">x</a>`,
	`[x](javascript:alert(1))`,
	`[x](JaVaScRiPt:alert(1))`,
	`[x](java&#x09;script:alert(1))`,
	`[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)`,
	`[x](vbscript:msgbox(1))`,
	`[x](file:///etc/passwd)`,
	`[x](//evil.example/)`,
	`[x](/api/v1/solutions)`,
	`<javascript:alert(1)>`,
	`![x](https://evil.example/pixel.png)`,
	`![x](x "onerror=alert(1)")`,
	`[x](https://a.example "\" onmouseover=\"alert(1)")`,
	`<style>@import 'https://evil.example/x.css'</style>`,
	`<iframe src="https://evil.example"></iframe>`,
	`<form action="https://evil.example"><input name=password></form>`,
	`<base href="https://evil.example/">`,
	`<meta http-equiv=refresh content="0;url=https://evil.example">`,
	`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
	"`<script>alert(1)</script>`",
	"```\n</code></pre><script>alert(1)</script>\n```",
	"| a |\n|---|\n| <img src=x onerror=alert(1)> |",
	`<p style="position:fixed;inset:0" class="x" id="solution">x</p>`,
	`<x onclick=alert(1)>`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
	"https://a.example/\"onmouseover=\"alert(1)",
	"\x00<scr\x00ipt>alert(1)</script>",
}

// harmless is what a rendered solution may have: element, attributes.
var harmless = map[string][]string{
	"html": nil, "head": nil, "body": nil, "p": nil, "br": nil, "hr": nil, "blockquote": nil, "strong": nil, "em": nil, "del": nil,
	"h1": nil, "h2": nil, "h3": nil, "h4": nil, "h5": nil, "h6": nil, "code": nil, "pre": nil, "ul": nil, "ol": {"start"}, "li": nil,
	"table": nil, "thead": nil, "tbody": nil, "tr": nil, "th": nil, "td": nil, "a": {"href", "rel", "target"},
}

// requireHarmless reads HTML as a browser does.
func requireHarmless(t testing.TB, text string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil && strings.Contains(err.Error(), "open stack") {
		return // browsers flatten what is nested that deep
	}
	require.NoError(t, err)
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		attributes, ok := harmless[n.Data]
		require.True(t, ok, "<%s> in %q", n.Data, text)
		for _, a := range n.Attr {
			require.Contains(t, attributes, a.Key, "%q", text)
			if a.Key == "href" {
				u, err := url.Parse(a.Val)
				require.NoError(t, err)
				require.Contains(t, []string{"http", "https", "mailto"}, u.Scheme, "%q", text)
			}
		}
	}
}

func TestRenderedMarkdownIsHarmless(t *testing.T) {
	for _, text := range markup {
		requireHarmless(t, render(text))
	}
	require.Equal(t, "<h1>Restart</h1>\n<ol start=\"2\">\n<li><code>a &lt; b</code> <a href=\"https://a.example/x?a=1&amp;b=2\" rel=\"nofollow noreferrer noopener\" target=\"_blank\">docs</a> <del>old</del></li>\n</ol>\n",
		render("# Restart\n\n2. `a < b` [docs](https://a.example/x?a=1&b=2) ~~old~~"))
	require.Contains(t, render("|a|b|\n|-|-|\n|1|2|"), "<td>1</td>")
}

func FuzzRender(f *testing.F) {
	for _, text := range markup {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) <= store.MaxSolutionBytes {
			requireHarmless(t, render(text))
		}
	})
}

// Nesting must not cost more than a moment at the longest text that is taken.
func TestRenderIsQuick(t *testing.T) {
	for _, text := range []string{"> ", "* ", "[", "![", "*a **a ", "<", "`a``", "|", "1. a\n  ", "](", "&", "~~"} {
		begin := time.Now()
		requireHarmless(t, render(strings.Repeat(text, store.MaxSolutionBytes/len(text))))
		require.Less(t, time.Since(begin), 20*time.Second, "%q", text)
	}
}

// What came in a log line goes out as JSON text, and no browser takes JSON for a
// page: send checks the headers for that.
func TestStoredMarkupStaysText(t *testing.T) {
	h := onSQLite(t)
	for i, text := range markup {
		w := wording{ID: knowledge.ID(0x1000 + i), Cluster: knowledge.ID(0x1000 + i), Text: text, Count: 1, At: time.Hour}
		rows := rowsOf(w)
		rows.Clusters[0].Keywords = []string{text}
		keep(t, h.store, text, rows)
		path := "/api/v1/clusters/" + w.ID.String()
		stored := strings.ReplaceAll(text, "\x00", "\uFFFD")
		h.ok(t, http.MethodPut, path+"/solution?author="+url.QueryEscape(stored), `{"text": `+quote(t, stored)+`}`, nil)
		a := h.send(t, http.MethodGet, path, "")
		require.Equal(t, "application/json", a.Header.Get("Content-Type"))
		var d Detail
		a.into(t, &d)
		require.Equal(t, stored, d.Text)
		require.Equal(t, []string{text}, d.Keywords)
		requireHarmless(t, d.Solution.HTML)
	}
}

func quote(t *testing.T, text string) string {
	t.Helper()
	b, err := json.Marshal(text)
	require.NoError(t, err)
	return string(b)
}

func TestInjectedSQLIsText(t *testing.T) {
	onBoth(t, injectSQL)
}

func injectSQL(t *testing.T, h *harness) {
	var before Summary
	h.ok(t, http.MethodGet, "/api/v1/summary", "", &before)
	for _, text := range []string{
		"' OR '1'='1", "'; DROP TABLE clusters; --", `" OR 1=1 --`, "%", "_", "!%", "%' ESCAPE '' OR 1=1 --",
		"x' UNION SELECT text FROM solutions --", "?", "$1", "\\", "/* */", "00000000000000a1' --",
	} {
		e := url.QueryEscape(text)
		for _, path := range []string{"/clusters?q=" + e, "/clusters?partition=" + e} {
			var page ClusterPage
			h.ok(t, http.MethodGet, "/api/v1"+path, "", &page)
			if strings.Trim(text, "%") != "" || strings.Contains(path, "partition") { // a lone percent sign is in a template
				require.LessOrEqual(t, len(page.Clusters), 1, path)
			}
		}
		h.refused(t, 400, http.MethodGet, "/api/v1/clusters?cursor="+e, "")
		h.refused(t, 400, http.MethodGet, "/api/v1/clusters/"+url.PathEscape(text)+"x/counts", "")
		h.ok(t, http.MethodPut, "/api/v1/clusters/"+tables+"/noise?author="+e, "", nil)
		h.ok(t, http.MethodDelete, "/api/v1/clusters/"+tables+"/noise", "", nil)
	}
	for _, text := range []string{"%00", "a%00b", "%ff%fe", "%c3%28"} {
		h.refused(t, 400, http.MethodGet, "/api/v1/clusters?q="+text, "")
		h.refused(t, 400, http.MethodGet, "/api/v1/clusters?partition="+text, "")
		h.ok(t, http.MethodPut, "/api/v1/clusters/"+tables+"/noise?author="+text, "", nil)
		h.ok(t, http.MethodDelete, "/api/v1/clusters/"+tables+"/noise", "", nil)
	}
	var after Summary
	h.ok(t, http.MethodGet, "/api/v1/summary", "", &after)
	require.Equal(t, before, after)
}

// changes are all requests that change something.
var changes = []struct{ method, path, body string }{
	{http.MethodPut, "/api/v1/clusters/" + tables + "/solution", `{"text": "evil"}`},
	{http.MethodDelete, "/api/v1/clusters/" + tables + "/solution", ""},
	{http.MethodPut, "/api/v1/clusters/" + tables + "/noise", ""},
	{http.MethodDelete, "/api/v1/clusters/" + tables + "/noise", ""},
	{http.MethodPost, "/api/v1/merge", `{"clusters": ["` + full + `", "` + space + `"]}`},
	{http.MethodPost, "/api/v1/split", `{"template": "` + tables2 + `"}`},
	{http.MethodPost, "/api/v1/solutions", "solutions: [{cluster: '" + tables + "', solution: evil}]"},
}

// A page of another site may not change anything: neither with what its scripts
// can send nor with a form.
func TestOtherSitesChangeNothing(t *testing.T) {
	h := onSQLite(t)
	host := strings.TrimPrefix(h.server.URL, "http://")
	for _, c := range changes {
		for _, headers := range [][]string{
			{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"},
			{"Sec-Fetch-Site: same-site", "Origin: http://evil." + host},
			{"Origin: https://evil.example"},
			{"Origin: null"},
			{"Sec-Fetch-Site: cross-site"},
		} {
			h.refused(t, http.StatusForbidden, c.method, c.path, c.body, headers...)
		}
		if c.body == "" {
			continue
		}
		for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "text/plain; x=application/json"} {
			h.refused(t, http.StatusUnsupportedMediaType, c.method, c.path, c.body, "Content-Type: "+kind)
		}
	}
	var all HistoryPage
	h.ok(t, http.MethodGet, "/api/v1/history", "", &all)
	require.Empty(t, all.Events)
	// The page itself may.
	h.ok(t, changes[0].method, changes[0].path, changes[0].body, nil, "Sec-Fetch-Site: same-origin", "Origin: "+h.server.URL)
	// No answer says that another origin may read it.
	a := h.send(t, http.MethodGet, "/api/v1/clusters", "", "Origin: https://evil.example")
	require.Empty(t, a.Header.Get("Access-Control-Allow-Origin"))
}

// A name that somebody else points to this machine is not taken for localhost.
func TestForeignHostNames(t *testing.T) {
	local := onSQLite(t, func(o *Options) { o.LocalOnly = true })
	for _, host := range []string{"evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example", "notlocalhost"} {
		for _, path := range []string{"/", "/api/v1/clusters", "/static/app.js"} {
			a := local.send(t, http.MethodGet, path, "", "Host: "+host)
			require.Equal(t, http.StatusMisdirectedRequest, a.StatusCode, host)
		}
	}
	for _, host := range []string{"localhost", "LOCALHOST:8889", "kb.localhost:1", "127.0.0.1:80", "[::1]:80", "192.0.2.7"} {
		a := local.send(t, http.MethodGet, "/api/v1/clusters", "", "Host: "+host)
		require.Equal(t, http.StatusOK, a.StatusCode, host)
	}
	a := onSQLite(t).send(t, http.MethodGet, "/api/v1/clusters", "", "Host: kb.example")
	require.Equal(t, http.StatusOK, a.StatusCode)
}

func TestOversizedBodies(t *testing.T) {
	h := onSQLite(t)
	h.base.matcher = lookup{}
	h.ok(t, http.MethodPost, "/api/v1/match", strings.Repeat("x", maxLine), nil)
	h.refused(t, http.StatusRequestEntityTooLarge, http.MethodPost, "/api/v1/match", strings.Repeat("x", maxLine+1))
	h.refused(t, http.StatusRequestEntityTooLarge, http.MethodPut, "/api/v1/clusters/"+tables+"/solution", `{"text": "`+strings.Repeat("x", maxJSON)+`"}`)
	h.refused(t, http.StatusRequestEntityTooLarge, http.MethodPost, "/api/v1/render", `{"text": "`+strings.Repeat("x", maxJSON)+`"}`)
	h.refused(t, http.StatusBadRequest, http.MethodPost, "/api/v1/render", `{"text": "`+strings.Repeat("x", store.MaxSolutionBytes+1)+`"}`)
	h.refused(t, http.StatusBadRequest, http.MethodPut, "/api/v1/clusters/"+tables+"/solution", strings.Repeat(`{"text":`, 10_000))
	h.refused(t, http.StatusRequestEntityTooLarge, http.MethodPost, "/api/v1/solutions",
		"solutions: [] #"+strings.Repeat("x", maxImport), "Content-Type: application/yaml")
}

// Paths are names in a list, not of files.
func TestPaths(t *testing.T) {
	h := onSQLite(t)
	address := strings.TrimPrefix(h.server.URL, "http://")
	for _, path := range []string{
		"/../../../etc/passwd", "/static/../page.go", "/static/..%2f..%2fpage.go", "/static/%2e%2e/page.go", "/static/", "/static",
		"//evil.example/", "/\\evil.example", "/static//app.js", "/static/app.js/", "/static/app.js%00.html", "/api/../static/index.html", "/page.go", "/index.html",
		"/api/v1/clusters/../summary", "/api/v1/clusters/..%2fsummary", "/api/v1/clusters/%00", "/api/v1//clusters",
	} {
		var d net.Dialer
		conn, err := d.DialContext(t.Context(), "tcp", address)
		require.NoError(t, err)
		_, err = io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: "+address+"\r\nConnection: close\r\n\r\n")
		require.NoError(t, err)
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err, path)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NotContains(t, string(body), "package page")
		require.NotContains(t, string(body), "root:")
		if location := response.Header.Get("Location"); location != "" {
			u, err := url.Parse(location)
			require.NoError(t, err)
			require.Empty(t, u.Host, "%s leads to %s", path, location)
		} else {
			require.GreaterOrEqual(t, response.StatusCode, 400, path)
		}
		require.NoError(t, conn.Close())
	}
}

// With the Collector's own basic authentication nothing is served to strangers,
// and changes bear the name of who made them, whatever the client says.
func TestAuthentication(t *testing.T) {
	h := onSQLite(t)
	factory := basicauthextension.NewFactory()
	config := factory.CreateDefaultConfig().(*basicauthextension.Config)
	config.Htpasswd = &basicauthextension.HtpasswdSettings{Inline: "ann:secret\n"}
	authenticator, err := factory.Create(t.Context(), extensiontest.NewNopSettings(factory.Type()), config)
	require.NoError(t, err)
	require.NoError(t, authenticator.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, authenticator.Shutdown(context.Background())) })

	id := component.NewID(factory.Type())
	serverConfig := confighttp.NewDefaultServerConfig()
	serverConfig.Auth = configoptional.Some(confighttp.AuthConfig{Config: configauth.Config{AuthenticatorID: id}})
	made, err := serverConfig.ToServer(t.Context(), map[component.ID]component.Component{id: authenticator}, componenttest.NewNopTelemetrySettings(),
		New(Options{Base: h.base, Logger: zaptest.NewLogger(t)}), confighttp.WithErrorHandler(Refuse(`Basic realm="knowledge base"`)))
	require.NoError(t, err)
	h.server = httptest.NewServer(made.Handler)
	t.Cleanup(h.server.Close)

	for _, r := range (&server{}).routes() {
		path := strings.ReplaceAll(r.path, "{id}", tables)
		for _, headers := range [][]string{
			nil, {"Authorization: Basic YW5uOndyb25n"}, {"Authorization: Bearer x"}, {"Authorization: Basic"}, {"Authorization: Basic " + strings.Repeat("x", 5000)},
		} {
			h.refused(t, http.StatusUnauthorized, r.method, path, "", headers...)
		}
		h.refused(t, http.StatusUnauthorized, http.MethodPatch, path, "")
	}
	for _, path := range []string{"/", "/static/index.html", "/nothing"} {
		a := h.send(t, http.MethodGet, path, "")
		require.Equal(t, http.StatusUnauthorized, a.StatusCode)
		require.Equal(t, `Basic realm="knowledge base"`, a.Header.Get("WWW-Authenticate"), "a browser asks for a password")
	}

	const ann = "Authorization: Basic YW5uOnNlY3JldA=="
	for _, c := range changes {
		a := h.send(t, c.method, c.path, c.body, ann, "Sec-Fetch-Site: cross-site")
		require.Equal(t, http.StatusForbidden, a.StatusCode, "a browser sends a known password for other sites, too")
	}
	var s Solution
	h.ok(t, http.MethodPut, "/api/v1/clusters/"+tables+"/solution?author=bob", `{"text": "x"}`, &s, ann)
	require.Equal(t, "ann", s.Author)
	var total Summary
	h.ok(t, http.MethodGet, "/api/v1/summary", "", &total, ann)
	require.Equal(t, "ann", total.User)
	a := h.send(t, http.MethodGet, "/", "", ann)
	require.Equal(t, http.StatusOK, a.StatusCode)
}
