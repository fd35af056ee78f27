// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

// The part of Grafana's dashboard model (schemaVersion 39) that we use.

type dashboard struct {
	UID           string           `json:"uid"`
	Title         string           `json:"title"`
	Description   string           `json:"description"`
	Tags          []string         `json:"tags"`
	SchemaVersion int              `json:"schemaVersion"`
	Editable      bool             `json:"editable"`
	GraphTooltip  int              `json:"graphTooltip"` // 1: one crosshair on all panels
	Time          timeRange        `json:"time"`
	Refresh       string           `json:"refresh"`
	Links         []dashboardLink  `json:"links"`
	Templating    list[variable]   `json:"templating"`
	Annotations   list[annotation] `json:"annotations"`
	Panels        []panel          `json:"panels"`
}

type list[T any] struct {
	List []T `json:"list"`
}

type timeRange struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// annotation marks moments on all panels.
type annotation struct {
	Name        string     `json:"name"`
	Datasource  datasource `json:"datasource"`
	Enable      bool       `json:"enable"`
	IconColor   string     `json:"iconColor"`
	Expr        string     `json:"expr"`
	Step        string     `json:"step,omitempty"`
	TitleFormat string     `json:"titleFormat"`
	TextFormat  string     `json:"textFormat,omitempty"`
}

// dashboardLink leads from a dashboard to the others.
type dashboardLink struct {
	Title       string   `json:"title"`
	Type        string   `json:"type"` // dashboards
	Icon        string   `json:"icon"`
	Tooltip     string   `json:"tooltip"`
	Tags        []string `json:"tags"`
	AsDropdown  bool     `json:"asDropdown"`
	KeepTime    bool     `json:"keepTime"`
	IncludeVars bool     `json:"includeVars"`
	TargetBlank bool     `json:"targetBlank"`
}

// link leads from a value to where it is explained.
type link struct {
	Title       string `json:"title"`
	URL         string `json:"url"`
	TargetBlank bool   `json:"targetBlank,omitempty"`
}

type datasource struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// variable is what a reader of a dashboard chooses.
type variable struct {
	Name       string      `json:"name"`
	Label      string      `json:"label"`
	Type       string      `json:"type"` // datasource, query, textbox, custom
	Datasource *datasource `json:"datasource,omitempty"`
	Query      any         `json:"query"`
	Current    *choice     `json:"current,omitempty"`
	Options    []choice    `json:"options,omitempty"`
	Refresh    int         `json:"refresh,omitempty"` // 2: when the time range changes
	Regex      string      `json:"regex,omitempty"`
	IncludeAll bool        `json:"includeAll,omitempty"`
	AllValue   string      `json:"allValue,omitempty"`
	Multi      bool        `json:"multi,omitempty"`
	Sort       int         `json:"sort,omitempty"`
}

type choice struct {
	Text     any  `json:"text"`
	Value    any  `json:"value"`
	Selected bool `json:"selected,omitempty"`
}

type panel struct {
	ID          int         `json:"id"`
	Title       string      `json:"title"`
	Description string      `json:"description,omitempty"`
	Type        string      `json:"type"`
	Datasource  *datasource `json:"datasource,omitempty"`
	GridPos     grid        `json:"gridPos"`
	Targets     []target    `json:"targets"`
	FieldConfig fieldConfig `json:"fieldConfig"`
	Options     any         `json:"options"`
	Transforms  []transform `json:"transformations,omitempty"`
	// An end of its own, where the dashboard's is not now.
	TimeFrom         string `json:"timeFrom,omitempty"`
	HideTimeOverride bool   `json:"hideTimeOverride,omitempty"`
}

type grid struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"` // of 24
	H int `json:"h"`
}

type target struct {
	RefID        string     `json:"refId"`
	Datasource   datasource `json:"datasource"`
	Expr         string     `json:"expr"`
	QueryType    string     `json:"queryType,omitempty"` // Loki: instant, range
	Instant      bool       `json:"instant,omitempty"`   // Prometheus
	Range        bool       `json:"range,omitempty"`     // Prometheus
	Format       string     `json:"format,omitempty"`    // Prometheus: table
	LegendFormat string     `json:"legendFormat,omitempty"`
}

type fieldConfig struct {
	Defaults  fieldDefaults `json:"defaults"`
	Overrides []override    `json:"overrides"`
}

type fieldDefaults struct {
	Unit   string         `json:"unit,omitempty"`
	None   string         `json:"noValue,omitempty"`
	Custom map[string]any `json:"custom,omitempty"`
}

type override struct {
	Matcher    matcher    `json:"matcher"`
	Properties []property `json:"properties"`
}

type matcher struct {
	ID      string `json:"id"`
	Options string `json:"options"`
}

type property struct {
	ID    string `json:"id"`
	Value any    `json:"value"`
}

type transform struct {
	ID      string         `json:"id"`
	Options map[string]any `json:"options"`
}
