// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/linetest"
)

// A merge that a clustering has found, or is about to find, comes into force at the
// same line whether the process goes on or another takes its place.
func TestAPendingMergeSurvivesARestart(t *testing.T) {
	for _, done := range []bool{true, false} {
		t.Run(fmt.Sprintf("clustering done %v", done), func(t *testing.T) {
			undisturbed, restarted := newSubject(t, 28, 20_000), newSubject(t, 28, 20_000)
			r, merges, restarts := rand.New(rand.NewPCG(28, 1)), 0, 0
			for i := range 1500 {
				text := linetest.Line(r)
				want, got := undisturbed.learnText(text), restarted.learnText(text)
				require.Equal(t, *want, *got, "line %d", i)
				if i%50 == 49 {
					undisturbed.shared.running.Wait()
					if w := undisturbed.part().pending; w != nil && len(w.findings) > 0 {
						merges++
					}
				}
				if restarted.part().pending != nil && i%50 == 49 {
					restarted.restartWhile(done)
					restarts++
				}
			}
			require.Greater(t, merges, 3, "restarts with a merge pending")
			require.Greater(t, restarts, merges)
		})
	}
}

// restartWhile saves while a clustering is done, or is not, and restarts.
func (s *subject) restartWhile(done bool) {
	s.shared.running.Wait()
	w := s.part().pending
	if !done {
		unfinished := *w
		unfinished.done = make(chan struct{})
		s.part().pending = &unfinished
	}
	s.save(true)
	require.Equal(s.t, done, s.base.Clock.Done)
	s.Registry = s.fresh()
	require.True(s.t, s.Restore(service, s.base.All()))
	require.NotNil(s.t, s.part().pending)
	require.NoError(s.t, s.Check())
}
