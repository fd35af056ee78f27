// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledge // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"unicode/utf8"
)

// MaxPartition bounds the name of a partition, in bytes: databases index it
// (PostgreSQL takes up to 2,704 bytes, a third of a page), and whoever sends logs
// chooses it.
const MaxPartition = 1000

// PartitionName makes the name of a partition fit for a key: valid UTF-8 without NUL of
// at most MaxPartition bytes. A longer one is cut, and ends with a digest of all of it.
// It returns what is a name already as it is, and may write into what it is given.
func PartitionName(name []byte) []byte {
	whole := name
	if !utf8.Valid(name) || bytes.IndexByte(name, 0) >= 0 {
		name = bytes.ReplaceAll(bytes.ToValidUTF8(name, []byte("\uFFFD")), []byte{0}, []byte("\uFFFD"))
	}
	if len(name) <= MaxPartition {
		return name
	}
	sum := sha256.Sum256(whole)
	digest := hex.AppendEncode([]byte{'~'}, sum[:8])
	cut := MaxPartition - len(digest)
	for !utf8.RuneStart(name[cut]) {
		cut--
	}
	return append(name[:cut], digest...)
}
