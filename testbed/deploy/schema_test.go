// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package deploy

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	openapi "github.com/google/gnostic-models/openapiv2"
	"github.com/stretchr/testify/require"
	"k8s.io/kube-openapi/pkg/util/proto"
	protovalidation "k8s.io/kube-openapi/pkg/util/proto/validation"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"k8s.io/kube-openapi/pkg/validation/strfmt"
	"k8s.io/kube-openapi/pkg/validation/validate"
	"sigs.k8s.io/yaml"
)

// Where the schemas come from: modules that Go fetches and verifies against the
// checksum database. Nothing of them is compiled.
const (
	kubectlModule  = "k8s.io/kubectl@v0.35.3"
	operatorModule = "github.com/open-telemetry/opentelemetry-operator@v0.140.0"
	kedaModule     = "github.com/kedacore/keda/v2@v2.21.0"
)

// The manifests match the API's OpenAPI document, which says what is required, and
// the custom resources the definitions of the operator and of KEDA.
func TestManifestsMatchTheSchemas(t *testing.T) {
	core := coreSchemas(t)
	custom := map[string]*spec.Schema{
		"OpenTelemetryCollector": customSchema(t, operatorModule, "opentelemetry.io_opentelemetrycollectors.yaml", "v1beta1"),
		"ScaledObject":           customSchema(t, kedaModule, "keda.sh_scaledobjects.yaml", "v1alpha1"),
	}
	for _, d := range documents(t) {
		if d.kind == "Kustomization" {
			continue // not an object of the API
		}
		problems := problemsWith(core, custom, d)
		require.Empty(t, problems, "%s: %s", d.file, d.kind)
	}

	// Mistakes must not pass.
	for _, text := range []string{
		"{apiVersion: apps/v1, kind: StatefulSet, spec: {serviceName: a, selector: {}}}", // no template
		"{apiVersion: apps/v1, kind: StatefulSet, spec: {serviceName: a, selector: {}, template: {}, replica: 1}}",
		"{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, spec: {scaleTargetRef: {kind: Deployment, name: a}, maxReplicas: many}}",
		"{apiVersion: opentelemetry.io/v1beta1, kind: OpenTelemetryCollector, spec: {mode: statefulsets, config: {receivers: {}, exporters: {}, service: {pipelines: {}}}}}",
		"{apiVersion: opentelemetry.io/v1beta1, kind: OpenTelemetryCollector, spec: {replica: 1, config: {receivers: {}, exporters: {}, service: {pipelines: {}}}}}",
		"{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, spec: {scaleTargetRef: {name: a}}}", // no triggers
	} {
		require.NotEmpty(t, problemsWith(core, custom, newDocument(t, "", text)), text)
	}
}

func problemsWith(core proto.Models, custom map[string]*spec.Schema, d document) []error {
	if schema := custom[d.kind]; schema != nil {
		result := validate.NewSchemaValidator(schema, nil, "", strfmt.Default).Validate(d.value)
		return append(result.Errors, unknown(schema, d.value, "")...)
	}
	// The document has what became autoscaling/v2 and policy/v1 under the names before.
	model := core.LookupModel(strings.NewReplacer("autoscaling.v2.", "autoscaling.v2beta2.", "policy.v1.", "policy.v1beta1.").Replace(d.model))
	if model == nil {
		return []error{os.ErrNotExist}
	}
	return protovalidation.ValidateModel(d.value, model, d.kind)
}

// unknown finds fields that a custom resource's schema does not have, which the API
// server would refuse or drop.
func unknown(schema *spec.Schema, value any, path string) []error {
	var problems []error
	if preserve, _ := schema.Extensions.GetBool("x-kubernetes-preserve-unknown-fields"); preserve {
		return nil
	}
	switch v := value.(type) {
	case map[string]any:
		for key, field := range v {
			at := path + "." + key
			property, known := schema.Properties[key]
			switch {
			case known:
				problems = append(problems, unknown(&property, field, at)...)
			case schema.AdditionalProperties != nil && schema.AdditionalProperties.Schema != nil:
				problems = append(problems, unknown(schema.AdditionalProperties.Schema, field, at)...)
			case path == ".metadata":
			default:
				problems = append(problems, &os.PathError{Op: "unknown field", Path: at, Err: os.ErrNotExist})
			}
		}
	case []any:
		for _, element := range v {
			if schema.Items != nil && schema.Items.Schema != nil {
				problems = append(problems, unknown(schema.Items.Schema, element, path+"[]")...)
			}
		}
	}
	return problems
}

// coreSchemas are those of Kubernetes itself.
func coreSchemas(t *testing.T) proto.Models {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(moduleDir(t, kubectlModule), "testdata", "openapi", "swagger.json"))
	require.NoError(t, err)
	doc, err := openapi.ParseDocument(text)
	require.NoError(t, err)
	models, err := proto.NewOpenAPIData(doc)
	require.NoError(t, err)
	return models
}

// customSchema is a version of a custom resource definition.
func customSchema(t *testing.T, module, file, version string) *spec.Schema {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(moduleDir(t, module), "config", "crd", "bases", file))
	require.NoError(t, err)
	var definition struct {
		Spec struct {
			Versions []struct {
				Name   string `json:"name"`
				Schema struct {
					OpenAPIV3Schema *spec.Schema `json:"openAPIV3Schema"`
				} `json:"schema"`
			} `json:"versions"`
		} `json:"spec"`
	}
	require.NoError(t, yaml.Unmarshal(text, &definition))
	for _, v := range definition.Spec.Versions {
		if v.Name == version {
			return v.Schema.OpenAPIV3Schema
		}
	}
	require.FailNow(t, "no such version", "%s in %s", version, file)
	return nil
}

// moduleDir is where Go keeps a module's files.
func moduleDir(t *testing.T, module string) string {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = t.TempDir() // outside of any module
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("%s is out of reach: %s", module, out)
	}
	var answer struct{ Dir string }
	require.NoError(t, json.Unmarshal(out, &answer))
	return answer.Dir
}
