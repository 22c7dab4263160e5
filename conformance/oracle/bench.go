package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

const (
	// budget bounds the time of one measurement; slow cases get the least number of runs.
	budget   = time.Second
	leastRun = 3
)

type benchCase struct {
	Name  string          `json:"name"`
	Base  json.RawMessage `json:"base"`
	Patch json.RawMessage `json:"patch"`
}

type benchResult struct {
	Name     string `json:"name"`
	BytesNS  int64  `json:"bytes_ns"`
	ParsedNS int64  `json:"parsed_ns"`
}

// bench prints the median time of every case, from bytes to bytes and from maps to maps. The second
// includes copying both maps: apimachinery changes what it is given, so a caller has to copy.
func bench(file string, output io.Writer) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var cases []benchCase
	if err := json.Unmarshal(text, &cases); err != nil {
		return err
	}
	encoder := json.NewEncoder(output)
	for _, one := range cases {
		result, err := one.measure()
		if err != nil {
			return fmt.Errorf("%s: %w", one.Name, err)
		}
		if err := encoder.Encode(result); err != nil {
			return err
		}
	}
	return nil
}

func (c benchCase) measure() (benchResult, error) {
	object, err := typeOf(c.Base)
	if err != nil {
		return benchResult{}, err
	}
	schema, err := strategicpatch.NewPatchMetaFromStruct(object)
	if err != nil {
		return benchResult{}, err
	}
	var base, patch map[string]any
	if err := utiljson.Unmarshal(c.Base, &base); err != nil {
		return benchResult{}, err
	}
	if err := utiljson.Unmarshal(c.Patch, &patch); err != nil {
		return benchResult{}, err
	}
	fromBytes, err := median(func() error {
		_, err := strategicpatch.StrategicMergePatch(c.Base, c.Patch, object)
		return err
	})
	if err != nil {
		return benchResult{}, err
	}
	fromMaps, err := median(func() error {
		_, err := strategicpatch.StrategicMergeMapPatchUsingLookupPatchMeta(runtime.DeepCopyJSON(base), runtime.DeepCopyJSON(patch), schema)
		return err
	})
	return benchResult{c.Name, fromBytes, fromMaps}, err
}

// median runs the operation once to warm up, then until the budget is spent.
func median(operation func() error) (int64, error) {
	if err := operation(); err != nil {
		return 0, err
	}
	var times []int64
	for begin := time.Now(); len(times) < leastRun || time.Since(begin) < budget; {
		start := time.Now()
		if err := operation(); err != nil {
			return 0, err
		}
		times = append(times, time.Since(start).Nanoseconds())
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}
