// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package streamtest // import "github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"

import (
	"errors"
	"io/fs"
	"syscall"
	"testing"

	"github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"
	"github.com/otelcol-aiops/otelcol-aiops/internal/configtest"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

// Enums checks that the component's metadata.yaml lists the outcomes of its points, and
// what streams and checkpoints report.
func Enums(t *testing.T, outcomes []string) {
	t.Helper()
	configtest.Enum(t, "outcome", outcomes...)
	configtest.Enum(t, "reason", series.Full.String(), series.Stale.String())
	CheckpointEnums(t)
}

// CheckpointEnums checks that it lists what checkpoints report.
func CheckpointEnums(t *testing.T) {
	t.Helper()
	var origins, faults []string
	for o := checkpoint.Nothing; o <= checkpoint.Unreachable; o++ {
		origins = append(origins, o.String())
	}
	for _, err := range []error{
		checkpoint.ErrDamaged, checkpoint.ErrDeleted, syscall.ENOSPC, checkpoint.ErrHangs, checkpoint.ErrLocked,
		errors.New("unheard of"), fs.ErrPermission, syscall.EROFS,
	} {
		faults = append(faults, checkpoint.FaultOf(err))
	}
	configtest.Enum(t, "origin", origins...)
	configtest.Enum(t, "fault", faults...)
}
