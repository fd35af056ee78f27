// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package dataset loads the benchmark data, which is not part of this
// repository, and makes raw log lines from message templates.
package dataset

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// EnvDir names the environment variable that says where the data is.
const EnvDir = "OTELCOL_AIOPS_DATA"

// ErrMissing says that the data is in none of the places looked at.
var ErrMissing = errors.New("benchmark data not found: run testbed/fetch.sh, or set " + EnvDir)

// Dir returns the folder of the data: shared/data beside the repository, else
// what EnvDir names, else the cache that fetch.sh fills.
func Dir() (string, error) {
	var places []string
	if root, err := repository(); err == nil {
		places = append(places, filepath.Join(root, "..", "shared", "data"))
	}
	if dir := os.Getenv(EnvDir); dir != "" {
		places = append(places, dir)
	}
	if cache, err := os.UserCacheDir(); err == nil {
		places = append(places, filepath.Join(cache, "otelcol-aiops", "data"))
	}
	for _, dir := range places {
		//nolint:gosec // the user says where the data is
		if info, err := os.Stat(filepath.Join(dir, "loghub")); err == nil && info.IsDir() {
			return dir, nil
		}
	}
	return "", fmt.Errorf("%w (looked in %s)", ErrMissing, strings.Join(places, ", "))
}

// repository finds the root of the repository above the working directory.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "testbed", "fetch.sh")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", os.ErrNotExist
		}
		dir = parent
	}
}

// Lines is a labelled log: Truth[i] names the true group of Content[i].
type Lines struct {
	Name           string
	Content, Truth []string
}

// FindLoghub is Loghub in Dir.
func FindLoghub() ([]Lines, error) {
	dir, err := Dir()
	if err != nil {
		return nil, err
	}
	return Loghub(dir)
}

// Loghub loads every Loghub-2k set there is, by name: the Content column in file
// order, grouped by EventTemplate of the corrected files (Khan et al., ICSE
// 2022).
func Loghub(dir string) ([]Lines, error) {
	files, err := filepath.Glob(filepath.Join(dir, "loghub", "*", "*_2k.log_structured.csv"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%w (no Loghub set in %s)", ErrMissing, dir)
	}
	slices.Sort(files)
	sets := make([]Lines, 0, len(files))
	for _, f := range files {
		set, err := loghubSet(f)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", f, err)
		}
		sets = append(sets, set)
	}
	return sets, nil
}

func loghubSet(file string) (Lines, error) {
	f, err := os.Open(file)
	if err != nil {
		return Lines{}, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return Lines{}, err
	}
	content, truth := slices.Index(rows[0], "Content"), slices.Index(rows[0], "EventTemplate")
	if content < 0 || truth < 0 {
		return Lines{}, fmt.Errorf("header %q lacks Content or EventTemplate", rows[0])
	}
	set := Lines{Name: filepath.Base(filepath.Dir(file))}
	for _, row := range rows[1:] {
		set.Content = append(set.Content, row[content])
		set.Truth = append(set.Truth, row[truth])
	}
	return set, nil
}

// Message is one message template of an error catalogue.
type Message struct {
	Concept string // what it means; messages of one concept say the same thing
	Code    string // system:code, unique
	Text    string // with typed <placeholders>
}

// System is the catalogue that the message is from.
func (m Message) System() string {
	system, _, _ := strings.Cut(m.Code, ":")
	return system
}

// Concepts loads the message templates that were labelled by hand with what they
// mean.
func Concepts(dir string) ([]Message, error) {
	data, err := os.ReadFile(filepath.Join(dir, "errors", "concepts_spark_tidb.tsv"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w (the labelled concepts have no public home)", ErrMissing)
	}
	if err != nil {
		return nil, err
	}
	var out []Message
	for n, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		field := strings.Split(line, "\t")
		if len(field) != 3 {
			return nil, fmt.Errorf("concepts_spark_tidb.tsv:%d: %d fields, want 3", n+1, len(field))
		}
		out = append(out, Message{field[0], field[1], field[2]})
	}
	return out, nil
}
