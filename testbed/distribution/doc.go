// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package distribution holds the black-box tests of what a user gets: the
// compiled distribution, the ready configs, `make run`, the build lock and the
// README's lines for somebody else's builder config.
package distribution
