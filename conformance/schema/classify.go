package main

import (
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
)

// class is one entry of the hand list: a one-of group, or fields that look like one and are none.
type class struct {
	// of names the struct that declares the fields; "*" stands for any part of a path element.
	of string
	// by names the discriminator, if there is one.
	by string
	// union lists the members: "exec httpGet", or "queuing=Queue" with the discriminator's value.
	union string
	// not lists fields that may be set together, and because says why.
	not, because string
}

func (c class) matches(goType reflect.Type) bool {
	matched, err := path.Match(c.of, shortName(goType))
	return err == nil && matched
}

func (c class) members() []memberEntry {
	var members []memberEntry
	for _, word := range strings.Fields(c.union) {
		field, value, _ := strings.Cut(word, "=")
		members = append(members, memberEntry{field, value})
	}
	return members
}

func (c class) fields() []string {
	fields := strings.Fields(c.not)
	for _, member := range c.members() {
		fields = append(fields, member.field)
	}
	return fields
}

// applyUnions puts the hand list's groups into the model, and reports every candidate that the list
// does not classify and everything in the list that is no longer there.
func applyUnions(m *model, spec swagger, source sourceIndex) error {
	var problems []string
	for _, found := range candidates(m, spec, source) {
		var known []string
		for _, class := range classified {
			if class.matches(found.goType) {
				known = append(known, class.fields()...)
			}
		}
		for _, field := range found.fields {
			if !slices.Contains(known, field) {
				problems = append(problems, "classify in unions.go: "+found.String())
				break
			}
		}
	}
	types := declaring(m)
	for _, class := range classified {
		problems = append(problems, stale(class, types)...)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%d problems:\n  %s", len(problems), strings.Join(problems, "\n  "))
	}
	for _, entry := range m.structs {
		for _, class := range classified {
			if union, ok := entry.group(class); ok {
				entry.unions = append(entry.unions, union)
			}
		}
	}
	return nil
}

// stale names what an entry of the list says and no type has.
func stale(class class, types []reflect.Type) []string {
	if (class.not == "") == (class.union == "") || (class.not == "") != (class.because == "") {
		return []string{"say either union, or not and because: " + class.of}
	}
	missing := append(class.fields(), strings.Fields(class.by)...)
	matched := false
	for _, goType := range types {
		if !class.matches(goType) {
			continue
		}
		matched = true
		for _, field := range ownFields(goType) {
			missing = slices.DeleteFunc(missing, func(name string) bool { return name == field.name })
		}
	}
	if !matched {
		return []string{"remove from unions.go, there is no such type: " + class.of}
	}
	if len(missing) > 0 {
		return []string{fmt.Sprintf("remove from unions.go, %s has no %s", class.of, strings.Join(missing, ", "))}
	}
	return nil
}

// group is what the class says of this struct: its own fields, or those of a struct embedded in it.
func (e *structEntry) group(class class) (unionEntry, bool) {
	union := unionEntry{discriminator: class.by}
	for _, member := range class.members() {
		for _, field := range e.fields {
			if field.name == member.field && class.matches(field.declared) {
				union.members = append(union.members, member)
			}
		}
	}
	return union, len(union.members) > 1 || (len(union.members) == 1 && class.by != "")
}
