// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command sbom prints what a Go binary is made of, as SPDX 2.3 JSON. It reads
// what the compiler wrote into the binary: the modules that are really in it.
package main

import (
	"cmp"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: sbom BINARY")
		os.Exit(2)
	}
	info, err := buildinfo.ReadFile(os.Args[1])
	if err == nil {
		err = write(os.Stdout, filepath.Base(os.Args[1]), info, time.Now())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

type document struct {
	Version           string         `json:"spdxVersion"`
	License           string         `json:"dataLicense"`
	ID                string         `json:"SPDXID"`
	Name              string         `json:"name"`
	Namespace         string         `json:"documentNamespace"`
	Creation          creation       `json:"creationInfo"`
	DocumentDescribes []string       `json:"documentDescribes"`
	Packages          []spdxPackage  `json:"packages"`
	Relationships     []relationship `json:"relationships"`
}

type creation struct {
	Created  string   `json:"created"`
	Creators []string `json:"creators"`
}

type spdxPackage struct {
	ID               string        `json:"SPDXID"`
	Name             string        `json:"name"`
	Version          string        `json:"versionInfo,omitempty"`
	DownloadLocation string        `json:"downloadLocation"`
	FilesAnalyzed    bool          `json:"filesAnalyzed"`
	LicenseConcluded string        `json:"licenseConcluded"`
	LicenseDeclared  string        `json:"licenseDeclared"`
	Copyright        string        `json:"copyrightText"`
	Comment          string        `json:"comment,omitempty"`
	External         []externalRef `json:"externalRefs,omitempty"`
}

type externalRef struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

type relationship struct {
	From string `json:"spdxElementId"`
	Type string `json:"relationshipType"`
	To   string `json:"relatedSpdxElement"`
}

// write prints the document of one binary.
func write(w io.Writer, name string, info *debug.BuildInfo, now time.Time) error {
	modules := make([]*debug.Module, 0, len(info.Deps)+2)
	modules = append(modules, &info.Main, &debug.Module{Path: "stdlib", Version: strings.TrimPrefix(info.GoVersion, "go")})
	modules = append(modules, info.Deps...)
	d := document{
		Version: "SPDX-2.3", License: "CC0-1.0", ID: "SPDXRef-DOCUMENT", Name: name,
		Namespace: fmt.Sprintf("https://%s/spdx/%s-%d", info.Main.Path, name, now.UnixNano()),
		Creation:  creation{now.UTC().Format(time.RFC3339), []string{"Tool: otelcol-aiops-sbom"}},
	}
	for i, m := range modules {
		p := packageOf(fmt.Sprintf("SPDXRef-Package-%d", i), m)
		if i == 0 {
			d.DocumentDescribes = []string{p.ID}
		} else {
			d.Relationships = append(d.Relationships, relationship{d.DocumentDescribes[0], "DEPENDS_ON", p.ID})
		}
		d.Packages = append(d.Packages, p)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(d)
}

func packageOf(id string, m *debug.Module) spdxPackage {
	const unknown = "NOASSERTION"
	p := spdxPackage{
		ID: id, Name: m.Path, DownloadLocation: unknown,
		LicenseConcluded: unknown, LicenseDeclared: unknown, Copyright: unknown,
	}
	if m.Replace != nil {
		p.Comment = "replaced by " + strings.TrimSpace(m.Replace.Path+" "+m.Replace.Version)
		// A path is of the source tree that the binary is compiled from.
		if m.Replace.Version != "(devel)" {
			m = m.Replace
		}
	}
	p.Version = cmp.Or(strings.Trim(m.Version, "()"), "devel")
	p.External = []externalRef{{"PACKAGE-MANAGER", "purl", "pkg:golang/" + m.Path + "@" + p.Version}}
	return p
}
