// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension"

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/base"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/notify"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// NotificationConfig is a webhook.
type NotificationConfig struct {
	// Format is json, slack or alertmanager.
	Format notify.Format `mapstructure:"format"`
	// On is what is told: new, back, burst.
	On []notify.Kind `mapstructure:"on"`
	// Secret signs what is sent.
	Secret configopaque.String `mapstructure:"secret"`
	// Page is where people reach the page, for links.
	Page string `mapstructure:"page"`
	// ClientConfig has the settings of every HTTP client of the Collector.
	confighttp.ClientConfig `mapstructure:",squash"`
}

var _ confmap.Unmarshaler = (*NotificationConfig)(nil)

// Unmarshal implements confmap.Unmarshaler: an element of a list begins without its
// defaults.
func (c *NotificationConfig) Unmarshal(conf *confmap.Conf) error {
	c.Format, c.On, c.ClientConfig = notify.JSON, slices.Clone(notify.Kinds), confighttp.NewDefaultClientConfig()
	if conf.IsSet("on") {
		c.On = nil
	}
	return conf.Unmarshal(c)
}

func (c *NotificationConfig) validate(i int) error {
	key := fmt.Sprintf("notifications::%d::", i)
	var errs error
	if !isAddress(c.Endpoint) {
		errs = errors.Join(errs, errors.New(key+"endpoint must be an address such as https://chat.example.com/hooks/1")) // which may be secret
	}
	if c.Page != "" && !isAddress(c.Page) {
		errs = errors.Join(errs, fmt.Errorf("%spage must be an address such as https://knowledge.example.com, got %q", key, c.Page))
	}
	if !slices.Contains(notify.Formats, c.Format) {
		errs = errors.Join(errs, fmt.Errorf("%sformat must be one of %q, got %q", key, notify.Formats, c.Format))
	}
	if len(c.On) == 0 || slices.ContainsFunc(c.On, func(k notify.Kind) bool { return !slices.Contains(notify.Kinds, k) }) {
		errs = errors.Join(errs, fmt.Errorf("%son must be some of %q, got %q", key, notify.Kinds, c.On))
	}
	return errs
}

func isAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// notifier tells receivers what happens, beside everything else.
type notifier struct {
	config []NotificationConfig
	set    component.TelemetrySettings
	tel    *telemetry
	sender *notify.Sender
	stop   context.CancelFunc
	done   sync.WaitGroup
}

func (n *notifier) start(ctx context.Context, host component.Host, base *base.Base) error {
	if len(n.config) == 0 {
		return nil
	}
	receivers := make([]notify.Receiver, 0, len(n.config))
	for i := range n.config {
		c := &n.config[i]
		client, err := c.ToClient(ctx, host.GetExtensions(), n.set)
		if err != nil {
			return fmt.Errorf("notifications::%d: %w", i, err)
		}
		receivers = append(receivers, notify.Receiver{
			Name: fmt.Sprintf("notifications::%d", i), URL: c.Endpoint, Format: c.Format, Kinds: c.On, Secret: string(c.Secret),
			Link: strings.TrimSuffix(c.Page, "/"), Client: client,
		})
	}
	n.sender = notify.NewSender(receivers, n.observe, notify.RealClock)
	watcher := &notify.Watcher{Store: base.Store, Trouble: troubleBy(base), Tell: n.sender.Tell, Now: time.Now}
	run, stop := context.WithCancel(context.Background())
	n.stop = stop
	n.done.Add(1)
	go func() {
		defer n.done.Done()
		watcher.Run(run, func(err error) { n.set.Logger.Debug("Cannot look for what to notify of", zap.Error(err)) })
	}()
	return nil
}

// troubleBy asks a processor whether a text says that something went wrong. Without one
// nothing new comes from here.
func troubleBy(base *base.Base) func(partition, text string) bool {
	return func(partition, text string) bool {
		said, err := base.Explain(knowledge.Query{Text: text, Partition: &partition})
		return err == nil && (said.Statement.Failed || len(said.Statement.Senses) > 0)
	}
}

func (n *notifier) observe(receiver string, outcome notify.Outcome, err error) {
	n.tel.ExtensionKnowledgeBaseNotifications.Add(context.Background(), 1, metric.WithAttributes(attribute.String("outcome", string(outcome))))
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err // the address may be secret
		}
		n.set.Logger.Warn("A notification was not taken", zap.String("receiver", receiver), zap.Error(err))
	}
}

func (n *notifier) shutdown() {
	if n.sender == nil {
		return
	}
	n.stop()
	n.done.Wait()
	n.sender.Shutdown()
}
