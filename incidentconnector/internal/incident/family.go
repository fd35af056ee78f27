// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package incident // import "github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/incident"

import (
	"strings"
	"unicode"
)

// Family is what a metric is about. Streams of one family move together, so that
// only the most surprising of a service's counts.
type Family uint8

// The families.
const (
	Other Family = iota
	CPU
	Memory
	Disk
	Network
	System
	Latency
	Errors
	Load
	Client // what a service sees of others
	Logs
	families
)

var familyNames = [families]string{"other", "cpu", "memory", "disk", "network", "system calls", "latency", "errors", "load", "client", "logs"}

// String returns the name as people write it.
func (f Family) String() string { return familyNames[f] }

// familyWords are the beginnings of the words of metric names. The first line of
// which a word is found counts.
var familyWords = []struct {
	family Family
	words  []string
}{
	{Client, []string{"client"}},
	{Errors, []string{"error", "fail", "exception", "success", "abort", "dropped", "refused", "retr", "restart"}},
	{Latency, []string{"latency", "duration", "elapsed", "response", "delay", "lag", "wait"}},
	{CPU, []string{"cpu", "load1", "throttl"}},
	{Memory, []string{"mem", "heap", "rss", "gc", "swap", "paging", "oom"}},
	{Disk, []string{"disk", "filesystem", "volume", "inode", "storage"}},
	{Network, []string{"network", "tcp", "udp", "socket", "packet"}},
	{System, []string{"syscall", "context", "interrupt", "thread", "goroutine", "descriptor"}},
	{Load, []string{"request", "workload", "ops", "rps", "qps", "throughput", "message", "queue", "connection", "session", "active"}},
}

// FamilyOf returns the family of a metric by the words of its name: http.server.duration
// as well as PodServerLatencyP95.
func FamilyOf(metric string) Family {
	words := wordsOf(metric)
	for _, line := range familyWords {
		for _, begin := range line.words {
			for _, word := range words {
				if strings.HasPrefix(word, begin) {
					return line.family
				}
			}
		}
	}
	return Other
}

// wordsOf cuts a name at what is neither letter nor digit and before capitals.
func wordsOf(name string) []string {
	var words []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, strings.ToLower(word.String()))
			word.Reset()
		}
	}
	lower := false
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) || unicode.IsUpper(r) && lower {
			end()
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			word.WriteRune(r)
		}
		lower = unicode.IsLower(r) || unicode.IsDigit(r)
	}
	end()
	return words
}
