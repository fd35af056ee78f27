// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package porttest

import (
	"fmt"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNoPortIsGivenTwice(t *testing.T) {
	var mu sync.Mutex
	seen := map[int]bool{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				port := Free(t)
				mu.Lock()
				if seen[port] {
					t.Errorf("%d was given twice", port)
				}
				seen[port] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", Free(t)))
	require.NoError(t, err)
	require.False(t, unused(listener.Addr().(*net.TCPAddr).Port))
	require.NoError(t, listener.Close())
}
