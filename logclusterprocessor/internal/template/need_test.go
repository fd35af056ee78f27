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
		{"an infinitive", "failed to % to 10.0.0.7 port 4711", names, needWord},
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
			strings.Fields("UP DOWN LOST INIT DONE FAIL WAIT IDLE BUSY DEAD FULL OPEN SHUT"), needStrict,
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
