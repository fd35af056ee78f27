// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

//go:build race

package knowledgebaseextension

const raceDetector = true
