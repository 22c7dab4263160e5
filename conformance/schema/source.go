package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
)

// release is the Kubernetes module that go.mod names.
type release struct{ version, dir string }

func findRelease() (release, error) {
	out, err := goList("-m", "-f", "{{.Version}} {{.Dir}}", "k8s.io/kubernetes")
	if err != nil {
		return release{}, err
	}
	version, dir, _ := strings.Cut(strings.TrimSpace(out), " ")
	if dir == "" {
		return release{}, fmt.Errorf("k8s.io/kubernetes is not in the module cache: run `go mod download k8s.io/kubernetes`")
	}
	return release{strings.TrimPrefix(version, "v"), dir}, nil
}

func goList(arguments ...string) (string, error) {
	command := exec.Command("go", append([]string{"list"}, arguments...)...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("go list %s: %w", strings.Join(arguments, " "), err)
	}
	return string(out), nil
}

// markers are the comment lines that start with "+": of a type, and of its fields by Go name.
type markers struct {
	of     []string
	fields map[string][]string
	order  []string // the fields' Go names as written
}

// sourceIndex has the markers by import path and type name: "k8s.io/api/core/v1.PodSpec".
type sourceIndex map[string]*markers

func (s sourceIndex) of(goType reflect.Type) *markers {
	if found := s[goType.PkgPath()+"."+goType.Name()]; found != nil {
		return found
	}
	return &markers{}
}

// parseSource reads the source of every package that the model has a type of.
func parseSource(m *model) (sourceIndex, error) {
	paths := map[string]bool{}
	for _, entry := range m.structs {
		paths[entry.goType.PkgPath()] = true
		for _, field := range entry.fields {
			paths[field.declared.PkgPath()] = true
		}
	}
	arguments := []string{"-f", "{{.ImportPath}} {{.Dir}}"}
	for path := range paths {
		arguments = append(arguments, path)
	}
	sort.Strings(arguments[2:])
	out, err := goList(arguments...)
	if err != nil {
		return nil, err
	}
	index := sourceIndex{}
	for line := range strings.Lines(out) {
		path, dir, _ := strings.Cut(strings.TrimSpace(line), " ")
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if err := index.parseFile(path, file); err != nil {
				return nil, err
			}
		}
	}
	return index, nil
}

func (s sourceIndex) parseFile(path, file string) error {
	base := filepath.Base(file)
	if strings.HasSuffix(base, "_test.go") || strings.HasPrefix(base, "zz_") || base == "generated.pb.go" {
		return nil
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, declaration := range parsed.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok || general.Tok != token.TYPE {
			continue
		}
		for _, spec := range general.Specs {
			named := spec.(*ast.TypeSpec)
			found := &markers{of: append(markerLines(general.Doc), markerLines(named.Doc)...), fields: map[string][]string{}}
			if body, ok := named.Type.(*ast.StructType); ok {
				found.addFields(body)
			}
			s[path+"."+named.Name.Name] = found
		}
	}
	return nil
}

func (m *markers) addFields(body *ast.StructType) {
	for _, field := range body.Fields.List {
		for _, name := range field.Names {
			m.fields[name.Name] = markerLines(field.Doc)
			m.order = append(m.order, name.Name)
		}
	}
}

func markerLines(doc *ast.CommentGroup) []string {
	var lines []string
	if doc == nil {
		return nil
	}
	for _, comment := range doc.List {
		text := strings.TrimSpace(strings.TrimPrefix(comment.Text, "//"))
		if strings.HasPrefix(text, "+") {
			lines = append(lines, text)
		}
	}
	return lines
}
