// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"

import (
	"bytes"
	"net/http"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
)

var (
	markdown = goldmark.New(goldmark.WithExtensions(extension.Linkify, extension.Strikethrough, extension.Table))
	policy   = newPolicy()
)

// newPolicy lists what a solution may show: text and links. Images would tell
// another host who reads what.
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote",
		"strong", "em", "del", "code", "pre", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td")
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
func render(text string) string {
	if text == "" {
		return ""
	}
	var b bytes.Buffer
	if err := markdown.Convert([]byte(text), &b); err != nil { // only a failed write
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
