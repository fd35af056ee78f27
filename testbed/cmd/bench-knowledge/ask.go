// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
)

// ask measures matches, in the process and over HTTP, and searches over HTTP. Over
// HTTP the figure has everything in it, the client's side too.
func ask(ctx context.Context, table *report.Table, base *harness.Base, address string, lines []string) error {
	known := func(i int) string { return lines[i*7%len(lines)] }
	like := func(i int) string { return known(i) + " once more" }
	for _, of := range []struct {
		name string
		line func(i int) string
		how  knowledge.How
	}{{"known line", known, knowledge.Known}, {"line with words of a known one", like, knowledge.Near}} {
		err := errors.Join(
			measure(table, "match of a "+of.name, 2000, func(i int) error { return match(base, of.line(i), of.how) }),
			measure(table, "the same over HTTP", 2000, func(i int) error {
				return request(ctx, http.MethodPost, address+"/api/v1/match", of.line(i), `"how":"`+string(of.how)+`"`)
			}),
		)
		if err != nil {
			return err
		}
	}
	// A line's words are random letters: a part of one is in few others.
	word := func(i int) string { return strings.Fields(known(i))[1] }
	for _, of := range []struct {
		name string
		word func(i int) string
	}{
		{"search for a word over HTTP", word},
		{"search for a part of a word over HTTP", func(i int) string { return word(i)[:3] }},
		{"search for a word of a service over HTTP", func(i int) string { return "service-0 " + word(i) }},
		{"search for what is in none over HTTP", func(i int) string { return word(i) + "xxxx" }},
	} {
		err := measure(table, of.name, 200, func(i int) error {
			return request(ctx, http.MethodGet, address+"/api/v1/clusters?limit=100&q="+url.QueryEscape(of.word(i)), "", `"clusters":[`)
		})
		if err != nil {
			return err
		}
	}
	return measure(table, "list of 100 clusters with their hour over HTTP", 200, func(int) error {
		return request(ctx, http.MethodGet, address+"/api/v1/clusters?limit=100", "", `"clusters":[{`)
	})
}

// measure does something n times and notes the median and the 99th percentile.
func measure(table *report.Table, name string, n int, do func(i int) error) error {
	took := make([]float64, n)
	for i := range took {
		began := time.Now()
		if err := do(i); err != nil {
			return err
		}
		took[i] = float64(time.Since(began).Nanoseconds()) / 1000
	}
	slices.Sort(took)
	table.Row(name+", median µs", took[n/2])
	table.Row(name+", 99th percentile µs", took[n*99/100])
	return nil
}

func match(base *harness.Base, line string, how knowledge.How) error {
	matches, err := base.Match(knowledge.Query{Text: line})
	if err != nil {
		return err
	}
	if len(matches) == 0 || matches[0].How != how {
		return fmt.Errorf("%q: want a match that is %s, got %+v", line, how, matches)
	}
	return nil
}

// request asks, over a connection that is kept, and checks that the answer holds
// a text.
func request(ctx context.Context, method, address, body, holds string) error {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK || !strings.Contains(string(answer), holds) {
		return fmt.Errorf("%s %s: %s without %s: %s", method, address, response.Status, holds, answer)
	}
	return nil
}

// freeAddress is one that nothing listens on.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "localhost:0") //nolint:noctx // no name is looked up
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}
