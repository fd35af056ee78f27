// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command answerbot answers the outgoing webhook of a chat (Slack, Mattermost and
// others): it asks a knowledge base what a message is about, and answers with the
// solution, or says that it is unsure.
package main

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"mime"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

const (
	maxMessage = 64 << 10 // bytes
	maxAnswer  = 4 << 20
	patience   = 10 * time.Second
	maxNear    = 3
)

func main() {
	log.SetFlags(0)
	listen := flag.String("listen", "localhost:8891", "address to listen on")
	base := flag.String("knowledge", "http://localhost:8890", "address of the knowledge base")
	flag.Parse()
	b := &bot{base: strings.TrimSuffix(*base, "/"), token: os.Getenv("ANSWERBOT_TOKEN"), client: &http.Client{Timeout: patience}}
	if b.token == "" {
		log.Print("ANSWERBOT_TOKEN is not set: whoever reaches this address is answered")
	}
	if err := serve(*listen, b); err != nil {
		log.Fatal(err)
	}
}

// serve answers until it is told to end.
func serve(listen string, b *bot) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server := &http.Server{Addr: listen, Handler: b, ReadTimeout: patience, WriteTimeout: 2 * patience}
	go func() {
		<-ctx.Done()
		_ = server.Shutdown(context.WithoutCancel(ctx))
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// bot answers messages.
type bot struct {
	base, token string
	client      *http.Client
}

// message is what a chat sends, as JSON or as a form.
type message struct {
	Token string `json:"token"`
	Text  string `json:"text"`
}

// ServeHTTP answers a webhook with {"text": "..."}.
func (b *bot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "send a message with POST", http.StatusMethodNotAllowed)
		return
	}
	m, err := read(w, r)
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	case subtle.ConstantTimeCompare([]byte(m.Token), []byte(b.token)) != 1:
		http.Error(w, "the token is not that of ANSWERBOT_TOKEN", http.StatusForbidden)
	case strings.TrimSpace(m.Text) == "":
		reply(w, "Send me a log line, a stack trace or a question about one.")
	default:
		text, err := b.answer(r.Context(), m.Text)
		if err != nil {
			log.Print(err)
			text = "I cannot reach the knowledge base at the moment."
		}
		reply(w, text)
	}
}

func read(w http.ResponseWriter, r *http.Request) (m message, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxMessage)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "application/json" {
		err = json.NewDecoder(r.Body).Decode(&m)
		return m, err
	}
	err = r.ParseForm()
	return message{r.PostForm.Get("token"), r.PostForm.Get("text")}, err
}

func reply(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"text": text})
}

// match is what the knowledge base says of a cluster.
type match struct {
	Partition  string  `json:"partition"`
	Text       string  `json:"text"`
	Cluster    string  `json:"cluster"`
	Solution   string  `json:"solution"`
	Confidence float64 `json:"confidence"`
}

// answer asks the knowledge base.
func (b *bot) answer(ctx context.Context, text string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.base+"/api/v1/match", strings.NewReader(text))
	if err != nil {
		return "", err
	}
	response, err := b.client.Do(r)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("match: %s: %s", response.Status, body)
	}
	var found struct {
		Matches []match `json:"matches"`
		Offers  []match `json:"offers"`
		First   *int    `json:"first_with_solution"`
	}
	if err := json.Unmarshal(body, &found); err != nil {
		return "", fmt.Errorf("match: %w", err)
	}
	switch {
	case found.First != nil && *found.First < len(found.Matches):
		m := found.Matches[*found.First]
		return fmt.Sprintf("%s\n\n(%s)", m.Solution, b.describe(m)), nil
	case len(found.Matches) > 0:
		return "I know this, but nobody has written down what to do: " + b.describe(found.Matches[0]), nil
	case len(found.Offers) > 0:
		near := found.Offers[:min(maxNear, len(found.Offers))]
		lines := make([]string, len(near))
		for i, m := range near {
			lines[i] = "- " + b.describe(m)
		}
		return "I am unsure. It may be:\n" + strings.Join(lines, "\n"), nil
	default:
		return "I do not know this.", nil
	}
}

// describe names a cluster, with a link to its page.
func (b *bot) describe(m match) string {
	where := m.Partition
	if where == "" {
		where = "no service"
	}
	return fmt.Sprintf("“%s”, %s, %.0f %%, %s/#/c/%s", m.Text, where, 100*m.Confidence, b.base, url.PathEscape(m.Cluster))
}
