// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWordsAtOnceAreWordsByteByByte(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const alphabet = "azAZ_@[`{09 ~\x80\xff\x00mQ^"
	for range 100_000 {
		b := make([]byte, 8)
		for i := range b {
			b[i] = alphabet[r.IntN(len(alphabet))]
		}
		n := 0
		for n < 8 && class[b[n]]&cLetter != 0 {
			n++
		}
		w := load8(string(b))
		require.Equal(t, n, letters(w), "%q", b)
		if n < 8 {
			require.Equal(t, hashString(string(b[:n])), hashWord(w, n), "%q", b[:n])
		}
	}
}
