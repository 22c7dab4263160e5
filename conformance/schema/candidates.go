package main

import (
	"fmt"
	"reflect"
	"regexp"
	"sort"
	"strings"
)

// candidate is a set of fields that may be a one-of group, and what makes it look like one.
type candidate struct {
	goType reflect.Type // the struct that declares the fields
	fields []string     // JSON names
	why    string
}

func (c candidate) String() string {
	return fmt.Sprintf("%s {%s}: %s", shortName(c.goType), strings.Join(c.fields, " "), c.why)
}

// shortName is how the hand list names a type: "core/v1.PodSpec".
func shortName(goType reflect.Type) string {
	path := strings.TrimPrefix(goType.PkgPath(), "k8s.io/")
	path = strings.TrimPrefix(path, "api/")
	path = strings.TrimPrefix(path, "apimachinery/pkg/apis/")
	return path + "." + goType.Name()
}

// declaring lists every struct that declares fields of the model: its structs and those embedded in
// them, but not the types that write themselves.
func declaring(m *model) []reflect.Type {
	set := map[reflect.Type]bool{}
	for _, entry := range m.structs {
		if entry.custom {
			continue
		}
		set[entry.goType] = true
		for _, field := range entry.fields {
			set[field.declared] = true
		}
	}
	all := make([]reflect.Type, 0, len(set))
	for goType := range set {
		all = append(all, goType)
	}
	sort.Slice(all, func(i, j int) bool { return shortName(all[i]) < shortName(all[j]) })
	return all
}

// candidates finds everything in the model that may be a one-of group.
func candidates(m *model, spec swagger, source sourceIndex) []candidate {
	var found []candidate
	for _, goType := range declaring(m) {
		fields := ownFields(goType)
		found = append(found, byShape(goType, fields)...)
		found = append(found, byMarkers(goType, fields, source)...)
		if published := spec.of(goType); published != nil {
			for _, union := range published.Unions {
				var names []string
				for name := range union.Fields {
					names = append(names, name)
				}
				sort.Strings(names)
				found = append(found, candidate{goType, names, "x-kubernetes-unions"})
			}
		}
	}
	return found
}

// ownFields lists what the struct itself declares, in the order of the source.
func ownFields(goType reflect.Type) []*fieldEntry {
	byName := map[string]*fieldEntry{}
	for _, field := range jsonFields(goType) {
		if field.declared == goType {
			byName[field.goName] = field
		}
	}
	var fields []*fieldEntry
	for index := range goType.NumField() {
		if field := byName[goType.Field(index).Name]; field != nil {
			fields = append(fields, field)
		}
	}
	return fields
}

// byShape finds structs of nothing but optional pointers, and neighbouring pointers to structs.
func byShape(goType reflect.Type, fields []*fieldEntry) []candidate {
	all := len(fields) >= 2
	for _, field := range fields {
		all = all && field.pointer() && field.optional()
	}
	if all {
		return []candidate{{goType, names(fields), "nothing but optional pointers"}}
	}
	var found []candidate
	var run []*fieldEntry
	flush := func() {
		if len(run) >= 2 {
			found = append(found, candidate{goType, names(run), "neighbouring optional pointers to structs"})
		}
		run = nil
	}
	for _, field := range fields {
		if field.pointer() && field.optional() && field.goType.Elem().Kind() == reflect.Struct && !writesItself(field.goType.Elem()) {
			run = append(run, field)
		} else {
			flush()
		}
	}
	flush()
	return found
}

var unionMarker = regexp.MustCompile(`(?i)^\+.*(union|oneof)`)

// byMarkers finds fields and types whose comments say that they belong to a union.
func byMarkers(goType reflect.Type, fields []*fieldEntry, source sourceIndex) []candidate {
	found := source.of(goType)
	groups := map[string][]string{}
	for _, field := range fields {
		for _, line := range found.fields[field.goName] {
			if unionMarker.MatchString(line) && !strings.Contains(strings.ToLower(line), "discriminator") {
				groups[line] = append(groups[line], field.name)
			}
		}
	}
	var all []candidate
	for line, members := range groups {
		all = append(all, candidate{goType, members, line})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].why < all[j].why })
	for _, line := range found.of {
		if unionMarker.MatchString(line) && len(all) == 0 {
			var members []string
			for _, field := range fields {
				discriminator := strings.Contains(strings.ToLower(strings.Join(found.fields[field.goName], " ")), "discriminator")
				if field.optional() && !discriminator {
					members = append(members, field.name)
				}
			}
			all = append(all, candidate{goType, members, line})
		}
	}
	return all
}

func names(fields []*fieldEntry) []string {
	var all []string
	for _, field := range fields {
		all = append(all, field.name)
	}
	return all
}
