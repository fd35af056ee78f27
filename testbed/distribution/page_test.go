// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package distribution

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/otlp"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// patience is how long a browser beside a compiler gets for anything.
const patience = 20 * time.Second

// browser is a tab of a headless Chromium and all that went wrong in it.
type browser struct {
	ctx context.Context

	mu    sync.Mutex
	wrong []string
}

// newBrowser opens a tab, or skips the test where there is no Chromium.
func newBrowser(t *testing.T, options ...chromedp.ExecAllocatorOption) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		require.Empty(t, os.Getenv("CI"), "in CI the page must be tested: install chromium")
		t.Skip("no Chromium on this machine: `make test` installs one")
	}
	options = append([]chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.WindowSize(1440, 900),
	}, options...)
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {})) // it logs events that it does not know
	t.Cleanup(closeTab)
	b := &browser{ctx: ctx}
	chromedp.ListenTarget(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			b.note("exception: %s", e.ExceptionDetails.Error())
		case *log.EventEntryAdded: // what the content security policy blocks, too
			conflict := strings.Contains(e.Entry.Text, "412 (Precondition Failed)") // which TestPage provokes
			if !conflict && (e.Entry.Level == log.LevelError || e.Entry.Level == log.LevelWarning) {
				b.note("%s: %s", e.Entry.Source, e.Entry.Text)
			}
		case *cdpage.EventJavascriptDialogOpening:
			b.note("dialog: %s", e.Message)
		}
	})
	// The first run starts the browser, which ends with that run's context.
	require.NoError(t, chromedp.Run(ctx, log.Enable()))
	return b
}

func (b *browser) note(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wrong = append(b.wrong, fmt.Sprintf(format, args...))
}

func (b *browser) requireNothingWrong(t *testing.T) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(t, b.wrong)
}

func (b *browser) run(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	require.NoError(t, chromedp.Run(ctx, actions...))
}

// see waits until a script that is an expression is true.
func (b *browser) see(t *testing.T, expression string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	err := chromedp.Run(ctx, chromedp.Poll("Boolean("+expression+")", nil, chromedp.WithPollingInterval(50*time.Millisecond)))
	if err != nil {
		var text string
		_ = chromedp.Run(b.ctx, chromedp.Evaluate("[location.hash, document.activeElement.outerHTML, document.querySelector('main').innerText].join('\\n')", &text))
		require.NoError(t, err, "never true: %s\n%s", expression, text)
	}
}

func (b *browser) text(t *testing.T, expression string) (text string) {
	t.Helper()
	b.run(t, chromedp.Evaluate(expression, &text))
	return text
}

// press presses one key as a hand does: what takes it for a command keeps it from
// being typed.
func (b *browser) press(t *testing.T, key string) {
	t.Helper()
	b.run(t, input.DispatchKeyEvent(input.KeyDown).WithKey(key).WithText(key), input.DispatchKeyEvent(input.KeyUp).WithKey(key))
}

// keys types, on whatever has the focus.
func (b *browser) keys(t *testing.T, keys string) {
	t.Helper()
	b.run(t, chromedp.KeyEvent(keys))
}

// withPage runs the distribution with a knowledge base and returns the address of
// the page, that of OTLP, and the file that records go to.
func withPage(t *testing.T) (url, address, results string) {
	t.Helper()
	collector, dir := program.Collector(t), t.TempDir()
	address, page := program.FreeAddress(t), program.FreeAddress(t)
	results = filepath.Join(dir, "logs.jsonl")
	p := program.StartCollector(t, nil, collector, "--config", program.WriteFile(t, dir, "config.yaml", fmt.Sprintf(`
receivers: {otlp: {protocols: {http: {endpoint: %q}}}}
processors: {log_cluster: {knowledge_base: knowledge_base}}
exporters: {file: {path: %q, flush_interval: 100ms}}
extensions: {knowledge_base: {file: %q, http: {endpoint: %q}}}
service:
  extensions: [knowledge_base]
  telemetry: {metrics: {level: none}}
  pipelines: {logs: {receivers: [otlp], processors: [log_cluster], exporters: [file]}}
`, address, results, filepath.Join(dir, "kb.db"), page)))
	t.Cleanup(func() { p.Stop(t) })
	return "http://" + page, address, results
}

// waitForStore waits until the store, which is written behind the flow, has so many
// records.
func waitForStore(t *testing.T, url string, records int) {
	t.Helper()
	require.Eventually(t, func() bool {
		return strings.Contains(get(t, url+"/api/v1/summary"), fmt.Sprintf(`"records":%d,`, records))
	}, 30*time.Second, 100*time.Millisecond)
}

// A log line that would be a script if a page believed it.
const evil = `<script>document.title='owned'</script><img src=x onerror="document.title='owned'"> refused by upstream`

// The page, without a mouse: find a cluster, write a solution, see it rendered and
// on the next record.
func TestPage(t *testing.T) {
	url, address, results := withPage(t)
	otlp.SendLogs(t, address, otlp.Logs("shop", time.Now().Add(-20*time.Minute), 0, plog.SeverityNumberUnspecified, "disk /dev/sda is full"))
	sendLogs(t, address, "shop", "connection from 10.0.0.1 closed after 15 ms", "connection from 10.0.0.2 closed after 7 ms", "connection from 10.0.0.3 closed after 2 ms")
	sendLogs(t, address, "edge", evil, evil)
	sendLogs(t, address, "<b>evil</b>", "user ann logged in")
	waitForRecords(t, results, 7)
	waitForStore(t, url, 7)

	b := newBrowser(t)
	b.run(t, chromedp.Navigate(url))
	b.see(t, `document.querySelectorAll("#list li").length === 4`)
	b.see(t, `document.querySelectorAll("#list .badge.new").length === 1`) // but not what came first of its service
	b.see(t, `document.querySelector("#list li .badge.new")`)
	require.Equal(t, "connection from <ip> closed after <num>", b.text(t, `document.querySelector("#list li .text").textContent`), "most records first")
	require.Equal(t, "M", b.text(t, `document.querySelector("#list li svg path:last-child").getAttribute("d")[0]`), "the last hour is drawn")

	// Each step begins where the one before ended.
	step := func(name string, f func(t *testing.T)) {
		if !t.Failed() {
			t.Run(name, f)
		}
	}
	step("search and open by keyboard", func(t *testing.T) {
		b.press(t, "/")
		b.keys(t, "closed ip")
		b.see(t, `document.querySelectorAll("#list li").length === 1`)
		b.keys(t, kb.ArrowDown)
		b.see(t, `document.activeElement.closest("#list li")`)
		b.keys(t, kb.Enter)
		b.see(t, `document.querySelector("#detail h2")?.textContent === "connection from <ip> closed after <num>"`)
		require.Equal(t, "h2", b.text(t, `document.activeElement.localName`), "who listens hears what was opened")
		require.Contains(t, b.text(t, `document.querySelector("#detail .lines").textContent`), "connection from 10.0.0.1 closed after 15 ms")
		require.Contains(t, b.text(t, `location.hash`), "q=closed+ip", "the address says what is shown")
	})
	step("solution", func(t *testing.T) {
		b.press(t, "e")
		b.see(t, `document.activeElement.matches(".editor textarea")`)
		b.keys(t, "Run **make migrate**.\n\n<img src=x onerror=\"document.title='owned'\"> [x](javascript:alert(1))\n")
		b.run(t, chromedp.Click(`.tabs button:nth-of-type(2)`))
		b.see(t, `document.querySelector(".preview strong")?.textContent === "make migrate"`)
		b.run(t, chromedp.Click(`.tabs button:first-of-type`))
		b.see(t, `document.activeElement.matches(".editor textarea")`)
		b.run(t, chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(2))) // Ctrl
		b.see(t, `document.querySelector(".solution .markdown strong")?.textContent === "make migrate"`)
		require.Equal(t, "0", b.text(t, `String(document.querySelectorAll(".markdown img, .markdown script, .markdown a").length)`))
		b.see(t, `document.querySelector("#list .badge.solved")`)
		require.Contains(t, b.text(t, `document.querySelector(".history").textContent`), "anonymous wrote the solution")

		require.Eventually(t, func() bool {
			sendLogs(t, address, "shop", "connection from 10.0.0.4 closed after 1 ms")
			for _, r := range ofService(readBatches(t, results), "shop") {
				if s, ok := r.attributes["log.cluster.solution"].(string); ok && strings.HasPrefix(s, "Run **make migrate**.") {
					return true
				}
			}
			return false
		}, time.Minute, 200*time.Millisecond, "the next records carry it")
	})
	step("conflict", func(t *testing.T) {
		b.press(t, "e")
		b.see(t, `document.activeElement.matches(".editor textarea")`)
		b.keys(t, "Mine. ")
		id := b.text(t, `document.querySelector("#detail .id").textContent`)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url+"/api/v1/clusters/"+id+"/solution?author=bob", strings.NewReader(`{"text": "Theirs."}`))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		b.run(t, chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(2)))
		b.see(t, `document.querySelector(".notice .markdown")?.textContent.trim() === "Theirs."`)
		require.Contains(t, b.text(t, `document.querySelector(".editor textarea").value`), "Mine.", "nothing is lost")
		b.run(t, chromedp.Click(`.notice button:last-child`))
		b.see(t, `document.querySelector(".solution > .markdown")?.textContent.includes("Mine.")`)
	})
	step("back to the list", func(t *testing.T) {
		b.keys(t, kb.Escape)
		b.see(t, `document.querySelector("#detail").hidden`)
		b.see(t, `document.activeElement.closest("#list li")`)
	})
	step("match a line", func(t *testing.T) {
		b.press(t, "m")
		b.see(t, `document.activeElement.matches("dialog textarea")`)
		b.keys(t, "connection from 10.9.9.9 closed after 99 ms"+kb.Enter)
		b.see(t, `document.querySelector(".match")?.textContent.includes("has a solution")`)
		b.keys(t, kb.Escape)
		b.see(t, `!document.querySelector("dialog")`)
	})
	step("a pasted line finds its cluster", func(t *testing.T) {
		b.run(t, chromedp.Navigate(url+"/#/"))
		b.press(t, "/")
		b.keys(t, "2026-03-01 10:00:00 ERROR connection from 10.9.9.9 closed after 99 ms")
		b.see(t, `document.querySelector("#matches .match .text")?.textContent === "connection from <ip> closed after <num>"`)
		b.run(t, chromedp.Click("#matches .match"))
		b.see(t, `document.querySelector("#detail h2")?.textContent.startsWith("connection")`)
		b.see(t, `document.querySelector("#detail .facts").textContent.includes("Share")`)
		b.keys(t, kb.Escape)
	})
	step("now", func(t *testing.T) {
		b.run(t, chromedp.Click("#view"))
		b.see(t, `document.querySelectorAll("#now section").length === 2 && document.querySelector("#now li")`)
		b.see(t, `location.hash === "#/?view=now" && getComputedStyle(document.querySelector("#list")).display === "none"`)
		b.run(t, chromedp.Click("#now li a"))
		b.see(t, `document.querySelector("#detail h2")?.textContent`)
		b.run(t, chromedp.Click("#view"))
		b.see(t, `document.querySelector("#now").hidden && document.querySelector("#list li")`)
	})
	step("keys of one character can be switched off", func(t *testing.T) {
		b.press(t, "?")
		b.run(t, chromedp.Click(`dialog input[type=checkbox]`))
		b.keys(t, kb.Escape)
		b.see(t, `!document.querySelector("dialog")`)
		b.press(t, "m")
		b.see(t, `!document.querySelector("dialog")`)
		b.run(t, chromedp.Evaluate(`localStorage.removeItem("keys")`, nil))
	})
	step("noise", func(t *testing.T) {
		b.run(t, chromedp.Navigate(url+"/#/?q=disk"))
		b.see(t, `document.querySelector("#list .text")?.textContent.startsWith("disk")`)
		b.press(t, "j")
		b.keys(t, kb.Enter)
		b.see(t, `document.querySelector("#detail h2")?.textContent.startsWith("disk")`)
		b.run(t, chromedp.Click(`[data-focus=noise]`))
		b.see(t, `document.activeElement.matches("dialog .primary")`)
		b.keys(t, kb.Enter)
		b.see(t, `document.querySelector("#detail .badge:not(.new)")?.textContent === "noise"`)
		b.see(t, `document.querySelectorAll("#list li").length === 0`)
	})
	step("merge and split", func(t *testing.T) {
		b.run(t, chromedp.Click(`[data-focus=merge]`))
		b.see(t, `document.querySelectorAll(".choices li").length === 1`)
		b.run(t, chromedp.Click(`.choices input`), chromedp.Click(`dialog .primary`))
		b.see(t, `document.querySelectorAll("#detail ul.templates li").length === 2`)
		b.see(t, `document.querySelector("#detail .ids")`)
		b.run(t, chromedp.Click(`ul.templates li:last-child button`))
		b.see(t, `document.activeElement.matches("dialog .primary")`)
		b.keys(t, kb.Enter)
		b.see(t, `document.querySelectorAll("#detail ul.templates li").length === 1 && document.querySelector("#detail").textContent.includes("Kept apart by hand")`)
		// both decisions are in the history, and each can be taken back
		b.run(t, chromedp.Click(`.history li:first-child button:last-child`))
		b.see(t, `document.activeElement.matches("dialog .primary")`)
		b.keys(t, kb.Enter)
		b.see(t, `document.querySelectorAll("#detail ul.templates li").length === 2 && document.querySelector(".history").textContent.includes("took back a decision")`)
	})
	step("a log line is never a script", func(t *testing.T) {
		b.run(t, chromedp.Navigate(url+"/#/?q=refused&noise=include"))
		b.see(t, `document.querySelector("#list .text")?.textContent.includes("refused")`)
		b.press(t, "j")
		b.keys(t, kb.Enter)
		b.see(t, `document.querySelector("#detail .lines")?.textContent.includes("<script>document.title='owned'</script>")`)
		require.Equal(t, "0", b.text(t, `String(document.querySelectorAll("script:not([src]), [onerror], main img").length)`))
		require.NotContains(t, b.text(t, `document.title`), "owned")
		require.Contains(t, b.text(t, `document.querySelector("#partition").textContent`), "<b>evil</b>")
	})
	b.requireNothingWrong(t)
}

// Many clusters are pages of a hundred, also on a phone.
func TestPageOfManyClusters(t *testing.T) {
	url, address, results := withPage(t)
	const clusters = 250
	var lines []string
	word := func(n int) string { return string(rune('a'+n%26)) + string(rune('a'+n/26%26)) + "word" }
	for i := range clusters {
		lines = append(lines, strings.Join([]string{word(7 * i), word(11*i + 3), word(13*i + 5), word(17*i + 7), word(19 * i)}, " "))
	}
	sendLogs(t, address, "shop", lines...)
	waitForRecords(t, results, clusters)
	waitForStore(t, url, clusters)

	b := newBrowser(t, chromedp.WindowSize(390, 844))
	b.run(t, chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch), chromedp.Navigate(url))
	b.see(t, `document.querySelectorAll("#list li").length === 100`)
	b.see(t, `document.documentElement.scrollWidth <= innerWidth`)
	first := b.text(t, `document.querySelector("#list li").dataset.id`)
	b.press(t, "n")
	b.see(t, `document.querySelector("#position").textContent.startsWith("101–")`)
	b.see(t, `document.activeElement === document.querySelector("#list a")`)
	b.see(t, `location.hash === "#/?page=2"`)
	b.run(t, chromedp.Reload())
	b.see(t, `document.querySelector("#position").textContent === "101–200 · page 2"`)
	b.press(t, "p")
	b.see(t, fmt.Sprintf(`document.querySelector("#list li").dataset.id === %q`, first))
	b.keys(t, kb.End+kb.Enter)
	b.see(t, `document.querySelector("#detail h2") && getComputedStyle(document.querySelector("#list-pane")).display === "none"`)
	b.see(t, `document.documentElement.scrollWidth <= innerWidth`)
	b.keys(t, kb.Escape)
	b.see(t, `document.activeElement === document.querySelector("#list li:last-child a")`)
	b.requireNothingWrong(t)
}

var (
	picture  = flag.Bool("picture", false, "renew docs/images/knowledge-base*.png, in about two and a half minutes")
	pictures = flag.String("pictures", "", "with -picture: a folder for pictures of every view, width and colour scheme")
)

// TestPagePicture makes the picture in the guide: the page on Loghub's lines, as if
// they had come in the last hours.
func TestPagePicture(t *testing.T) {
	if !*picture {
		t.Skip("makes a picture with -picture")
	}
	url, otlpAddress, results := withPage(t)
	dir, err := dataset.Dir()
	require.NoError(t, err)
	sets, err := dataset.Loghub(dir)
	require.NoError(t, err)
	const minutes = 100
	// On a minute, so that windows hold the same lines every time.
	r, begin, sent := dataset.Random(1), time.Now().Truncate(time.Minute).Add(-minutes*time.Minute), 0
	for minute := range minutes {
		for _, set := range sets {
			from, until := minute*len(set.Content)/minutes, (minute+1)*len(set.Content)/minutes
			bodies := set.Content[from : from+r.IntN(until-from+1)]
			otlp.SendLogs(t, otlpAddress, otlp.Logs(strings.ToLower(set.Name), begin.Add(time.Duration(minute)*time.Minute), time.Second, plog.SeverityNumberUnspecified, bodies...))
			sent += len(bodies)
		}
		time.Sleep(1200 * time.Millisecond) // the interval of saving: counts are of the minute of a save
	}
	waitForRecords(t, results, sent)
	waitForStore(t, url, sent)
	b := newBrowser(t)
	b.run(t, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(url+"/#/?q=authentication+failure"))
	b.see(t, `document.querySelector("#list .text")?.textContent.includes("authentication failure")`)
	b.press(t, "j")
	b.keys(t, kb.Enter)
	b.see(t, `document.querySelector("#detail h2")`)
	b.run(t, chromedp.Click(`[data-focus=edit]`))
	b.keys(t, "Somebody tries passwords. Harmless while keys are required, but **stop it**:\n\n1. Who is it? `journalctl -u ssh -g 'authentication failure'`\n2. Block the address:\n\n```\nfail2ban-client set sshd banip ADDRESS\n```\n")
	b.run(t, chromedp.SetValue("input.author", "ann"), chromedp.Evaluate(`localStorage.setItem("author", "ann")`, nil), chromedp.Click(".editor .primary"))
	b.see(t, `document.querySelector(".solution .markdown pre")`)
	b.run(t, chromedp.Evaluate(`location.hash = location.hash.split("?")[0]`, nil))
	b.see(t, `document.querySelectorAll("#list li").length > 50`)
	time.Sleep(5 * time.Second) // the message is gone
	images := filepath.Join(program.Root(t), "docs", "images")
	b.shoot(t, filepath.Join(images, "knowledge-base.png"))
	open := b.text(t, `location.hash`)
	b.run(t, chromedp.EmulateViewport(1024, 640), chromedp.Navigate(url+"/#/?view=now"))
	b.see(t, `document.querySelectorAll("#now section").length === 2`)
	b.shoot(t, filepath.Join(images, "knowledge-base-now.png"))
	if *pictures == "" {
		return
	}
	for _, width := range []int64{390, 1024, 1440} {
		for _, scheme := range []string{"light", "dark"} {
			b.run(t, chromedp.EmulateViewport(width, 844), emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
			for name, hash := range map[string]string{"list": "#/", "now": "#/?view=now", "detail": open, "line": "#/?q=why+does+authentication+always+end+with+a+failure+for+root"} {
				b.run(t, chromedp.Navigate("about:blank"), chromedp.Navigate(url+"/"+hash))
				time.Sleep(time.Second)
				b.see(t, `document.documentElement.scrollWidth <= innerWidth`)
				b.shoot(t, filepath.Join(*pictures, fmt.Sprintf("%s-%d-%s.png", name, width, scheme)))
			}
		}
	}
}

func (b *browser) shoot(t *testing.T, file string) {
	t.Helper()
	var png []byte
	b.run(t, chromedp.CaptureScreenshot(&png))
	require.NoError(t, os.WriteFile(file, png, 0o600))
}
