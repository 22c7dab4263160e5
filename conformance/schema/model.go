package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"strings"

	forked "k8s.io/apimachinery/third_party/forked/golang/json"
	"k8s.io/client-go/kubernetes/scheme"
)

// model is what the table holds, in the table's order.
type model struct {
	kinds   []*kindEntry
	structs []*structEntry
	byType  map[reflect.Type]*structEntry
}

type kindEntry struct {
	group, version, kind string
	root                 *structEntry
}

type structEntry struct {
	goType reflect.Type
	index  int
	fields []*fieldEntry
	unions []unionEntry
	custom bool
}

type fieldEntry struct {
	name     string
	goType   reflect.Type
	declared reflect.Type // the struct that declares it: another one for embedded fields
	goName   string
	tag      reflect.StructTag
	listKeys []string
	fallback string // the default of a text; empty where there is none
	required bool
}

func (f *fieldEntry) pointer() bool { return f.goType.Kind() == reflect.Pointer }

type unionEntry struct {
	discriminator string
	members       []memberEntry
}

type memberEntry struct{ field, value string }

// reflectModel walks every registered kind and all that is reachable from it.
func reflectModel() (*model, error) {
	m := &model{byType: map[reflect.Type]*structEntry{}}
	for gvk, goType := range scheme.Scheme.AllKnownTypes() {
		if gvk.Version == "__internal" || gvk.Kind == "WatchEvent" || strings.HasSuffix(gvk.Kind, "Options") {
			continue
		}
		root, err := m.add(goType)
		if err != nil {
			return nil, err
		}
		m.kinds = append(m.kinds, &kindEntry{gvk.Group, gvk.Version, gvk.Kind, root})
	}
	sort.Slice(m.kinds, func(i, j int) bool {
		a, b := m.kinds[i], m.kinds[j]
		if a.group != b.group {
			return a.group < b.group
		}
		if a.version != b.version {
			return a.version < b.version
		}
		return a.kind < b.kind
	})
	for _, entry := range m.byType {
		m.structs = append(m.structs, entry)
	}
	sort.Slice(m.structs, func(i, j int) bool {
		a, b := m.structs[i].goType, m.structs[j].goType
		if a.PkgPath() != b.PkgPath() {
			return a.PkgPath() < b.PkgPath()
		}
		return a.Name() < b.Name()
	})
	for index, entry := range m.structs {
		entry.index = index
	}
	return m, nil
}

func (m *model) add(goType reflect.Type) (*structEntry, error) {
	if entry, ok := m.byType[goType]; ok {
		return entry, nil
	}
	if goType.Name() == "" {
		return nil, fmt.Errorf("%s: a struct without a name", goType)
	}
	entry := &structEntry{goType: goType, custom: writesItself(goType)}
	m.byType[goType] = entry
	entry.fields = jsonFields(goType)
	for index, field := range entry.fields {
		if index > 0 && strings.EqualFold(entry.fields[index-1].name, field.name) {
			return nil, fmt.Errorf("%s: two fields differ only by case: %s", goType, field.name)
		}
		if err := m.verify(entry, field); err != nil {
			return nil, err
		}
		if err := m.addBehind(field.goType); err != nil {
			return nil, fmt.Errorf("%s.%s: %w", goType.Name(), field.name, err)
		}
	}
	return entry, nil
}

// addBehind adds the struct at the end of pointers, lists and maps.
func (m *model) addBehind(goType reflect.Type) error {
	switch goType.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return m.addBehind(goType.Elem())
	case reflect.Struct:
		_, err := m.add(goType)
		return err
	case reflect.Array, reflect.Chan, reflect.Func:
		return fmt.Errorf("the Go kind %s is not known here", goType.Kind())
	}
	return nil
}

// verify compares a field with what strategic merge's own look-up finds.
func (m *model) verify(entry *structEntry, field *fieldEntry) error {
	goType, strategies, key, err := forked.LookupPatchMetadataForStruct(entry.goType, field.name)
	if err != nil {
		return err
	}
	if goType != field.goType || strings.Join(strategies, ",") != field.tag.Get("patchStrategy") || key != field.tag.Get("patchMergeKey") {
		return fmt.Errorf("%s.%s: apimachinery finds another field", entry.goType, field.name)
	}
	for _, strategy := range strategies {
		switch strategy {
		case "", "merge", "replace", "retainKeys":
		default:
			return fmt.Errorf("%s.%s: unknown patch strategy %q", entry.goType, field.name, strategy)
		}
	}
	return nil
}

var marshaler = reflect.TypeFor[json.Marshaler]()

// writesItself says whether encoding/json asks the type instead of its fields.
func writesItself(goType reflect.Type) bool {
	return goType.Implements(marshaler) || reflect.PointerTo(goType).Implements(marshaler)
}

// jsonFields lists the fields that encoding/json sees, embedded ones flattened, sorted by name. At
// each name the shallowest field wins; a tie does not occur in Kubernetes' types, and verify would
// report it.
func jsonFields(goType reflect.Type) []*fieldEntry {
	found := map[string]*fieldEntry{}
	level := []reflect.Type{goType}
	for len(level) > 0 {
		var embedded []reflect.Type
		seen := map[string]*fieldEntry{}
		for _, declared := range level {
			for index := range declared.NumField() {
				field := declared.Field(index)
				tag := field.Tag.Get("json")
				if field.PkgPath != "" || tag == "-" {
					continue
				}
				name, _, _ := strings.Cut(tag, ",")
				behind := field.Type
				if behind.Kind() == reflect.Pointer && behind.Name() == "" {
					behind = behind.Elem()
				}
				if name == "" && field.Anonymous && behind.Kind() == reflect.Struct {
					embedded = append(embedded, behind)
					continue
				}
				if name == "" {
					name = field.Name
				}
				seen[name] = &fieldEntry{name: name, goType: field.Type, declared: declared, goName: field.Name, tag: field.Tag}
			}
		}
		for name, field := range seen {
			if found[name] == nil {
				found[name] = field
			}
		}
		level = embedded
	}
	fields := make([]*fieldEntry, 0, len(found))
	for _, field := range found {
		fields = append(fields, field)
	}
	sort.Slice(fields, func(i, j int) bool { return fields[i].name < fields[j].name })
	return fields
}

// optional says whether an object may leave the field out, as far as Go's tags tell.
func (f *fieldEntry) optional() bool {
	tag := f.tag.Get("json")
	return strings.Contains(tag, ",omitempty") || strings.Contains(tag, ",omitzero")
}
