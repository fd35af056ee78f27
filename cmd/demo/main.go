// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command demo sends the logs and metrics of a small made-up shop to a collector
// over OTLP/HTTP: first those of the last hours, as fast as they are taken, then
// those of now. Each hour since the start has an incident, half way.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// step is the time between two sendings.
const step = 15 * time.Second

func main() {
	endpoint := flag.String("endpoint", "http://localhost:4318", "OTLP/HTTP endpoint of the collector")
	history := flag.Duration("history", 3*time.Hour, "how far back to begin")
	live := flag.Bool("live", true, "go on with the present when history is sent")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *endpoint, *history, *live)
	stop()
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run sends a step after the other, each when its time has come.
func run(ctx context.Context, endpoint string, history time.Duration, live bool) error {
	start := time.Now().Add(-history).Truncate(step)
	s := newShop(start.Add(-step))
	for at := start; ; at = at.Add(step) {
		if wait := time.Until(at); wait > 0 {
			if !live {
				return nil
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(wait):
			}
		}
		if err := send(ctx, endpoint, s, at); err != nil {
			return err
		}
	}
}

// send uses that OTLP's requests have the same fields as the data types.
func send(ctx context.Context, endpoint string, s *shop, at time.Time) error {
	logs, err := (&plog.ProtoMarshaler{}).MarshalLogs(s.logs(at))
	if err != nil {
		return err
	}
	metrics, err := (&pmetric.ProtoMarshaler{}).MarshalMetrics(s.metrics(at))
	if err != nil {
		return err
	}
	if err := post(ctx, endpoint+"/v1/logs", logs); err != nil {
		return err
	}
	return post(ctx, endpoint+"/v1/metrics", metrics)
}

// post retries for a minute: the collector may still be starting, or say that it
// is full.
func post(ctx context.Context, url string, payload []byte) error {
	var err error
	for range 60 {
		if err = postOnce(ctx, url, payload); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
	return err
}

func postOnce(ctx context.Context, url string, payload []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(payload))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-protobuf")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", url, response.Status, answer)
	}
	return err
}
