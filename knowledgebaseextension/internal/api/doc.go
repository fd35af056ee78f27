// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package api serves the knowledge base over HTTP: JSON under /api/v1, described
// by the OpenAPI document beside it, and the page at /.
//
// Whoever mounts it cares for TLS, authentication and the size of bodies at
// large; the package for everything else that a browser or a stranger can get
// wrong: other sites, other host names, other methods, other content types.
package api // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"
