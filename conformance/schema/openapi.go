package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// definition is the part of an OpenAPI v2 definition that the table needs.
type definition struct {
	Required   []string `json:"required"`
	Properties map[string]struct {
		ListKeys []string `json:"x-kubernetes-list-map-keys"`
	} `json:"properties"`
	Unions []struct {
		Discriminator string            `json:"discriminator"`
		Fields        map[string]string `json:"fields-to-discriminateBy"`
	} `json:"x-kubernetes-unions"`
}

type swagger map[string]*definition

func readSwagger(kubernetes string) (swagger, error) {
	text, err := os.ReadFile(filepath.Join(kubernetes, "api", "openapi-spec", "swagger.json"))
	if err != nil {
		return nil, err
	}
	var document struct {
		Definitions swagger `json:"definitions"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	return document.Definitions, nil
}

// of finds the definition of a Go type: k8s.io/api/core/v1.PodSpec is io.k8s.api.core.v1.PodSpec.
func (s swagger) of(goType reflect.Type) *definition {
	path, ok := strings.CutPrefix(goType.PkgPath(), "k8s.io/")
	if !ok {
		return nil
	}
	return s["io.k8s."+strings.ReplaceAll(path, "/", ".")+"."+goType.Name()]
}

// annotate adds list keys and required fields: from OpenAPI, or for versions that the API server no
// longer serves from the same markers that OpenAPI is made of.
func annotate(m *model, spec swagger, source sourceIndex) error {
	for _, entry := range m.structs {
		if entry.custom {
			continue
		}
		published := spec.of(entry.goType)
		for _, field := range entry.fields {
			lines := source.of(field.declared).fields[field.goName]
			// The markers that OpenAPI's defaults are made of; the published document leaves them out.
			if values := valuesOf(lines, "+default="); len(values) == 1 {
				field.fallback = values[0]
			}
			if published == nil {
				field.listKeys = valuesOf(lines, "+listMapKey=")
				field.required = !field.optional() && !slices.Contains(lines, "+optional")
				continue
			}
			property, ok := published.Properties[field.name]
			if !ok {
				return fmt.Errorf("%s.%s: OpenAPI does not have this field", entry.goType, field.name)
			}
			field.listKeys = property.ListKeys
			field.required = slices.Contains(published.Required, field.name)
		}
	}
	return nil
}

func valuesOf(lines []string, prefix string) []string {
	var values []string
	for _, line := range lines {
		if value, ok := strings.CutPrefix(line, prefix); ok {
			values = append(values, strings.Trim(value, `"`))
		}
	}
	return values
}
