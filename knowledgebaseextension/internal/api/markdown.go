// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"

import (
	"bytes"
	"net/http"
	"regexp"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
)

var (
	markdown = goldmark.New(
		goldmark.WithExtensions(extension.Linkify, extension.Strikethrough, extension.Table, extension.TaskList),
		goldmark.WithRendererOptions(html.WithHardWraps(), renderer.WithNodeRenderers(util.Prioritized(tagsAsText{}, 1))),
	)
	policy = newPolicy()
)

// tagsAsText shows HTML as it was written: in a solution, "ssh <host>" is no tag.
type tagsAsText struct{}

func (tagsAsText) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindRawHTML, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			escape(w, source, n.(*ast.RawHTML).Segments)
		}
		return ast.WalkSkipChildren, nil
	})
	r.Register(ast.KindHTMLBlock, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		block := n.(*ast.HTMLBlock)
		if !entering {
			_, err := w.WriteString("</p>\n")
			return ast.WalkContinue, err
		}
		_, err := w.WriteString("<p>")
		escape(w, source, block.Lines())
		if block.HasClosure() {
			_, _ = w.Write(util.EscapeHTML(block.ClosureLine.Value(source)))
		}
		return ast.WalkContinue, err
	})
}

// escape writes segments as text. The writer keeps the first error for its flush.
func escape(w util.BufWriter, source []byte, segments *text.Segments) {
	for i := range segments.Len() {
		s := segments.At(i)
		_, _ = w.Write(util.EscapeHTML(s.Value(source)))
	}
}

// newPolicy lists what a solution may show: text and links. Images would tell
// another host who reads what.
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote",
		"strong", "em", "del", "code", "pre", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("type").Matching(regexp.MustCompile("^checkbox$")).OnElements("input") // of task lists
	p.AllowAttrs("checked", "disabled").OnElements("input")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	return p
}

// render turns Markdown into HTML that is safe to show.
func render(source string) string {
	if source == "" {
		return ""
	}
	var b bytes.Buffer
	if err := markdown.Convert([]byte(source), &b); err != nil { // only a failed write
		return ""
	}
	return policy.Sanitize(b.String())
}

// Rendered is Markdown as the page shows it.
type Rendered struct {
	HTML string `json:"html"`
}

// render answers with a preview.
func (s *server) render(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Text string `json:"text"`
	}
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	if len(body.Text) > store.MaxSolutionBytes {
		return problem(http.StatusBadRequest, "a solution has at most %d bytes, got %d", store.MaxSolutionBytes, len(body.Text))
	}
	return writeJSON(w, Rendered{render(body.Text)})
}
