package main

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// decoderBuffer is how far kubectl looks ahead to tell JSON from YAML.
const decoderBuffer = 4096

// readManifest splits and decodes a file as `kubectl create -f` does, before it looks at kinds:
// empty documents are skipped, and the first error fails the whole file.
func readManifest(text string) ([]json.RawMessage, error) {
	documents := []json.RawMessage{}
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), decoderBuffer)
	for {
		var document runtime.RawExtension
		if err := decoder.Decode(&document); err == io.EOF {
			return documents, nil
		} else if err != nil {
			return nil, err
		}
		raw := bytes.TrimSpace(document.Raw)
		if len(raw) > 0 && !bytes.Equal(raw, []byte("null")) {
			documents = append(documents, bytes.Clone(raw))
		}
	}
}
