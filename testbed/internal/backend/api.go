// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package backend

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// API asks a backend over HTTP. Loki's and Prometheus' APIs have one shape.
type API struct {
	Address string // host:port
	prefix  string
}

// Series is a set of labels with points (a vector has one each), or with log
// lines.
type Series struct {
	Labels map[string]string
	Points []Point // of a query for numbers
	Lines  []Line  // of a query for log lines
}

// Point is one number.
type Point struct {
	Time  time.Time
	Value float64
}

// Line is one log line with its structured metadata.
type Line struct {
	Time     time.Time
	Text     string
	Metadata map[string]string
}

// Value is the newest value of a series.
func (s *Series) Value() float64 { return s.Points[len(s.Points)-1].Value }

// Query asks for one moment.
func (a API) Query(query string, at time.Time) ([]Series, error) {
	return a.get("query", url.Values{"query": {query}, "time": {nanos(at)}})
}

// QueryRange asks for a span of time, in steps that give some 100 points.
func (a API) QueryRange(query string, from, until time.Time) ([]Series, error) {
	step := max(time.Second, until.Sub(from)/100)
	return a.get("query_range", url.Values{
		"query": {query}, "start": {nanos(from)}, "end": {nanos(until)},
		"step": {strconv.FormatFloat(step.Seconds(), 'f', 3, 64)}, "limit": {"5000"},
	})
}

// nanos is a time in seconds with all its digits, which both APIs understand.
func nanos(t time.Time) string {
	return fmt.Sprintf("%d.%09d", t.Unix(), t.Nanosecond())
}

func (a API) get(what string, values url.Values) ([]Series, error) {
	//nolint:noctx // on this host
	request, err := http.NewRequest(http.MethodGet, "http://"+a.Address+a.prefix+"/"+what+"?"+values.Encode(), nil)
	if err != nil {
		return nil, err
	}
	// Tells structured metadata from labels; Prometheus does not mind.
	request.Header.Set("X-Loki-Response-Encoding-Flags", "categorize-labels")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s: %s", values.Get("query"), response.Status, body)
	}
	var answer struct {
		Data struct {
			ResultType string            `json:"resultType"`
			Result     []json.RawMessage `json:"result"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", values.Get("query"), err, body)
	}
	var all []Series
	for _, raw := range answer.Data.Result {
		s, err := decode(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %s", values.Get("query"), err, raw)
		}
		all = append(all, s)
	}
	return all, nil
}

// decode reads one element of a vector (metric, value), a matrix (metric, values)
// or streams (stream, values).
func decode(raw json.RawMessage) (Series, error) {
	var element struct {
		Metric map[string]string `json:"metric"`
		Stream map[string]string `json:"stream"`
		Value  []any             `json:"value"`
		Values [][]any           `json:"values"`
	}
	if err := json.Unmarshal(raw, &element); err != nil {
		return Series{}, err
	}
	if element.Stream != nil {
		return lines(element.Stream, element.Values)
	}
	s := Series{Labels: element.Metric}
	if element.Value != nil {
		element.Values = append(element.Values, element.Value)
	}
	for _, pair := range element.Values {
		seconds, isNumber := pair[0].(float64)
		text, isText := pair[1].(string)
		if !isNumber || !isText {
			return Series{}, fmt.Errorf("not a point: %v", pair)
		}
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return Series{}, err
		}
		s.Points = append(s.Points, Point{time.UnixMilli(int64(seconds * 1000)), value})
	}
	return s, nil
}

// lines reads a stream: time in nanoseconds, text, and what belongs to the line.
func lines(labels map[string]string, values [][]any) (Series, error) {
	s := Series{Labels: labels}
	for _, value := range values {
		stamp, _ := value[0].(string)
		nanoseconds, err := strconv.ParseInt(stamp, 10, 64)
		if err != nil {
			return Series{}, err
		}
		line := Line{Time: time.Unix(0, nanoseconds), Metadata: map[string]string{}}
		line.Text, _ = value[1].(string)
		if len(value) > 2 {
			extra, _ := value[2].(map[string]any)
			metadata, _ := extra["structuredMetadata"].(map[string]any)
			for key, v := range metadata {
				line.Metadata[key], _ = v.(string)
			}
		}
		s.Lines = append(s.Lines, line)
	}
	return s, nil
}
