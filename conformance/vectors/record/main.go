// Command record writes what Kubernetes answers to every vector of conformance/vectors.
//
//	go run ./vectors/record          ask the oracle and write its answers into the files
//	go run ./vectors/record -check   write nothing; exit 1 when an answer is another one
//
// A vector is a line {"name":..,"base":..,"patch":..}; record adds "result" or "error" and leaves the
// rest as it is written. Every vector is asked several times: one that Go answers differently from
// time to time does not belong there but into excluded.jsonl, whose lines name the documented
// difference instead of an answer.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// repeats is how often each vector is asked, to notice answers that depend on Go's map order.
const repeats = 24

// goPanics is the number of the documented difference "Go panics".
const goPanics = 2

type vector struct {
	Name       string          `json:"name"`
	Base       json.RawMessage `json:"base"`
	Patch      json.RawMessage `json:"patch"`
	Difference int             `json:"difference,omitempty"`
	Result     json.RawMessage `json:"result,omitempty"`
	Error      string          `json:"error,omitempty"`
}

type answer struct {
	Result json.RawMessage `json:"result"`
	Error  string          `json:"error"`
	Panic  bool            `json:"panic"`
}

func main() {
	check := flag.Bool("check", false, "compare instead of writing")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "record: "+err.Error())
		os.Exit(1)
	}
}

func run(check bool) error {
	oracle, err := buildOracle()
	if err != nil {
		return err
	}
	files, err := filepath.Glob("vectors/*.jsonl")
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("no vectors: run this in conformance/")
	}
	count := 0
	for _, file := range files {
		recorded, err := recordFile(oracle, file, check)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		count += recorded
	}
	fmt.Fprintf(os.Stderr, "record: %d vectors in %d files\n", count, len(files))
	return nil
}

func buildOracle() (string, error) {
	command := exec.Command("bash", "build.sh", "oracle")
	command.Stderr = os.Stderr
	out, err := command.Output()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1], err
}

func recordFile(oracle, file string, check bool) (int, error) {
	old, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	var vectors []vector
	seen := map[string]bool{}
	for line := range bytes.Lines(old) {
		var one vector
		if err := json.Unmarshal(line, &one); err != nil {
			return 0, fmt.Errorf("line %d: %w", len(vectors)+1, err)
		}
		if seen[one.Name] {
			return 0, fmt.Errorf("two vectors are called %q", one.Name)
		}
		seen[one.Name] = true
		vectors = append(vectors, one)
	}
	answers, err := ask(oracle, vectors)
	if err != nil {
		return 0, err
	}
	var written bytes.Buffer
	for index := range vectors {
		line, err := vectors[index].settle(answers[index])
		if err != nil {
			return 0, fmt.Errorf("%q: %w", vectors[index].Name, err)
		}
		written.Write(line)
	}
	if bytes.Equal(old, written.Bytes()) {
		return len(vectors), nil
	}
	if check {
		return 0, fmt.Errorf("Kubernetes answers differently: run `go run ./vectors/record` and look at the changes")
	}
	return len(vectors), os.WriteFile(file, written.Bytes(), 0o644)
}

// settle makes the vector's line of the answers to it.
func (v vector) settle(answers []answer) ([]byte, error) {
	first := answers[0]
	if v.Difference != 0 {
		if v.Difference == goPanics && !first.Panic {
			return nil, fmt.Errorf("Go does not panic any more")
		}
		return v.line()
	}
	if first.Panic {
		return nil, fmt.Errorf("Go panics: move it to excluded.jsonl")
	}
	for _, other := range answers[1:] {
		if other.Error != first.Error || !bytes.Equal(other.Result, first.Result) {
			return nil, fmt.Errorf("Go's answer is not always the same: move it to excluded.jsonl")
		}
	}
	v.Result, v.Error = first.Result, first.Error
	return v.line()
}

// line writes base and patch as they were: numbers keep their form.
func (v vector) line() ([]byte, error) {
	var out bytes.Buffer
	name, err := text(v.Name)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&out, `{"name":%s,"base":%s,"patch":%s`, name, v.Base, v.Patch)
	switch {
	case v.Difference != 0:
		fmt.Fprintf(&out, `,"difference":%d`, v.Difference)
	case v.Error != "":
		message, err := text(v.Error)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, `,"error":%s`, message)
	default:
		fmt.Fprintf(&out, `,"result":%s`, v.Result)
	}
	out.WriteString("}\n")
	return out.Bytes(), nil
}

func text(value string) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSpace(out.Bytes()), err
}

// ask returns the answers to every vector, repeats of them each.
func ask(oracle string, vectors []vector) ([][]answer, error) {
	var questions bytes.Buffer
	for _, one := range vectors {
		for range repeats {
			fmt.Fprintf(&questions, "{\"base\":%s,\"patch\":%s}\n", one.Base, one.Patch)
		}
	}
	command := exec.Command(oracle)
	command.Stdin = &questions
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", oracle, err)
	}
	reader := bufio.NewReader(bytes.NewReader(out))
	answers := make([][]answer, len(vectors))
	for index := range vectors {
		for range repeats {
			line, err := reader.ReadBytes('\n')
			if err != nil {
				return nil, fmt.Errorf("the oracle stopped at %q: %w", vectors[index].Name, err)
			}
			var one answer
			if err := json.Unmarshal(line, &one); err != nil {
				return nil, err
			}
			answers[index] = append(answers[index], one)
		}
	}
	return answers, nil
}
