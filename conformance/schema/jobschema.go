package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const refPrefix = "#/components/schemas/"

// jobRoots are what podgraft renders; the document holds them and all that they refer to.
var jobRoots = []string{"io.k8s.api.batch.v1.Job", "io.k8s.api.core.v1.Service", "io.k8s.api.core.v1.PodTemplateSpec"}

// jobSchema makes one JSON Schema of the definitions behind a Job, a Service and a pod template.
func jobSchema(kubernetes string) ([]byte, error) {
	components := map[string]any{}
	for _, name := range []string{"apis__batch__v1_openapi.json", "api__v1_openapi.json"} {
		text, err := os.ReadFile(filepath.Join(kubernetes, "api", "openapi-spec", "v3", name))
		if err != nil {
			return nil, err
		}
		var document struct {
			Components struct {
				Schemas map[string]any `json:"schemas"`
			} `json:"components"`
		}
		if err := json.Unmarshal(text, &document); err != nil {
			return nil, err
		}
		for name, schema := range document.Components.Schemas {
			components[name] = schema
		}
	}
	definitions := map[string]any{}
	longNames := map[string]string{}
	pending := append([]string(nil), jobRoots...)
	for len(pending) > 0 {
		long := pending[0]
		pending = pending[1:]
		short := shortDefinition(long)
		if known, ok := longNames[short]; ok {
			if known != long {
				return nil, fmt.Errorf("two definitions are called %s: %s and %s", short, known, long)
			}
			continue
		}
		schema, ok := components[long]
		if !ok {
			return nil, fmt.Errorf("OpenAPI has no definition of %s", long)
		}
		longNames[short] = long
		definitions[short] = simplify(schema, func(ref string) { pending = append(pending, ref) })
	}
	definitions["IntOrString"] = map[string]any{"type": []string{"integer", "string"}}
	definitions["Quantity"] = map[string]any{"type": []string{"string", "number"}}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(map[string]any{"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": definitions})
	return out.Bytes(), err
}

func shortDefinition(long string) string {
	return long[strings.LastIndex(long, ".")+1:]
}

// simplify copies a schema without what only documents it, and reports every definition it refers to.
func simplify(schema any, refer func(string)) any {
	source, ok := schema.(map[string]any)
	if !ok {
		return schema
	}
	// OpenAPI wraps a reference in allOf to put a description beside it.
	if all, ok := source["allOf"].([]any); ok && len(all) == 1 {
		return simplify(all[0], refer)
	}
	kept := map[string]any{}
	for key, value := range source {
		switch {
		case key == "description" || key == "default" || strings.HasPrefix(key, "x-kubernetes-"):
		case key == "$ref":
			long := strings.TrimPrefix(value.(string), refPrefix)
			refer(long)
			kept["$ref"] = "#/$defs/" + shortDefinition(long)
		case key == "properties":
			properties := map[string]any{}
			for name, property := range value.(map[string]any) {
				properties[name] = simplify(property, refer)
			}
			kept[key] = properties
		case key == "items" || key == "additionalProperties":
			kept[key] = simplify(value, refer)
		default:
			kept[key] = value
		}
	}
	return kept
}
