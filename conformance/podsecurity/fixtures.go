package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

// fixture is one pod of the library's test data, and what the library's tests demand of it.
type fixture struct {
	File    string          `json:"file"`
	Level   string          `json:"level"`
	Version string          `json:"version"`
	Allowed bool            `json:"allowed"`
	Pod     json.RawMessage `json:"pod"`
}

// printFixtures prints every fixture below the folder, which holds LEVEL/VERSION/{pass,fail}/NAME.yaml: what the
// fixture generators of k8s.io/pod-security-admission/test make, as its TestFixtures proves.
func printFixtures(folder string, output io.Writer) error {
	buffered := bufio.NewWriter(output)
	encoder := json.NewEncoder(buffered)
	print := func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(file) != ".yaml" {
			return err
		}
		relative, err := filepath.Rel(folder, file)
		if err != nil {
			return err
		}
		parts := strings.Split(filepath.ToSlash(relative), "/")
		if len(parts) != 4 {
			return fmt.Errorf("%s: not in a folder LEVEL/VERSION/{pass,fail}", relative)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		pod, err := yaml.YAMLToJSON(text)
		if err != nil {
			return fmt.Errorf("%s: %w", relative, err)
		}
		return encoder.Encode(fixture{relative, parts[0], parts[1], parts[2] == "pass", pod})
	}
	if err := filepath.WalkDir(folder, print); err != nil {
		return err
	}
	return buffered.Flush()
}
