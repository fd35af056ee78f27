// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/metadata"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/metadatatest"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/notify"
)

// TestNotifications takes an event through the extension to a receiver, and counts it.
func TestNotifications(t *testing.T) {
	got := make(chan string, 1)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.Header.Get("Idempotency-Key") }))
	defer receiver.Close()
	client := confighttp.NewDefaultClientConfig()
	client.Endpoint = receiver.URL

	tel := componenttest.NewTelemetry()
	defer func() { require.NoError(t, tel.Shutdown(t.Context())) }()
	set := extensiontest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = tel.NewTelemetrySettings()
	cfg := createDefaultConfig().(*Config)
	cfg.HTTP.NetAddr.Endpoint = "localhost:0"
	onSQLite(t)(cfg)
	cfg.Notifications = []NotificationConfig{{Format: notify.Slack, On: notify.Kinds, ClientConfig: client}}
	require.NoError(t, cfg.Validate())
	c := startWith(t, set, cfg)

	c.send(t, linesOf("disk /dev/sda is full")...)
	trouble := troubleBy(c.Base)
	require.True(t, trouble("shop", "disk <path> is full"))
	require.False(t, trouble("shop", "server started"))
	c.out.sender.Tell(notify.Event{ID: "new:1", Kind: notify.New})
	require.Equal(t, "new:1", <-got)
	require.Eventually(t, func() bool {
		_, err := tel.GetMetric("otelcol_extension_knowledge_base_notifications")
		return err == nil
	}, 10*time.Second, 10*time.Millisecond, "the answer of the receiver is on its way back")
	require.NoError(t, c.logs.Shutdown(t.Context()))
	c.out.shutdown()
	metadatatest.AssertEqualExtensionKnowledgeBaseNotifications(t, tel, []metricdata.DataPoint[int64]{
		{Value: 1, Attributes: attribute.NewSet(attribute.String("outcome", "sent"))},
	}, metricdatatest.IgnoreTimestamp())
	require.NoError(t, c.knowledgeBase.Shutdown(t.Context()))
}
