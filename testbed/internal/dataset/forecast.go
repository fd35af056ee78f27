// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package dataset

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ForecastSet is a set of regular series of one step.
type ForecastSet struct {
	Name    string
	Step    time.Duration
	Seasons []int // in steps: the day, then the week where there is one
	Horizon int   // steps to forecast
	Series  []ForecastSeries
}

// ForecastSeries is a regular series, NaN where there is a gap. Test, where the set has
// it, is what came after Values.
type ForecastSeries struct {
	ID     string
	Values []float64
	Test   []float64
}

// Forecast loads the sets of the forecast data in alphabetical order, M4 first.
func Forecast(dir string) ([]ForecastSet, error) {
	var manifest map[string]struct {
		StepS   int   `json:"step_s"`
		Seasons []int `json:"seasons"`
		Horizon int   `json:"horizon"`
	}
	raw, err := os.ReadFile(filepath.Join(dir, "forecast", "manifest.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w (no forecast/manifest.json in %s)", ErrMissing, dir)
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &manifest); err != nil {
		return nil, fmt.Errorf("forecast/manifest.json: %w", err)
	}
	var sets []ForecastSet
	for name, m := range manifest {
		set := ForecastSet{Name: name, Step: time.Duration(m.StepS) * time.Second, Seasons: m.Seasons, Horizon: m.Horizon}
		rows, err := gzipCSV(filepath.Join(dir, "forecast", name+".csv.gz"))
		if errors.Is(err, fs.ErrNotExist) {
			continue // a set that this copy of the data does not have
		}
		if err == nil && rows[0][0] == "id" {
			set.Series, err = long(rows)
		} else if err == nil {
			set.Series, err = wide(rows)
		}
		if err != nil {
			return nil, fmt.Errorf("forecast/%s: %w", name, err)
		}
		sets = append(sets, set)
	}
	slices.SortFunc(sets, func(a, b ForecastSet) int {
		if (a.Name == "m4_hourly") != (b.Name == "m4_hourly") {
			if a.Name == "m4_hourly" {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return sets, nil
}

func gzipCSV(file string) ([][]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err == nil && len(rows) < 2 {
		err = errors.New("no rows")
	}
	return rows, err
}

// long reads rows of id, train or test, values separated by spaces.
func long(rows [][]string) ([]ForecastSeries, error) {
	var out []ForecastSeries
	at := map[string]int{}
	for _, row := range rows[1:] {
		values, err := numbers(strings.Fields(row[2]))
		if err != nil {
			return nil, fmt.Errorf("series %s: %w", row[0], err)
		}
		i, known := at[row[0]]
		if !known {
			i = len(out)
			at[row[0]] = i
			out = append(out, ForecastSeries{ID: row[0]})
		}
		if row[1] == "test" {
			out[i].Test = values
		} else {
			out[i].Values = values
		}
	}
	return out, nil
}

// wide reads one series a column, one step a row. Gaps before the first and after
// the last value are cut off.
func wide(rows [][]string) ([]ForecastSeries, error) {
	out := make([]ForecastSeries, len(rows[0]))
	for c, id := range rows[0] {
		column := make([]string, len(rows)-1)
		for r, row := range rows[1:] {
			column[r] = row[c]
		}
		values, err := numbers(column)
		if err != nil {
			return nil, fmt.Errorf("series %s: %w", id, err)
		}
		first := slices.IndexFunc(values, known)
		last := len(values)
		for last > 0 && !known(values[last-1]) {
			last--
		}
		out[c] = ForecastSeries{ID: id, Values: values[max(first, 0):last]}
	}
	return out, nil
}

func known(v float64) bool { return !math.IsNaN(v) }

func numbers(cells []string) ([]float64, error) {
	out := make([]float64, len(cells))
	for i, c := range cells {
		if c == "" {
			out[i] = math.NaN()
			continue
		}
		v, err := strconv.ParseFloat(c, 64)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}
