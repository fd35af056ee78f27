// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import (
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap/xconfmap"

	"github.com/otelcol-aiops/otelcol-aiops/internal/memlimit"
	"github.com/otelcol-aiops/otelcol-aiops/internal/validate"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/cluster"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/envelope"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/find"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/partition"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/statement"
)

// Config is the configuration of the log_cluster processor.
type Config struct {
	// BodyField names the keys that hold the message of a map body, and of JSON and
	// logfmt in a string body. The first one present wins. One key may be written
	// without the list.
	BodyField []string `mapstructure:"body_field"`
	// MaxBytes is how much of a body is looked at; the record itself is never cut.
	MaxBytes int `mapstructure:"max_bytes"`
	// PartitionBy names the resource attributes whose values keep logs apart:
	// templates and clusters are learnt per partition.
	PartitionBy []string `mapstructure:"partition_by"`
	// Severity says whether a level found in the body is written on the record.
	Severity SeverityConfig `mapstructure:"severity"`
	// Mask adds to the built-in masking of variable text.
	Mask MaskConfig `mapstructure:"mask"`
	// Lexicon adds to the built-in lexicon of operations language: texts in the
	// format that the head of internal/statement/lexicon/en.txt describes.
	Lexicon []string `mapstructure:"lexicon"`
	// Window says when new clusters are compared.
	Window WindowConfig `mapstructure:"window"`
	// Clustering says which clusters make one category.
	Clustering ClusteringConfig `mapstructure:"clustering"`
	// Limits bounds the memory.
	Limits LimitsConfig `mapstructure:"limits"`
	// Attributes says what is written on each record.
	Attributes AttributesConfig `mapstructure:"attributes"`
	// KnowledgeBase is the extension that keeps what is learnt; without one it
	// is kept in memory.
	KnowledgeBase *component.ID `mapstructure:"knowledge_base"`
}

// SeverityConfig says whether a level found in the body is written on a record
// that has neither a severity number nor a severity text.
type SeverityConfig struct {
	Enabled bool `mapstructure:"enabled"`
}

// MaskConfig adds rules to the built-in masker.
type MaskConfig struct {
	// Rules are tried in order on the raw text, before the built-in scanner.
	Rules []MaskRule `mapstructure:"rules"`
}

// MaskRule masks what a regular expression (RE2) matches.
type MaskRule struct {
	// Name is shown in the template as <name>.
	Name string `mapstructure:"name"`
	// Pattern must not match the empty string.
	Pattern string `mapstructure:"pattern"`
}

// Values of WindowConfig.By.
const (
	ByEventTime      = "event_time"
	ByProcessingTime = "processing_time"
	ByCount          = "count"
)

// WindowConfig says when a window of new templates closes.
type WindowConfig struct {
	// By is the clock: event_time, processing_time or count.
	By string `mapstructure:"by"`
	// Duration is the length of a window by event_time or processing_time.
	Duration time.Duration `mapstructure:"duration"`
	// Count is the length of a window by count, in records of the partition.
	Count int `mapstructure:"count"`
	// MaxWait bounds how long a batch of a replay that outruns the clusterings waits for
	// them. What is of the last minute never waits, nor do windows by processing_time.
	MaxWait time.Duration `mapstructure:"max_wait"`
}

// ClusteringConfig says which clusters make one category, and how a cluster is
// described.
type ClusteringConfig struct {
	// Linkage is ward, complete, average or single.
	Linkage string `mapstructure:"linkage"`
	// Distance is cosine, euclidean, manhattan or jaccard; ward needs euclidean.
	Distance string `mapstructure:"distance"`
	// DistanceThreshold is the largest distance at which clusters merge; 0 is
	// what suits the linkage and the distance.
	DistanceThreshold float64 `mapstructure:"distance_threshold"`
	// Clusters, when not zero, asks for that many clusters a partition in place
	// of a threshold.
	Clusters int `mapstructure:"clusters"`
	// FullTree logs, at debug level, also the steps above the threshold.
	FullTree bool `mapstructure:"full_tree"`
	// ExactLimit is the largest window clustered exactly, in templates and
	// representatives together; above it the clustering is approximate.
	ExactLimit int `mapstructure:"exact_limit"`
	// Representatives is how many templates stand for a cluster.
	Representatives int `mapstructure:"representatives"`
	// Keywords is how many keywords describe a cluster.
	Keywords int `mapstructure:"keywords"`
}

// LimitsConfig bounds the memory. At a limit records still flow.
type LimitsConfig struct {
	// Partitions beyond this number share one.
	Partitions int `mapstructure:"partitions"`
	// Templates bounds the templates of a partition.
	Templates int `mapstructure:"templates"`
	// Clusters bounds the clusters of a partition.
	Clusters int `mapstructure:"clusters"`
	// Vocabulary bounds the distinct terms of a partition.
	Vocabulary int `mapstructure:"vocabulary"`
	// PartitionMiB bounds the memory of a partition, in MiB.
	PartitionMiB int `mapstructure:"partition_mib"`
	// LearnMiB bounds the new lines that a partition learns in a window, in MiB. Each
	// counts 200 bytes more than it has.
	LearnMiB int `mapstructure:"learn_mib"`
	// MemoryMiB bounds the memory of all partitions together, in MiB; 0 is a fifth of
	// what the process may take.
	MemoryMiB int `mapstructure:"memory_mib"`
}

const (
	// memoryShare is the part of what the process may take that is for learning. As
	// much again is garbage before it is collected, and the flow needs its own.
	memoryShare = 5
	// Where nothing bounds the process.
	defaultMemoryMiB = 512
)

// memory is MemoryMiB in bytes, with what 0 stands for.
func (c *LimitsConfig) memory() int64 {
	if c.MemoryMiB > 0 {
		return int64(c.MemoryMiB) << 20
	}
	if limit := memlimit.Bytes(); limit > 0 {
		return limit / memoryShare
	}
	return defaultMemoryMiB << 20
}

// AttributeConfig switches and renames one attribute.
type AttributeConfig struct {
	Enabled bool   `mapstructure:"enabled"`
	Key     string `mapstructure:"key"`
}

// KeywordsConfig also says in which form the keywords are written.
type KeywordsConfig struct {
	AttributeConfig `mapstructure:",squash"`
	// As is text, the words joined by ", ", or list, a slice of strings, which
	// costs twice as much.
	As string `mapstructure:"as"`
}

// Values of KeywordsConfig.As.
const (
	AsText = "text"
	AsList = "list"
)

// AttributesConfig says what is written on each record.
type AttributesConfig struct {
	Template   AttributeConfig `mapstructure:"template"`
	TemplateID AttributeConfig `mapstructure:"template_id"`
	ClusterID  AttributeConfig `mapstructure:"cluster_id"`
	Category   AttributeConfig `mapstructure:"category"`
	Keywords   KeywordsConfig  `mapstructure:"keywords"`
	New        AttributeConfig `mapstructure:"new"`
	Solution   AttributeConfig `mapstructure:"solution"`
	Parameters AttributeConfig `mapstructure:"parameters"`
}

// named yields each attribute with its key in the configuration.
func (c *AttributesConfig) named(yield func(string, AttributeConfig) bool) {
	_ = yield("template", c.Template) &&
		yield("template_id", c.TemplateID) &&
		yield("cluster_id", c.ClusterID) &&
		yield("category", c.Category) &&
		yield("keywords", c.Keywords.AttributeConfig) &&
		yield("new", c.New) &&
		yield("solution", c.Solution) &&
		yield("parameters", c.Parameters)
}

var _ xconfmap.Validator = (*Config)(nil)

func createDefaultConfig() component.Config {
	return &Config{
		BodyField:   envelope.DefaultMessageKeys(),
		MaxBytes:    8 << 10,
		PartitionBy: []string{"service.name"},
		Severity:    SeverityConfig{Enabled: true},
		Mask:        MaskConfig{Rules: []MaskRule{}},
		Lexicon:     []string{},
		Window: WindowConfig{
			By:       ByEventTime,
			Duration: 10 * time.Second,
			Count:    100_000,
			MaxWait:  20 * time.Millisecond,
		},
		Clustering: ClusteringConfig{
			Linkage:         cluster.Average.String(),
			Distance:        cluster.Cosine.String(),
			ExactLimit:      4000,
			Representatives: 5,
			Keywords:        5,
		},
		Limits: LimitsConfig{
			Partitions:   100,
			Templates:    15_000,
			Clusters:     10_000,
			Vocabulary:   20_000,
			PartitionMiB: 64,
			LearnMiB:     10,
		},
		Attributes: AttributesConfig{
			Template:   AttributeConfig{Enabled: true, Key: "log.record.template"},
			TemplateID: AttributeConfig{Enabled: true, Key: "log.template.id"},
			ClusterID:  AttributeConfig{Enabled: true, Key: "log.cluster.id"},
			Category:   AttributeConfig{Enabled: false, Key: "log.cluster.category"},
			Keywords:   KeywordsConfig{AttributeConfig{Enabled: true, Key: "log.cluster.keywords"}, AsText},
			New:        AttributeConfig{Enabled: true, Key: "log.cluster.new"},
			Solution:   AttributeConfig{Enabled: true, Key: "log.cluster.solution"},
			Parameters: AttributeConfig{Enabled: false, Key: "log.record.parameters"},
		},
	}
}

// Validate names every wrong key, its value and what is accepted.
func (c *Config) Validate() error {
	return errors.Join(
		c.validateBodyField(),
		validate.InRange("max_bytes", c.MaxBytes, 64, 1<<20),
		c.validatePartitionBy(),
		c.Window.validate(),
		c.Clustering.validate(),
		c.Limits.validate(),
		c.Attributes.validate(),
		c.validateMask(),
		c.validateLexicon(),
	)
}

// Bounds of body_field.
const (
	maxBodyFields     = 64
	maxBodyFieldBytes = 64
)

func (c *Config) validateBodyField() error {
	if n := len(c.BodyField); n < 1 || n > maxBodyFields {
		return fmt.Errorf("body_field must name 1 to %d keys, got %d", maxBodyFields, n)
	}
	seen := make(map[string]bool, len(c.BodyField))
	for i, key := range c.BodyField {
		if n := len(key); n < 1 || n > maxBodyFieldBytes {
			return fmt.Errorf("body_field[%d] must have 1 to %d bytes, got %d", i, maxBodyFieldBytes, n)
		}
		if seen[key] {
			return fmt.Errorf("body_field[%d] repeats %q; each key may stand once", i, key)
		}
		seen[key] = true
	}
	return nil
}

func (c *Config) validatePartitionBy() error {
	seen := make(map[string]bool, len(c.PartitionBy))
	for i, key := range c.PartitionBy {
		if key == "" {
			return fmt.Errorf("partition_by[%d] must name a resource attribute, got an empty string", i)
		}
		if seen[key] {
			return fmt.Errorf("partition_by[%d] repeats %q; each resource attribute may stand once", i, key)
		}
		seen[key] = true
	}
	return nil
}

// validateMask compiles the rules, which refuses by number those that do not
// compile and those that match the empty string.
func (c *Config) validateMask() error {
	if _, err := c.masker(); err != nil {
		return fmt.Errorf("mask: %w", err)
	}
	if err := checkRuleSize(c.Mask.Rules); err != nil {
		return fmt.Errorf("mask: %w", err)
	}
	return nil
}

func (c *Config) validateLexicon() error {
	_, err := c.statements()
	return err
}

func (c *Config) masker() (*mask.Masker, error) {
	rules := make([]mask.Rule, len(c.Mask.Rules))
	for i, r := range c.Mask.Rules {
		rules[i] = mask.Rule(r)
	}
	return mask.New(mask.Options{Rules: rules, MaxBytes: c.MaxBytes})
}

// statements reads the lexicons.
func (c *Config) statements() (*statement.Reader, error) {
	more := make([]statement.Lexicon, len(c.Lexicon))
	for i, text := range c.Lexicon {
		more[i] = statement.Lexicon{Name: fmt.Sprintf("lexicon[%d]", i), Text: text}
	}
	return statement.New(more...)
}

func (c *Config) splitter() *envelope.Splitter {
	return envelope.New(envelope.Options{MessageKeys: c.BodyField, MaxBytes: c.MaxBytes})
}

// settings translates the configuration for the packages that learn.
func (c *Config) settings() (partition.Settings, error) {
	linkage, errLinkage := cluster.ParseLinkage(c.Clustering.Linkage)
	distance, errDistance := cluster.ParseDistance(c.Clustering.Distance)
	statements, errStatements := c.statements()
	finding, errFinding := find.NewReader(statements)
	threshold := c.Clustering.DistanceThreshold
	if threshold == 0 {
		threshold = cluster.DefaultThreshold(linkage, distance)
	}
	s := partition.Settings{
		Window: int64(c.Window.Duration),
		Clustering: cluster.Options{
			Linkage:   linkage,
			Distance:  distance,
			Threshold: threshold,
			Clusters:  c.Clustering.Clusters,
			Tree:      c.Clustering.FullTree,
			ExactCap:  c.Clustering.ExactLimit,
		},
		Representatives: c.Clustering.Representatives,
		Keywords:        c.Clustering.Keywords,
		Partitions:      c.Limits.Partitions,
		Clusters:        c.Limits.Clusters,
		Statements:      statements,
		Finding:         finding,
		Vocabulary:      c.Limits.Vocabulary,
		Templates:       c.Limits.Templates,
		Bytes:           min(int64(c.Limits.PartitionMiB)<<20, c.Limits.memory()),
		Budget:          c.Limits.memory(),
		Learn:           int64(c.Limits.LearnMiB) << 20,
	}
	if c.Window.By == ByCount {
		s.Window = int64(c.Window.Count)
	}
	return s, errors.Join(errLinkage, errDistance, errStatements, errFinding)
}

func (c *WindowConfig) validate() error {
	var errs error
	switch c.By {
	case ByEventTime, ByProcessingTime, ByCount:
	default:
		errs = fmt.Errorf("window::by must be one of %s, %s, %s, got %q", ByEventTime, ByProcessingTime, ByCount, c.By)
	}
	return errors.Join(errs,
		validate.InRange("window::duration", c.Duration, 100*time.Millisecond, 24*time.Hour),
		validate.InRange("window::count", c.Count, 1, 1_000_000_000),
		validate.InRange("window::max_wait", c.MaxWait, 0, time.Minute),
	)
}

func (c *ClusteringConfig) validate() error {
	linkage, errLinkage := cluster.ParseLinkage(c.Linkage)
	if errLinkage != nil {
		errLinkage = fmt.Errorf("clustering::linkage %w", errLinkage)
	}
	distance, errDistance := cluster.ParseDistance(c.Distance)
	if errDistance != nil {
		errDistance = fmt.Errorf("clustering::distance %w", errDistance)
	}
	var errPair error
	if errLinkage == nil && errDistance == nil && cluster.CheckPair(linkage, distance) != nil {
		errPair = fmt.Errorf("clustering::linkage ward needs clustering::distance euclidean, got %q", c.Distance)
	}
	var errThreshold error
	if !(c.DistanceThreshold >= 0) {
		errThreshold = fmt.Errorf("clustering::distance_threshold must be at least 0 (0 is what suits linkage and distance), got %v", c.DistanceThreshold)
	}
	return errors.Join(errLinkage, errDistance, errPair, errThreshold,
		validate.InRange("clustering::clusters", c.Clusters, 0, 1_000_000),
		validate.InRange("clustering::exact_limit", c.ExactLimit, 2, 10_000),
		validate.InRange("clustering::representatives", c.Representatives, 1, 100),
		validate.InRange("clustering::keywords", c.Keywords, 1, 20),
	)
}

func (c *LimitsConfig) validate() error {
	return errors.Join(
		validate.InRange("limits::partitions", c.Partitions, 1, 100_000),
		validate.InRange("limits::templates", c.Templates, 100, 10_000_000),
		validate.InRange("limits::clusters", c.Clusters, 100, 10_000_000),
		validate.InRange("limits::vocabulary", c.Vocabulary, 1000, 10_000_000),
		validate.InRange("limits::partition_mib", c.PartitionMiB, 1, 1<<20),
		validate.InRange("limits::learn_mib", c.LearnMiB, 1, 1<<20),
		validate.InRange("limits::memory_mib", c.MemoryMiB, 0, 1<<20),
	)
}

func (c *AttributesConfig) validate() error {
	var errs error
	if c.Keywords.As != AsText && c.Keywords.As != AsList {
		errs = fmt.Errorf("attributes::keywords::as must be one of %s, %s, got %q", AsText, AsList, c.Keywords.As)
	}
	owner := map[string]string{}
	for name, a := range c.named {
		switch {
		case !a.Enabled:
		case a.Key == "":
			errs = errors.Join(errs, fmt.Errorf("attributes::%s::key must not be empty; to leave the attribute out set attributes::%s::enabled to false", name, name))
		case owner[a.Key] != "":
			errs = errors.Join(errs, fmt.Errorf("attributes::%s::key %q is taken by attributes::%s; keys must differ", name, a.Key, owner[a.Key]))
		default:
			owner[a.Key] = name
		}
	}
	return errs
}
