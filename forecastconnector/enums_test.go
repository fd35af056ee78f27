// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector

import (
	"errors"
	"io/fs"
	"syscall"
	"testing"

	"github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"
	"github.com/otelcol-aiops/otelcol-aiops/internal/configtest"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

func TestMetadataListsWhatMetricsSay(t *testing.T) {
	configtest.Enum(t, "outcome", outcomeNames[:lost]...)
	configtest.Enum(t, "reason", series.Full.String(), series.Stale.String())
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
