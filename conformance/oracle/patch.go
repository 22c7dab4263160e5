package main

import (
	"fmt"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/kubernetes/scheme"
)

// patch applies a patch of one of the API's three types, with the library that kubectl uses for it.
func patch(patchType string, base, patch []byte) ([]byte, error) {
	switch patchType {
	case "", "strategic":
		object, err := typeOf(base)
		if err != nil {
			return nil, err
		}
		return strategicpatch.StrategicMergePatch(base, patch, object)
	case "merge":
		return jsonpatch.MergePatch(base, patch)
	case "json":
		operations, err := jsonpatch.DecodePatch(patch)
		if err != nil {
			return nil, err
		}
		return operations.Apply(base)
	}
	return nil, fmt.Errorf("bad request: unknown patch type %q", patchType)
}

// typeOf makes an empty object of the built-in kind that the base says it is.
func typeOf(base []byte) (runtime.Object, error) {
	var head map[string]any
	if err := utiljson.Unmarshal(base, &head); err != nil {
		return nil, err
	}
	apiVersion, _ := head["apiVersion"].(string)
	kind, _ := head["kind"].(string)
	version, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		return nil, err
	}
	gvk := version.WithKind(kind)
	object, err := scheme.Scheme.New(gvk)
	if err != nil {
		return nil, fmt.Errorf("strategic merge patch is not supported for %s locally, try --type merge", gvk)
	}
	return object, nil
}
