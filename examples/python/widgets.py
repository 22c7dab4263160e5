"""An operator for Widgets that lets podgraft merge the podTemplate of a Widget into its Deployment.

python3 widgets.py crd                              the CRD, with the schema of partial pod templates in it
python3 widgets.py render < ../widgets/cache.json   the Deployment
"""

import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent


def base(name, spec):
    """The Deployment that the operator makes of a Widget without a podTemplate."""
    labels = {"widget": name}
    container = {"name": "widget", "image": spec["image"], "args": ["--listen=:8080"]}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {"selector": {"matchLabels": labels}, "template": template}}


def merge(base, pod_template):
    """Asks podgraft. (An operator starts it once, and sends a line for each Widget.)"""
    request = json.dumps({"base": base, "patch": {"spec": {"template": pod_template}}}) + "\n"
    command = ["podgraft", "patch", "--batch", "--dialect", "extended"]
    answer = json.loads(subprocess.run(command, input=request, stdout=subprocess.PIPE, text=True, check=True).stdout)
    if "error" in answer:
        sys.exit("error[{code}] {path}: {message}".format(**answer["error"]))
    for warning in answer.get("warnings", []):
        print("warning[{code}] {path}: {message}".format(**warning), file=sys.stderr)
    return answer["result"]


def crd():
    """The CRD, with the schema of partial pod templates in it: JSON is YAML, too."""
    schema = (HERE / "../../crds/schema/partial-pod-template.json").read_text().strip()
    return (HERE / "../widgets/crd.yaml").read_text().replace("PARTIAL_POD_TEMPLATE", schema)


if sys.argv[1] == "crd":
    print(crd(), end="")
else:
    widget = json.load(sys.stdin)
    merged = merge(base(widget["metadata"]["name"], widget["spec"]), widget["spec"].get("podTemplate", {}))
    print(json.dumps(merged, separators=(",", ":"), sort_keys=True))
