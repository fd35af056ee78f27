// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package store keeps what log_cluster processors learn, and what people wrote
// down about it, in one SQLite file or one PostgreSQL database. Both have the
// same tables; the two sets of migrations differ in triggers only.
//
// # How it hangs together
//
// clusters, templates and shapes are what processors know (a shape is one masked
// form of a line, a template a set of shapes, a cluster a set of templates).
// aliases say what became of IDs that were merged away: [Store.Resolve] follows
// them, and target is always an ID that is no alias itself. cluster_counts has a
// cluster's records by minute, samples a few raw lines of each template.
// solutions, apart and clusters.noise are decisions of people; history says who
// took them. partitions has the clock of each partition's stream, leases says who
// re-clusters it.
//
// In PostgreSQL [Store.Save] adds to the log, events, and [Store.Fold] takes the log
// into these tables, one collector at a time; [Store.Changes] reads both. In SQLite
// Save writes the tables.
//
// Every transaction that writes the tables first adds one to revision, which is a row
// and so a lock: revisions are in the order of commits, and whoever has read up to
// revision n finds all that came later with rev > n. Triggers do this for plain
// SQL on solutions and clusters.noise, fill in author and time, and write
// history, so that psql and sqlite3 are as good as this package.
//
// Readers of the API want [Store.Clusters], [Store.Cluster], [Store.Counts],
// [Store.History] and [Store.Totals]; writers [Store.SetSolution],
// [Store.SetNoise], [Store.Merge], [Store.Split], [Store.Solutions] and
// [Store.Import]. IDs go in and out as 16 hex digits, and every method that takes
// one accepts an alias. Processors use [Store.Load], [Store.Changes],
// [Store.Save] and [Store.Lease].
package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
