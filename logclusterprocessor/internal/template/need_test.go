// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

// TestEvidenceForAVariable writes lines that differ in one word, and expects how
// many of them it takes until the word is taken as variable.
func TestEvidenceForAVariable(t *testing.T) {
	const never = 0
	names := strings.Fields("alice bob carol dave erin frank grace heidi ivan judy mallory niaj olivia peggy")
	for _, c := range []struct {
		name  string
		line  string // with % for the word
		words []string
		want  int
	}{
		{"after a noun", "session closed for user %", names, needPlain},
		{"in quotes", "cannot drop index '%'", names, needPlain},
		{"between prepositions, among values", "failed password for % from 10.0.0.7 port 4711", names, needPlain},
		{"between prepositions, alone", "no password for % from outside", names, needWord},
		{"an infinitive", "failed to % to 10.0.0.7 port 4711", names, never},
		{"after a noun in a short line", "bad user %", names, needName},
		{
			"after a noun, capitals inside", "opened by the client %",
			[]string{"UpdateAgent", "SetupHost", "ShellView", "CoreTimer"},
			needName,
		},
		{"anywhere", "worker % cleaned the cache", names, needWord},
		{"first", "% cleaned the cache twice", names, needStrict},
		{"a key", "the cache has %=7", names, needStrict},
		{
			"all capitals", "the state of service %",
			strings.Fields("BOOT PRIMED LOCAL INIT WARM COLD WAIT FAST SLOW HALF LATE PARTIAL SHUT"), needStrict,
		},
		{
			"what became of it", "after the upgrade the server %",
			strings.Fields("started stopped failed restarted hanged"), never,
		},
		{"a line of nothing else", "user %", names[:6], needName},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := New[int](Limits{})
			var line mask.Line
			got := never
			for i, w := range c.words {
				feed(m, &line, strings.ReplaceAll(c.line, "%", w), int64(i))
				if m.Len() <= i && got == never {
					got = i + 1
				}
			}
			require.Equal(t, c.want, got, "words until they were one template")
			if got != never {
				require.Equal(t, 1, m.Len())
			}
		})
	}
}

// TestWhatIsMeantStays writes lines that differ in the one word that says what is
// meant: none of them may become variable, however many there are.
func TestWhatIsMeantStays(t *testing.T) {
	verbs := strings.Fields(`open read write close parse load save fetch send bind connect resolve lock unlock mount
		unmount create delete rename copy move link start stop restart attach detach encode decode compress upload
		download verify sign encrypt decrypt allocate release flush sync`)
	outcomes := strings.Fields("opened closed granted denied enabled disabled up down accepted rejected sent deferred ok failed")
	for _, c := range []struct {
		line  string // with % for the word
		words []string
	}{
		{"failed to % /data/7", verbs},
		{"cannot % file /data/7", verbs},
		{"could not % the file /data/7", verbs},
		{"unable to % the segment 7 of 9", verbs},
		{"error while %ing segment 7", verbs},
		{"segment 7: % failed", verbs},
		{"% failed for /data/7", verbs},
		{"option x must be % in version 7", strings.Fields("true false set unset odd even")},
		{"access for user bob %", outcomes},
		{"the link eth0 is %", outcomes},
		{"job 7 status=%", outcomes},
		{`{"job":7,"status":"%"}`, outcomes},
		{`{"id":7,"msg":"%"}`, verbs},
		{`msg="%" id=5`, verbs},
		{"job 7 %", strings.Fields("数据库连接失败 订单支付成功 库存不足 登录超时 服务启动 服务停止 队列已满 磁盘已满 权限不足 文件不存在 用户登录")},
		{"% job 7", strings.Fields("ORA-00942: ORA-01017: ORA-12541: ORA-00001: ORA-01555: ORA-04031:")},
		{`10.0.0.1 "GET /a HTTP/1.1" % 77`, strings.Fields("200 301 404 503")},
		{"worker 7 exited with code %", strings.Fields("0 137")},
	} {
		m := New[int](Limits{})
		var line mask.Line
		for i, w := range c.words {
			feed(m, &line, strings.ReplaceAll(c.line, "%", w), int64(i))
		}
		require.Equal(t, len(c.words), m.Len(), c.line)
	}
}

// TestFewLinesShowAValue writes lines that differ in a value, and expects one
// template after as many lines as there are words.
func TestFewLinesShowAValue(t *testing.T) {
	for line, words := range map[string]string{
		"user '%' added":                                     "bob alice",
		"Access denied for user '%'@'10.0.0.1'":              "bob alice",
		"[%] Peer Connection Initiated with 10.0.0.1":        "bob alice",
		"Oct 11 22:14:15 % su: disk full":                    "alpha beta",
		"Oct 11 22:14:15 % notice mcpd[7]: disk full":        "alpha gw-7.example.com",
		`client: 10.0.0.1, request: "% /a HTTP/1.1"`:         "GET POST",
		`10.0.0.1 - - "GET /a" 200 5 "%"`:                    "curl/8.5.0 agent/1.0 -",
		"1 of 9 FAIL 1 unique_%_id [FAIL 1 in 0.1s]":         "shop crm",
		"用户%登录系统":                                            "alice bob carol",
		"<Data Name=\"User\">%</Data><Computer>x</Computer>": "alice bob",
		"payload % rejected":                                 "SGVsbG8+V29ybGQ/Zm9v Zm9vL2Jhcg== q83vASNFZ4k=",
		"value is %":                                         "None null nil 5",
		"from % ok":                                          "::1 2001:db8::1 10.0.0.1",
	} {
		m := New[int](Limits{})
		var l mask.Line
		for i, w := range strings.Fields(words) {
			feed(m, &l, strings.ReplaceAll(line, "%", w), int64(i))
		}
		require.Equal(t, 1, m.Len(), line)
	}
}
