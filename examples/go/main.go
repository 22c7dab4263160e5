// An operator for Widgets that lets podgraft merge the podTemplate of a Widget into its Deployment.
//
//	go run . crd                              the CRD, with the schema of partial pod templates in it
//	go run . render < ../widgets/cache.json   the Deployment
package main

import (
	"encoding/json"
	"log"
	"os"
	"os/exec"
	"strings"
)

type object = map[string]any
type message struct{ Code, Path, Message string }

// base is the Deployment that the operator makes of a Widget without a podTemplate.
func base(name, spec any) object {
	labels := object{"widget": name}
	container := object{"name": "widget", "image": spec.(object)["image"], "args": []string{"--listen=:8080"}}
	template := object{"metadata": object{"labels": labels}, "spec": object{"containers": []object{container}}}
	return object{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": object{"name": name},
		"spec": object{"selector": object{"matchLabels": labels}, "template": template}}
}

// merge asks podgraft. (An operator starts it once, and sends a line for each Widget.)
func merge(base object, podTemplate any) (result object) {
	var answer struct {
		Result   object
		Warnings []message
		Error    *message
	}
	request, _ := json.Marshal(object{"base": base, "patch": object{"spec": object{"template": podTemplate}}})
	podgraft := exec.Command("podgraft", "patch", "--batch", "--dialect", "extended")
	podgraft.Stdin = strings.NewReader(string(request) + "\n")
	if output, err := podgraft.Output(); err != nil || json.Unmarshal(output, &answer) != nil {
		log.Fatalf("podgraft gave no answer: %v", err)
	} else if at := answer.Error; at != nil {
		log.Fatalf("error[%s] %s: %s", at.Code, at.Path, at.Message)
	}
	for _, at := range answer.Warnings {
		log.Printf("warning[%s] %s: %s", at.Code, at.Path, at.Message)
	}
	return answer.Result
}

func main() {
	log.SetFlags(0)
	if os.Args[1] == "crd" {
		crd, _ := os.ReadFile("../widgets/crd.yaml")
		schema, _ := os.ReadFile("../../crds/schema/partial-pod-template.json")
		os.Stdout.WriteString(strings.Replace(string(crd), "PARTIAL_POD_TEMPLATE", strings.TrimSpace(string(schema)), 1))
	} else {
		widget := struct{ Metadata, Spec object }{Spec: object{"podTemplate": object{}}}
		json.NewDecoder(os.Stdin).Decode(&widget)
		json.NewEncoder(os.Stdout).Encode(merge(base(widget.Metadata["name"], widget.Spec), widget.Spec["podTemplate"]))
	}
}
