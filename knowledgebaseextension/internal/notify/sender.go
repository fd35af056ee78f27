// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package notify // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/notify"

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Bounds of a sender.
const (
	queued      = 100 // events that wait for a receiver
	remembered  = 10_000
	repeatAfter = 6 * time.Hour // in which the same is told once
	firstPause  = time.Second   // between attempts; doubled each time
	longPause   = time.Minute
	attempts    = 8 // in about two minutes
	patience    = 10 * time.Second
)

// Receiver is somebody to tell.
type Receiver struct {
	Name   string // for logs: without what is secret
	URL    string
	Format Format
	Kinds  []Kind
	Secret string // signs what is sent; empty does not
	Link   string // of the page, empty when nobody said
	Client *http.Client
}

// Outcome is what became of an event for a receiver.
type Outcome string

// The outcomes.
const (
	Sent    Outcome = "sent"
	Failed  Outcome = "failed"  // refused, or tried too often
	Dropped Outcome = "dropped" // too many waited
)

// Observer is told of each outcome, and why.
type Observer func(receiver string, outcome Outcome, err error)

// Clock is the time, which tests inject.
type Clock struct {
	Now  func() time.Time
	Wait func(ctx context.Context, d time.Duration)
}

// RealClock is the machine's.
var RealClock = Clock{Now: time.Now, Wait: func(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}}

// Sender posts events, each receiver at its own pace.
type Sender struct {
	receivers []Receiver
	queues    []chan Event
	observe   Observer
	clock     Clock
	stop      context.CancelFunc
	running   sync.WaitGroup

	mu   sync.Mutex
	told map[string]time.Time // by ID of the event
}

// NewSender starts a sender.
func NewSender(receivers []Receiver, observe Observer, clock Clock) *Sender {
	ctx, stop := context.WithCancel(context.Background())
	s := &Sender{receivers: receivers, observe: observe, clock: clock, stop: stop, told: map[string]time.Time{}}
	for i := range receivers {
		queue := make(chan Event, queued)
		s.queues = append(s.queues, queue)
		s.running.Add(1)
		go func() {
			defer s.running.Done()
			s.serve(ctx, &s.receivers[i], queue)
		}()
	}
	return s
}

// Tell hands on an event, and does not wait.
func (s *Sender) Tell(e Event) {
	if !s.first(e.ID) {
		return
	}
	for i := range s.receivers {
		r := &s.receivers[i]
		if !slices.Contains(r.Kinds, e.Kind) {
			continue
		}
		select {
		case s.queues[i] <- e:
		default:
			s.observe(r.Name, Dropped, nil)
		}
	}
}

// first is true of what was not told lately.
func (s *Sender) first(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	if at, ok := s.told[id]; ok && now.Sub(at) < repeatAfter {
		return false
	}
	if len(s.told) >= remembered {
		for id, at := range s.told {
			if now.Sub(at) >= repeatAfter || len(s.told) >= remembered {
				delete(s.told, id)
			}
		}
	}
	s.told[id] = now
	return true
}

// Shutdown ends what is being sent, and drops what waits.
func (s *Sender) Shutdown() {
	s.stop()
	s.running.Wait()
}

func (s *Sender) serve(ctx context.Context, r *Receiver, queue chan Event) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-queue:
			s.deliver(ctx, r, &e)
		}
	}
}

// deliver tries until it is taken, refused for good, or tried too often.
func (s *Sender) deliver(ctx context.Context, r *Receiver, e *Event) {
	event := *e
	if r.Link != "" {
		event.Link = r.Link + "/#/c/" + e.Cluster
	}
	body := r.Format.body(&event)
	pause := firstPause
	for attempt := 1; ; attempt++ {
		again, err := s.post(ctx, r, event.ID, body)
		switch {
		case err == nil:
			s.observe(r.Name, Sent, nil)
			return
		case ctx.Err() != nil:
			return
		case !again || attempt == attempts:
			s.observe(r.Name, Failed, err)
			return
		}
		s.clock.Wait(ctx, pause)
		pause = min(2*pause, longPause)
	}
}

// post sends once, and says whether to try again after an error.
func (s *Sender) post(ctx context.Context, r *Receiver, id string, body []byte) (again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", id)
	if r.Secret != "" {
		at := strconv.FormatInt(s.clock.Now().Unix(), 10)
		request.Header.Set("X-Webhook-Timestamp", at)
		request.Header.Set("X-Webhook-Signature", Sign(r.Secret, at, body))
	}
	response, err := r.Client.Do(request)
	if err != nil {
		return true, err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<16)) // so that the connection is kept
	if response.StatusCode/100 == 2 {
		return false, nil
	}
	again = response.StatusCode >= 500 || response.StatusCode == http.StatusTooManyRequests || response.StatusCode == http.StatusRequestTimeout
	return again, fmt.Errorf("the receiver answered %s", response.Status)
}

// Sign is the signature of a body that was sent at a time, in seconds since 1970:
// HMAC-SHA256 over the time, a dot and the body.
func Sign(secret, at string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(at + "."))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}
