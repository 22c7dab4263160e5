// Command oracle answers what Kubernetes' own code makes of a patch or a manifest.
//
// It reads JSON lines on standard input and answers each with one line on standard output, in order:
//
//	{"base":{..},"patch":{..}}               {"result":{..}} or {"error":".."}
//	{"base":{..},"patch":..,"type":"merge"}  the same for a JSON merge patch; "json", "strategic" (default)
//	{"yaml":".."}                            {"documents":[..]} or {"error":".."}: what kubectl reads
//
// A patch is applied as `kubectl patch --local` does it, and to the very bytes of the line, so that
// numbers keep their form. A Go panic is answered with {"error":"panic: ..","panic":true}.
//
//	oracle -bench FILE    times the cases of FILE, [{"name":..,"base":..,"patch":..}]
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
)

// request is one line; absent parts stay empty.
type request struct {
	Base  json.RawMessage `json:"base"`
	Patch json.RawMessage `json:"patch"`
	Type  string          `json:"type"`
	YAML  *string         `json:"yaml"`
}

// answer is one line of output.
type answer struct {
	Result    json.RawMessage    `json:"result,omitempty"`
	Documents *[]json.RawMessage `json:"documents,omitempty"`
	Error     string             `json:"error,omitempty"`
	Panic     bool               `json:"panic,omitempty"`
}

func main() {
	benchmark := flag.String("bench", "", "time the cases of this file instead of answering lines")
	flag.Parse()
	run := func() error { return serve(os.Stdin, os.Stdout) }
	if *benchmark != "" {
		run = func() error { return bench(*benchmark, os.Stdout) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "oracle: "+err.Error())
		os.Exit(1)
	}
}

func serve(input io.Reader, output io.Writer) error {
	reader := bufio.NewReaderSize(input, 1<<20)
	for {
		line, err := reader.ReadBytes('\n')
		if len(line) > 0 {
			reply, err := json.Marshal(reply(line))
			if err != nil {
				return err
			}
			if _, err := output.Write(append(reply, '\n')); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func reply(line []byte) (reply answer) {
	defer func() {
		if cause := recover(); cause != nil {
			reply = answer{Error: fmt.Sprint("panic: ", cause), Panic: true}
		}
	}()
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		return failure(fmt.Errorf("bad request: %w", err))
	}
	if asked.YAML != nil {
		documents, err := readManifest(*asked.YAML)
		if err != nil {
			return failure(err)
		}
		return answer{Documents: &documents}
	}
	result, err := patch(asked.Type, asked.Base, asked.Patch)
	if err != nil {
		return failure(err)
	}
	return answer{Result: result}
}

// failure never has an empty message, which would look like no failure.
func failure(err error) answer {
	if err.Error() == "" {
		return answer{Error: "an error without a message"}
	}
	return answer{Error: err.Error()}
}
