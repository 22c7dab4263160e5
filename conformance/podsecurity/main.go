// Command podsecurity answers how k8s.io/pod-security-admission judges a pod.
//
// It reads JSON lines on standard input and answers each with one line on standard output, in order:
//
//	{"level":"baseline","version":"v1.25","pod":{..}}    {"allowed":false,"checks":["hostPorts"]} or {"error":".."}
//
// A pod is decoded as the API server decodes JSON; one that cannot be decoded is an error. The checks are
// those that the pod violates, in the library's order.
//
//	podsecurity -fixtures FOLDER    prints the library's own fixtures, a line each:
//	                                {"file":"..","level":"..","version":"..","allowed":true,"pod":{..}}
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// request is one line.
type request struct {
	Level   string          `json:"level"`
	Version string          `json:"version"`
	Pod     json.RawMessage `json:"pod"`
}

// answer is one line of output.
type answer struct {
	Allowed bool     `json:"allowed"`
	Checks  []string `json:"checks"`
	Error   string   `json:"error,omitempty"`
}

func main() {
	fixtures := flag.String("fixtures", "", "print the fixtures in this folder instead of answering lines")
	flag.Parse()
	run := func() error { return serve(os.Stdin, os.Stdout) }
	if *fixtures != "" {
		run = func() error { return printFixtures(*fixtures, os.Stdout) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "podsecurity: "+err.Error())
		os.Exit(1)
	}
}

func serve(input io.Reader, output io.Writer) error {
	evaluator, err := newEvaluator()
	if err != nil {
		return err
	}
	reader := bufio.NewReaderSize(input, 1<<20)
	for {
		line, err := reader.ReadBytes('\n')
		if len(line) > 0 {
			reply, err := json.Marshal(evaluator.reply(line))
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

// evaluator is the library's own, whose results name the check that they are of.
type evaluator struct {
	policy.Evaluator
	violated *[]string
}

// newEvaluator registers the library's checks. The result of a check does not say which check it is of, so
// that each is wrapped in one that takes a note.
func newEvaluator() (*evaluator, error) {
	violated := new([]string)
	checks := policy.DefaultChecks()
	for _, check := range checks {
		for i := range check.Versions {
			judge := check.Versions[i].CheckPod
			check.Versions[i].CheckPod = func(metadata *metav1.ObjectMeta, spec *corev1.PodSpec) policy.CheckResult {
				result := judge(metadata, spec)
				if !result.Allowed {
					*violated = append(*violated, string(check.ID))
				}
				return result
			}
		}
	}
	registry, err := policy.NewEvaluator(checks, nil)
	if err != nil {
		return nil, err
	}
	return &evaluator{registry, violated}, nil
}

func (e *evaluator) reply(line []byte) answer {
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		return answer{Error: "bad request: " + err.Error()}
	}
	level, err := api.ParseLevel(asked.Level)
	if err != nil {
		return answer{Error: "level: " + err.Error()}
	}
	version, err := api.ParseVersion(asked.Version)
	if err != nil {
		return answer{Error: "version: " + err.Error()}
	}
	var pod corev1.Pod
	if err := utiljson.Unmarshal(asked.Pod, &pod); err != nil {
		return answer{Error: "pod: " + err.Error()}
	}
	*e.violated = []string{}
	results := e.EvaluatePod(api.LevelVersion{Level: level, Version: version}, &pod.ObjectMeta, &pod.Spec)
	return answer{Allowed: policy.AggregateCheckResults(results).Allowed, Checks: *e.violated}
}
