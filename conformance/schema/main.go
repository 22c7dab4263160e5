// Command schema writes what podgraft knows of Kubernetes' built-in kinds: the engine's Rust table, and
// the JSON Schema that a finished pod is held against (tableFile and jobSchemaFile).
//
//	go run ./schema          write both files
//	go run ./schema -check   write nothing; exit 1 when either file is stale
//
// It reads Go types by reflection (fields, pointers, patch tags), their source (markers) and the
// OpenAPI documents of the same release (server-side apply's keys, required fields). One-of groups
// come from the hand list in unions.go: a possible group that the list does not mention is an error.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The generated files, from the project's root folder.
const (
	tableFile     = "crates/podgraft-merge/src/schema/builtin_table.rs"
	jobSchemaFile = "crates/podgraft-pod/src/validity/job.schema.json"
)

func main() {
	check := flag.Bool("check", false, "compare with the files that are there instead of writing them")
	out := flag.String("out", "..", "the project's root folder")
	flag.Parse()
	if err := run(*out, *check); err != nil {
		fmt.Fprintln(os.Stderr, "schema: "+err.Error())
		os.Exit(1)
	}
}

func run(out string, check bool) error {
	release, err := findRelease()
	if err != nil {
		return err
	}
	swagger, err := readSwagger(release.dir)
	if err != nil {
		return err
	}
	model, err := reflectModel()
	if err != nil {
		return err
	}
	source, err := parseSource(model)
	if err != nil {
		return err
	}
	if err := annotate(model, swagger, source); err != nil {
		return err
	}
	if err := applyUnions(model, swagger, source); err != nil {
		return err
	}
	job, err := jobSchema(release.dir)
	if err != nil {
		return err
	}
	files := map[string][]byte{
		tableFile:     renderRust(model, release.version),
		jobSchemaFile: job,
	}
	if check {
		return compare(out, files)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(out, name), content, 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "schema: Kubernetes %s: %d kinds, %d structs\n", release.version, len(model.kinds), len(model.structs))
	return nil
}

// compare tells which of the files differ from what would be written.
func compare(out string, files map[string][]byte) error {
	var stale []string
	for _, name := range []string{tableFile, jobSchemaFile} {
		path := filepath.Join(out, name)
		if have, err := os.ReadFile(path); err != nil || !bytes.Equal(have, files[name]) {
			stale = append(stale, path)
		}
	}
	if len(stale) > 0 {
		return fmt.Errorf("stale: %s; run `go run ./schema` in conformance/ and commit the result", strings.Join(stale, ", "))
	}
	return nil
}
