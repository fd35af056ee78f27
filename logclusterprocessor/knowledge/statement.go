// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledge // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"

import (
	"fmt"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// Differences says where two statements differ, for people; nothing when they are
// equal.
func (s *Statement) Differences(t *Statement) []string {
	if s.Key == t.Key {
		return nil
	}
	var out []string
	only := func(what, in string, has, lacks []string) {
		for _, w := range has {
			if !slices.Contains(lacks, w) {
				out = append(out, fmt.Sprintf("%s %q is only in %s", what, w, in))
			}
		}
	}
	only("sense", "the first", s.Senses, t.Senses)
	only("sense", "the other", t.Senses, s.Senses)
	only("word", "the first", s.Words, t.Words)
	only("word", "the other", t.Words, s.Words)
	says := func(what string, a, b bool) {
		switch {
		case a && !b:
			out = append(out, "only the first "+what)
		case b && !a:
			out = append(out, "only the other "+what)
		}
	}
	says("says that something failed", s.Failed, t.Failed)
	says("says that it succeeded", s.Succeeded, t.Succeeded)
	says("is under way", s.UnderWay, t.UnderWay)
	if s.Negations != t.Negations {
		out = append(out, fmt.Sprintf("negations: %d and %d", s.Negations, t.Negations))
	}
	if len(out) == 0 {
		out = append(out, fmt.Sprintf("%q and %q", s.Key, t.Key))
	}
	return out
}

// Salted makes a hash of a line's form, or of a statement, a partition's own: what one
// partition learns never names a template or cluster of another. salt is PartitionSalt
// of the partition's name.
func Salted(hash, salt uint64) uint64 {
	// The finalizer of MurmurHash3 (Appleby).
	h := hash ^ salt
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// PartitionSalt is what Salted takes.
func PartitionSalt(partition string) uint64 { return xxhash.Sum64String(partition) }

// StatementOf returns the hash of what a cluster says, which is equal in all
// partitions: Salted backwards. Of a cluster that a person made it is no statement's.
func StatementOf(partition string, cluster ID) uint64 {
	// The factors are the inverses, modulo 2^64, of those of Salted.
	h := uint64(cluster)
	h = (h ^ h>>33) * 0x9cb4b2f8129337db
	h = (h ^ h>>33) * 0x4f74430c22a54005
	return (h ^ h>>33) ^ PartitionSalt(partition)
}

// ClusterOf is the ID of the cluster that says something in a partition.
func ClusterOf(partition string, statement uint64) ID {
	return ID(Salted(statement, PartitionSalt(partition)))
}
