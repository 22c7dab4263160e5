#!/usr/bin/env python3
"""Records which pods a real kube-apiserver refuses.

    python conformance/judge/record.py https://127.0.0.1:6443 TOKEN

creates nothing: each pod is sent as the template of a Job, and if that is accepted, as a Pod, both
with dryRun=All. The token needs the right to create Jobs and Pods; --allow-privileged must be set.
Writes conformance/judge/recorded.json, which the tests of crates/podgraft-pod/src/validity compare with. Each
line holds edits of a plain pod (JSON pointer and new value; "-" appends) and whether it is refused.
"""

import copy
import json
import pathlib
import ssl
import sys
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
BASE = {
    "metadata": {"labels": {"app": "checkout"}},
    "spec": {
        "restartPolicy": "Never",
        "initContainers": [{"name": "prepare", "image": "busybox:1"}],
        "containers": [{"name": "locust", "image": "locust:1", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}],
        "volumes": [{"name": "data", "emptyDir": {}}],
    },
}
C, I, S, V = "/spec/containers/0", "/spec/initContainers/0", "/spec", "/spec/volumes/0"
LONG = "a" * 64
CLAIM = {"kind": "PersistentVolumeClaim", "name": "a"}
# Of iSCSI targets.
NAMES = ["iqn.2001-04.com.example:x", "iqn.2001-04.com.example", "iqn.2001-4.com:x", "iqn.2001-04.com.example:", "iqn.2001-04.:x", "iqn.2001-04.a:x y", "iqn.2001-04.a:x,y", "iqn.2001-04.a_b:x", "iqn.2001-04.a:b:c",
         "iqnx", "iqn", "iqniqn.2001-04.a:b", "iqn:iqn.2001-04.a:b", "iqn.2001-04.a:é", "iqn.2001-04.a:x\ny", "iqn.2001-04.a:x\x0by", "eui." + "a" * 16, "eui-" + "A" * 16, "eui." + "a" * 15, "eui." + "a" * 17, "eui" + "a" * 16,
         "naa." + "1" * 32, "naa." + "1" * 16, "naa.", "x", "éa", "IQN.2001-04.a:b", "eui\u00e9" + "a" * 16]
SIGNERS = ["a.b/c", "a/c", "a.b", "a.b/c/d", "a.b/", "/c", "A.b/c", "a.b/C", "a.b/c.d", "a.b/c.", "a..b/c", "a.b/c d", "kubernetes.io/c", LONG + ".b/c", "a.b/" + LONG, "a.b/" + "c" * 253, "a.b/" + "c" * 254,
           ".".join(["a" * 63] * 4) + "/c", ".".join(["a" * 63] * 3 + ["b" * 61]) + "/c", "a.b/" + ".".join(["c" * 253] * 2), "a.b/" + ".".join(["c" * 253] * 3), ""]


def each(pointer, *values):
    return [[[pointer, value]] for value in values]


def cases():
    yield []
    yield from metadata()
    yield from containers()
    yield from environment()
    yield from mounts()
    yield from handlers()
    yield from volumes()
    yield from resources()
    yield from security()
    yield from scheduling()
    yield from pods()
    yield from together()
    yield from annotations()
    yield from windows()
    yield from seldom()


def seldom():
    """What random pods with rarely used fields brought to light."""
    for overhead in [{"a": "1"}, {"cpu": "1"}, {"nvidia.com/gpu": "1"}, {"A.b/c": "1"}, {"": "1"}, {"hugepages-2Mi": "2Mi"}, {"hugepages-2Mi": "2Mi", "cpu": "1"}]:
        yield [["/spec/overhead", overhead]]
    for options in [["noexec"], ["x"], ["noexec", "noexec"]]:
        yield [[C + "/volumeMounts/0/bindMountOptions", options]]
    yield from each("/spec/evictionResponders", [{}], [{"name": "a"}], [{"name": "a", "priority": "x"}])
    yield [["/spec/volumes/-", {"name": "more", "scaleIO": {"gateway": "a", "system": "b", "volumeName": "c"}}]]
    yield from each(I + "/lifecycle", {"stopSignal": "SIGTERM"}, {"stopSignal": None}, {"stopSignal": "x", "preStop": {"sleep": {"seconds": 1}}})
    for keys in [["app", "app"], ["a", "a"], ["app", "a"]]:
        yield [["/spec/topologySpreadConstraints", [{"maxSkew": 1, "topologyKey": "k", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {}, "matchLabelKeys": keys}]]]
        for field in ["matchLabelKeys", "mismatchLabelKeys"]:
            yield [["/spec/affinity", {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "k", "labelSelector": {}, field: keys}]}}]]
    for value in [[], [{"name": "net.core.somaxconn", "value": "1"}]]:
        yield [["/spec/os", {"name": "windows"}], ["/spec/securityContext", {"sysctls": value}]]
    for length in [58, 59, 60]:
        portal = {"targetPortal": "p" * length, "iqn": NAMES[0], "lun": 0}
        yield [["/spec/volumes/-", {"name": "more", "iscsi": portal}]]
        yield [["/spec/volumes/-", {"name": "more", "iscsi": {**portal, "initiatorName": NAMES[0]}}]]


def annotations():
    """Annotations that Kubernetes itself reads."""
    at = lambda key: "/metadata/annotations/" + key.replace("/", "~1")
    whole, own = at("seccomp.security.alpha.kubernetes.io/pod"), at("container.seccomp.security.alpha.kubernetes.io/locust")
    profiles = ["runtime/default", "docker/default", "unconfined", "localhost/a", "localhost/b", "localhost/", "localhost//a", "localhost/../a", "other", ""]
    fields = [{"type": "RuntimeDefault"}, {"type": "Unconfined"}, {"type": "Localhost", "localhostProfile": "a"}]
    for key in [whole, own, own + "x", at("container.seccomp.security.alpha.kubernetes.io/prepare")]:
        yield from each(key, *profiles)
        for field in fields:
            for value in profiles[:5]:
                for place in (S, C, I):
                    yield [[key, value], [place + "/securityContext", {"seccompProfile": field}]]
    mirror = at("kubernetes.io/config.mirror")
    yield from each(mirror, "x", "")
    yield [[mirror, "x"], ["/spec/nodeName", "n"]]
    yield [[mirror, "x"], ["/spec/nodeName", "n"], ["/spec/resourceClaims", [{"name": "a", "resourceClaimName": "x"}]]]
    one = lambda text: "[" + text + "]"
    yield from each(at("scheduler.alpha.kubernetes.io/tolerations"), "", "x", "[]", "null", "{}", "[1]", "[null]", one('{"key": "a", "operator": "Exists"}'),
                    one('{"Key": "a", "OPERATOR": "Exists"}'), one('{"key": "a b", "operator": "Exists"}'), one('{"key": "a", "operator": "Exists", "value": "x"}'),
                    one('{"key": "a", "effect": "x"}'), one('{"key": 1}'), one('{"key": "a", "tolerationSeconds": 1}'), one('{"key": "a", "tolerationSeconds": "1"}'),
                    one('{"key": "a", "effect": "NoExecute", "tolerationSeconds": 1}'), one('{"key": "a", "more": 1}'), one('{"value": "a"}'), " [] ", "[] x",
                    one('{"key": "a", "effect": "NoExecute", "tolerationSeconds": 1.5}'), one('{"key": "a", "value": null}'), one("{}"))
    yield from each(at("controller.kubernetes.io/pod-deletion-cost"), "0", "1", "-1", "+1", "01", "-01", "-0", "", "-", "2147483647", "2147483648", "-2147483648", "1.0", " 1", "a", "1_0", "\u0661")


def windows():
    """Security contexts of pods on Windows."""
    users = ["", "a", "a b", " ", ".", ". .", "a\\b", "a\\b\\c", "\\a", "a\\", "a.b\\c", ".a\\c", "a:b\\c", "A" * 16 + "\\c", "A" * 15 + "\\c", "a_b\\c", "a" * 16 + "_\\c",
             "a\tb", "a\x7fb", "a" * 104, "a" * 105, "é" * 53, "a@b", "a/b", "a[b", "a=b", "NT AUTHORITY\\SYSTEM", "-a.b.c.d.e.f.g.h.i\\x", "a" * 256 + "\\b", "." .join(["a" * 63] * 4) + "\\b"]
    for place in (C, S):
        options = place + "/securityContext/windowsOptions"
        yield from ([[options, {"runAsUserName": user}]] for user in users)
        for name in ["gmsaCredentialSpecName", "gmsaCredentialSpec"]:
            yield from ([[options, {name: text}]] for text in ["", "a", "A", "a.b", "a_b"])
    host = lambda place, value: [place + "/securityContext/windowsOptions", {"hostProcess": value}]
    net = ["/spec/hostNetwork", True]
    for edits in [[host(S, True)], [host(S, True), net], [host(S, False)], [host(C, True), net], [host(C, True), host(I, True), net], [host(C, True), host(I, True)],
                  [host(S, True), host(C, False), net], [host(S, False), host(C, True), net], [host(S, False), host(C, True), host(I, True), net], [host(C, False)], [host(S, True), host(C, True), net],
                  [host(C, True), host(I, False), net], [host(S, None), host(C, True), host(I, True), net], [host(S, True), host(C, None), net]]:
        yield edits


def together():
    """Fields that are legal one by one."""
    yield [["/spec/hostNetwork", True], [C + "/ports", [{"containerPort": 80}, {"containerPort": 80}]]]
    yield [["/spec/hostNetwork", True], [I + "/ports", [{"containerPort": 80}, {"containerPort": 80}]]]
    yield [["/spec/hostNetwork", True], ["/spec/containers/-", {"name": "b", "image": "x", "ports": [{"containerPort": 80}]}], [C + "/ports", [{"containerPort": 80}]]]
    yield [["/spec/hostNetwork", True], [C + "/ports", [{"containerPort": 80}, {"containerPort": 80, "protocol": "UDP"}]]]
    for limit in ["1", "3"]:
        yield [["/spec/resources", {"requests": {"cpu": "2"}}], [C + "/resources", {"limits": {"cpu": limit}}]]
        yield [["/spec/resources", {"limits": {"cpu": "2"}}], [C + "/resources", {"requests": {"cpu": limit}}]]
        yield [["/spec/resources", {"limits": {"cpu": "2"}, "requests": {"cpu": "1"}}], [C + "/resources", {"requests": {"cpu": limit}}]]
        yield [["/spec/resources", {"limits": {"cpu": "2"}}], [I + "/resources", {"requests": {"cpu": limit}}]]
    armor = "/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1locust"
    for place in (C, S):
        for profile in [{"type": "RuntimeDefault"}, {"type": "Unconfined"}, {"type": "Localhost", "localhostProfile": "a"}]:
            for value in ["runtime/default", "unconfined", "localhost/a", "localhost/b"]:
                yield [[armor, value], [place + "/securityContext", {"appArmorProfile": profile}]]
        for name in ["linux", "windows"]:
            yield [["/spec/os", {"name": name}], [place + "/securityContext", {"windowsOptions": {}}]]
            yield [["/spec/os", {"name": name}], [place + "/securityContext", {"runAsUser": 1}]]
    for name, value in [("hostUsers", True), ("hostPID", True), ("hostIPC", True), ("shareProcessNamespace", False), ("resources", {})]:
        yield [["/spec/os", {"name": "windows"}], ["/spec/" + name, value]]
    for name, value in [("privileged", False), ("capabilities", {}), ("readOnlyRootFilesystem", True), ("runAsNonRoot", True), ("procMount", "Default")]:
        yield [["/spec/os", {"name": "windows"}], [C + "/securityContext", {name: value}]]


def metadata():
    names = ["ok", "-x", "x-", "a/b", "a/b/c", "A.b_c", "/x", "x/", "", LONG, "a" * 63, "é", "a b", "Up/x", "up./x", "a.b/X_y", "1"]
    for name in names:
        yield [["/metadata/labels/" + name.replace("/", "~1"), "v"]]
        yield [["/metadata/annotations/" + name.replace("/", "~1"), "any thing"]]
    yield from each("/metadata/labels/x", "", "a", "-", "a b", "a_", "A.b-c_d", LONG, "a" * 63, 1, None, True)
    yield from each("/metadata/annotations/x", "", "é", 1)
    armor = "/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1"
    for name in ["locust", "prepare", "none"]:
        for value in ["runtime/default", "unconfined", "localhost/x", "", "other"]:
            yield [[armor + name, value]]


def containers():
    names = ["a", "A", "a.b", "a_b", "-a", "a-", "", LONG, "a" * 63, "locust", "prepare", "data", 5, None]
    for name in names:
        yield [["/spec/containers/-", {"name": name, "image": "x"}]]
        yield [["/spec/initContainers/-", {"name": name, "image": "x"}]]
    yield from each(C + "/image", "", " x", "x ", "x y", "x:latest", "\tx", 1, None)
    yield from each(C + "/imagePullPolicy", "Always", "IfNotPresent", "Never", "", "always", None, 1)
    yield from each(C + "/terminationMessagePolicy", "File", "FallbackToLogsOnError", "", "x")
    for place in (C, I):
        yield from each(place + "/restartPolicy", "Always", "Never", "OnFailure", "", "x")
        rules = [
            [{"action": "Restart", "exitCodes": {"operator": "In", "values": [1]}}],
            [{"action": "RestartAllContainers", "exitCodes": {"operator": "In", "values": [1]}}],
            [{"action": "x", "exitCodes": {"operator": "In", "values": [1]}}],
            [{"action": "Restart", "exitCodes": {"operator": "x", "values": [1]}}],
            [{"action": "Restart"}], [{"exitCodes": {"operator": "In"}}], [],
            [{"action": "Restart", "exitCodes": {"operator": "NotIn", "values": []}}] * 21,
        ]
        for rule in rules:
            yield [[place + "/restartPolicyRules", rule]]
            for policy in ["Never", "Always", "OnFailure"]:
                yield [[place + "/restartPolicyRules", rule], [place + "/restartPolicy", policy]]
        for resize in [
            [{"resourceName": "cpu", "restartPolicy": "NotRequired"}], [{"resourceName": "cpu", "restartPolicy": "RestartContainer"}],
            [{"resourceName": "x", "restartPolicy": "NotRequired"}], [{"resourceName": "cpu", "restartPolicy": "x"}],
            [{"resourceName": "cpu", "restartPolicy": "NotRequired"}] * 2, [{"resourceName": "cpu"}],
        ]:
            yield [[place + "/resizePolicy", resize]]
            yield [[place + "/resizePolicy", resize], [S + "/restartPolicy", "OnFailure"]]
        port = lambda **more: [{"containerPort": 80, **more}]
        for ports in [
            port(), port(name="web"), port(name="Web"), port(name="a--b"), port(name="-a"), port(name="a-"), port(name="1"),
            port(name="a" * 15), port(name="a" * 16), port(name="1a"), port(name=""), port(protocol="TCP"), port(protocol="tcp"),
            port(protocol="SCTP"), port(protocol=""), port(hostPort=0), port(hostPort=80), port(hostPort=65536), port(hostPort=-1),
            port(hostIP="x"), [{"containerPort": 0}], [{"containerPort": 65536}], [{"containerPort": -1}], [{"containerPort": "80"}],
            [{"containerPort": 4294967376}], [{}], port() + port(), port(name="a") + [{"containerPort": 81, "name": "a"}],
            port(hostPort=80) + [{"containerPort": 81, "hostPort": 80}], port(hostPort=80) + [{"containerPort": 81, "hostPort": 80, "protocol": "UDP"}],
            port(hostPort=80) + [{"containerPort": 81, "hostPort": 80, "hostIP": "1.1.1.1"}], [{"containerPort": None}], "80", {"a": 1},
        ]:
            yield [[place + "/ports", ports]]
    yield [["/spec/containers/-", {"name": "b", "image": "x", "ports": [{"containerPort": 1, "hostPort": 80}]}], [C + "/ports", [{"containerPort": 80, "hostPort": 80}]]]
    yield [[I + "/ports", [{"containerPort": 80, "hostPort": 80}]], [C + "/ports", [{"containerPort": 80, "hostPort": 80}]]]
    for ports in [[{"containerPort": 80}], [{"containerPort": 80, "hostPort": 80}], [{"containerPort": 80, "hostPort": 81}]]:
        yield [["/spec/hostNetwork", True], [C + "/ports", ports]]
    yield from each("/spec/containers", [], None, {}, "x")
    yield from each("/spec/initContainers", [], None, {})
    yield from each("/spec/ephemeralContainers", [], [{"name": "debug", "image": "x"}])
    yield from each(C + "/args", [], ["a"], "a", [1], [None], {"a": "b"})
    yield from each(C + "/command", None, ["a"], "a")
    yield from each(C + "/tty", True, "true", "yes", 1)
    yield from each(C + "/workingDir", "/x", "x", 1)


def environment():
    for name in ["A", "a.b-c", "1A", "a b", "", "a=b", "é", "..a", "a\tb", "~", None, 1, "."]:
        yield [[C + "/env", [{"name": name, "value": "x"}]]]
    yield from each(C + "/env", [{"value": "x"}], [{"name": "A"}], [{"name": "A"}, {"name": "A", "value": "b"}], [{"name": "A", "value": 1}],
                    [{"name": "A", "value": True}], {"A": "b"}, [])
    sources = [
        {}, {"fieldRef": {"fieldPath": "metadata.name"}}, {"fieldRef": {}}, {"fieldRef": {"fieldPath": ""}},
        {"fieldRef": {"fieldPath": "metadata.labels"}}, {"fieldRef": {"fieldPath": "metadata.labels['a']"}},
        {"fieldRef": {"fieldPath": "metadata.labels['a b']"}}, {"fieldRef": {"fieldPath": "metadata.labels[a]"}},
        {"fieldRef": {"fieldPath": "metadata.annotations['A/B']"}}, {"fieldRef": {"fieldPath": "metadata.name['a']"}},
        {"fieldRef": {"fieldPath": "spec.nodeName"}}, {"fieldRef": {"fieldPath": "spec.host"}}, {"fieldRef": {"fieldPath": "spec.restartPolicy"}},
        {"fieldRef": {"fieldPath": "status.podIP", "apiVersion": "v1"}}, {"fieldRef": {"fieldPath": "status.podIP", "apiVersion": "v2"}},
        {"fieldRef": {"fieldPath": "status.phase"}}, {"fieldRef": {"fieldPath": "status.hostIPs"}}, {"fieldRef": {"fieldPath": "metadata.uid"}},
        {"resourceFieldRef": {"resource": "limits.cpu"}}, {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"}},
        {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1k"}}, {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}},
        {"resourceFieldRef": {"resource": "limits.memory", "divisor": "2Mi"}}, {"resourceFieldRef": {"resource": "limits.x"}},
        {"resourceFieldRef": {"resource": ""}}, {"resourceFieldRef": {}}, {"resourceFieldRef": {"resource": "requests.hugepages-2Mi"}},
        {"resourceFieldRef": {"resource": "limits.memory", "divisor": "0"}}, {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1m"}},
        {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1000m"}}, {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1024"}},
        {"configMapKeyRef": {"name": "a", "key": "b"}}, {"configMapKeyRef": {"name": "A", "key": "b"}}, {"configMapKeyRef": {"key": "b"}},
        {"configMapKeyRef": {"name": "a"}}, {"configMapKeyRef": {"name": "a", "key": "a b"}}, {"configMapKeyRef": {"name": "a", "key": ".."}},
        {"configMapKeyRef": {"name": "a", "key": "..a"}}, {"configMapKeyRef": {"name": "a", "key": "."}}, {"configMapKeyRef": {"name": "", "key": "b"}},
        {"secretKeyRef": {"name": "a.b", "key": ".a"}}, {"secretKeyRef": {"name": "a_b", "key": "a"}}, {"secretKeyRef": {"name": "a", "key": "", "optional": True}},
        {"fileKeyRef": {"key": "A", "path": "a", "volumeName": "data"}}, {"fileKeyRef": {"key": "A", "path": "a", "volumeName": "none"}},
        {"fileKeyRef": {"key": "A", "path": "../a", "volumeName": "data"}}, {"fileKeyRef": {"key": "A=", "path": "a", "volumeName": "data"}},
        {"secretKeyRef": {"name": "a", "key": "a"}, "configMapKeyRef": {"name": "a", "key": "b"}},
    ]
    for source in sources:
        yield [[C + "/env", [{"name": "A", "valueFrom": source}]]]
    yield [[C + "/env", [{"name": "A", "value": "x", "valueFrom": sources[1]}]]]
    yield [[C + "/env", [{"name": "A", "value": "", "valueFrom": sources[1]}]]]
    yield from each(C + "/envFrom", [{}], [{"configMapRef": {"name": "a"}}], [{"configMapRef": {}}], [{"configMapRef": {"name": "A"}}],
                    [{"secretRef": {"name": "a"}, "configMapRef": {"name": "a"}}], [{"prefix": "A=", "secretRef": {"name": "a"}}],
                    [{"prefix": "1", "secretRef": {"name": "a"}}], [{"prefix": "", "secretRef": {"name": "a-"}}], [{"secretRef": {"name": ""}}])


def mounts():
    mount = lambda **more: [{"name": "data", "mountPath": "/data", **more}]
    for value in [
        mount(), mount(name="none"), mount(name=""), mount(mountPath=""), mount(mountPath="x"), mount(mountPath="/a/../b"), mount(mountPath="/a:b"),
        mount(subPath="a"), mount(subPath="/a"), mount(subPath="a/../b"), mount(subPath="..a"), mount(subPath=""), mount(subPathExpr="$(A)"),
        mount(subPathExpr="/$(A)"), mount(subPath="a", subPathExpr="b"), mount(subPath="", subPathExpr="b"), mount() + mount(),
        mount() + mount(mountPath="/data/"), mount(mountPropagation="None"), mount(mountPropagation="HostToContainer"),
        mount(mountPropagation="Bidirectional"), mount(mountPropagation=""), mount(mountPropagation="x"), mount(readOnly=True),
        mount(recursiveReadOnly="Enabled"), mount(recursiveReadOnly="Enabled", readOnly=True), mount(recursiveReadOnly="Disabled"),
        mount(recursiveReadOnly="x"), mount(recursiveReadOnly="IfPossible", readOnly=True, mountPropagation="HostToContainer"),
        mount(recursiveReadOnly=""), [{"name": "data"}], [{"mountPath": "/x"}], mount(readOnly="true"), mount(bindMountOptions=[]),
    ]:
        yield [[C + "/volumeMounts", value]]
        yield [[I + "/volumeMounts", value]]
    yield [[C + "/volumeMounts", mount(mountPropagation="Bidirectional")], [C + "/securityContext", {"privileged": True}]]
    claim = {"name": "disk", "persistentVolumeClaim": {"claimName": "c"}}
    for device in [{"name": "disk", "devicePath": "/d"}, {"name": "data", "devicePath": "/d"}, {"name": "none", "devicePath": "/d"},
                   {"name": "disk", "devicePath": ""}, {"name": "disk", "devicePath": "/a/../d"}, {"name": "disk", "devicePath": "/data"}]:
        yield [["/spec/volumes/-", claim], [C + "/volumeDevices", [device]]]
    yield [["/spec/volumes/-", claim], [C + "/volumeDevices", [{"name": "disk", "devicePath": "/d"}] * 2]]
    yield [["/spec/volumes/-", claim], [C + "/volumeDevices", [{"name": "disk", "devicePath": "/d"}, {"name": "disk", "devicePath": "/e"}]]]
    yield [["/spec/volumes/-", claim], [C + "/volumeDevices", [{"name": "disk", "devicePath": "/d"}]], [C + "/volumeMounts/-", {"name": "disk", "mountPath": "/e"}]]
    yield [["/spec/volumes/-", claim], ["/spec/hostUsers", False], [C + "/volumeDevices", [{"name": "disk", "devicePath": "/d"}]]]


def handlers():
    actions = [
        {}, {"exec": {"command": ["a"]}}, {"exec": {"command": []}}, {"exec": {}}, {"httpGet": {"port": 80}}, {"httpGet": {"port": "web"}},
        {"httpGet": {"port": "Web"}}, {"httpGet": {"port": 0}}, {"httpGet": {"port": 65536}}, {"httpGet": {"port": "80"}}, {"httpGet": {}},
        {"httpGet": {"port": 80, "scheme": "HTTPS"}}, {"httpGet": {"port": 80, "scheme": "http"}}, {"httpGet": {"port": 80, "path": ""}},
        {"httpGet": {"port": 80, "httpHeaders": [{"name": "X-A", "value": "b"}]}}, {"httpGet": {"port": 80, "httpHeaders": [{"name": "X A", "value": "b"}]}},
        {"httpGet": {"port": 80, "httpHeaders": [{"name": "X-A"}]}}, {"httpGet": {"port": 80, "httpHeaders": [{"value": "b"}]}}, {"httpGet": {"port": ""}},
        {"tcpSocket": {"port": 1}}, {"tcpSocket": {}}, {"tcpSocket": {"port": "a--b"}}, {"tcpSocket": {"port": 1}, "exec": {"command": ["a"]}},
    ]
    for kind in ["livenessProbe", "readinessProbe", "startupProbe"]:
        for action in actions + [{"grpc": {"port": 1}}, {"grpc": {"port": 0}}, {"grpc": {"port": 70000}}, {"grpc": {}}, {"grpc": {"port": 1, "service": ""}}]:
            yield [[f"{C}/{kind}", action]]
        ok = {"exec": {"command": ["a"]}}
        for field in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold", "terminationGracePeriodSeconds"]:
            for number in [-1, 0, 1, 2]:
                yield [[f"{C}/{kind}", {**ok, field: number}]]
        yield [[f"{I}/{kind}", ok]]
        yield [[f"{I}/{kind}", ok], [I + "/restartPolicy", "Always"]]
        yield [[f"{I}/{kind}", {}], [I + "/restartPolicy", "Always"]]
    for hook in ["postStart", "preStop"]:
        for action in actions + [{"sleep": {"seconds": number}} for number in [-1, 0, 5, 30, 31]] + [{"sleep": {}}, {"grpc": {"port": 1}}]:
            yield [[C + "/lifecycle", {hook: action}]]
        yield [[C + "/lifecycle", {hook: {"sleep": {"seconds": 40}}}], ["/spec/terminationGracePeriodSeconds", 60]]
    yield from each(C + "/lifecycle", {}, {"stopSignal": "SIGTERM"}, {"stopSignal": ""})
    yield [[C + "/lifecycle", {"stopSignal": "SIGUSR1"}], ["/spec/os", {"name": "linux"}]]
    yield [[C + "/lifecycle", {"stopSignal": "SIGX"}], ["/spec/os", {"name": "linux"}]]
    yield from each(I + "/lifecycle", {}, {"preStop": {"exec": {"command": ["a"]}}})


def volumes():
    for name in ["a", "A", "a.b", "", LONG, "data", "-a", None]:
        yield [["/spec/volumes/-", {"name": name, "emptyDir": {}}]]
    item = lambda **more: [{"key": "a", "path": "a", **more}]
    items = [item(), item(path="/a"), item(path="../a"), item(path="..a"), item(path="a/../b"), item(path=""), item(key=""), item(mode=0o777),
             item(mode=0o1000), item(mode=-1), [{"key": "a"}], [{"path": "a"}], item() + item(), []]
    down = [{"path": "a", "fieldRef": {"fieldPath": "metadata.labels"}}, {"path": "a", "fieldRef": {"fieldPath": "spec.nodeName"}}, {"path": "a"},
            {"path": "a", "resourceFieldRef": {"resource": "limits.cpu"}}, {"path": "a", "resourceFieldRef": {"resource": "limits.cpu", "containerName": "locust"}},
            {"path": "/a", "fieldRef": {"fieldPath": "metadata.name"}}, {"path": "a", "fieldRef": {"fieldPath": "metadata.name"}, "mode": 512},
            {"path": "a", "fieldRef": {"fieldPath": "metadata.labels['x']"}}, {"fieldRef": {"fieldPath": "metadata.name"}},
            {"path": "a", "fieldRef": {"fieldPath": "metadata.name"}, "resourceFieldRef": {"resource": "limits.cpu", "containerName": "a"}}]
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    template = lambda **more: {"ephemeral": {"volumeClaimTemplate": {"spec": {**claim, **more}}}}
    sources = [
        {}, {"emptyDir": {}, "hostPath": {"path": "/x"}}, {"emptyDir": {"sizeLimit": "1Gi"}}, {"emptyDir": {"sizeLimit": "-1"}}, {"emptyDir": {"sizeLimit": "x"}},
        {"emptyDir": {"medium": "Memory"}}, {"emptyDir": {"medium": "x"}}, {"emptyDir": None}, {"emptyDir": {"sizeLimit": 5}}, {"emptyDir": {"sizeLimit": ""}},
        {"hostPath": {"path": "/x"}}, {"hostPath": {"path": "x"}}, {"hostPath": {"path": "/a/../b"}}, {"hostPath": {"path": ""}}, {"hostPath": {}},
        {"hostPath": {"path": "/x", "type": "Directory"}}, {"hostPath": {"path": "/x", "type": "x"}}, {"hostPath": {"path": "/x", "type": ""}},
        {"configMap": {"name": "a"}}, {"configMap": {}}, {"configMap": {"name": ""}}, {"configMap": {"name": "A_b"}}, {"configMap": {"name": "a", "defaultMode": 512}},
        {"configMap": {"name": "a", "defaultMode": 0}}, {"secret": {"secretName": "a"}}, {"secret": {}}, {"secret": {"secretName": "A"}}, {"secret": {"name": "a"}},
        {"secret": {"secretName": "a", "defaultMode": -1}}, {"secret": {"secretName": "a", "optional": True}}, {"secret": {"secretName": "a", "defaultMode": "0644"}},
        {"persistentVolumeClaim": {"claimName": "a"}}, {"persistentVolumeClaim": {}}, {"persistentVolumeClaim": {"claimName": ""}},
        {"persistentVolumeClaim": {"claimName": "A b"}}, {"nfs": {"server": "a", "path": "/x"}}, {"nfs": {"server": "a", "path": "x"}}, {"nfs": {"server": "a"}},
        {"nfs": {"server": "", "path": "/x"}}, {"csi": {"driver": "a.b"}}, {"csi": {"driver": "A.b"}}, {"csi": {"driver": "a_b"}}, {"csi": {}}, {"csi": {"driver": LONG}},
        {"csi": {"driver": "a", "nodePublishSecretRef": {}}}, {"csi": {"driver": "a", "nodePublishSecretRef": {"name": "A"}}},
        {"image": {"reference": "x"}}, {"image": {}}, {"image": {"reference": "x", "pullPolicy": "x"}}, {"image": {"reference": ""}},
        {"gitRepo": {"repository": "x"}}, {"gitRepo": {"repository": "x", "directory": "/a"}}, {"gitRepo": {"repository": ""}}, {"gitRepo": {"repository": "x", "directory": "a/.."}},
        {"downwardAPI": {}}, {"downwardAPI": {"defaultMode": 512}}, {"projected": {}}, {"projected": {"sources": []}}, {"projected": {"sources": [{}]}},
        {"projected": {"defaultMode": 512, "sources": []}}, {"ephemeral": {}}, {"ephemeral": {"volumeClaimTemplate": {}}}, template(), template(accessModes=[]),
        template(accessModes=["x"]), template(accessModes=["ReadWriteOncePod"]), template(accessModes=["ReadWriteOncePod", "ReadOnlyMany"]),
        template(resources={}), template(resources={"requests": {"storage": "0"}}), template(resources={"requests": {"storage": "x"}}), template(resources={"requests": {"storage": "-1"}}),
        template(storageClassName="a"), template(storageClassName="A"), template(storageClassName=""), template(volumeMode="Block"), template(volumeMode="x"),
        {"ephemeral": {"volumeClaimTemplate": {"metadata": {"labels": {"a": "b"}}, "spec": claim}}}, {"ephemeral": {"volumeClaimTemplate": {"metadata": {"name": "b"}, "spec": claim}}},
        {"ephemeral": {"volumeClaimTemplate": {"metadata": {"labels": {"a": "b "}}, "spec": claim}}}, template(selector={"matchLabels": {"a": "b c"}}),
        {"iscsi": {"targetPortal": "a", "iqn": "iqn.2001-04.com.example:x", "lun": 0}}, {"iscsi": {"targetPortal": "a", "iqn": "", "lun": 0}},
        {"iscsi": {"targetPortal": "a", "iqn": "iqn.2001-04.com.example:x"}}, {"iscsi": {"targetPortal": "a", "iqn": "iqn.2001-04.com.example:x", "lun": 256}},
        {"rbd": {"monitors": ["a"], "image": "x"}}, {"rbd": {"monitors": [], "image": "x"}}, {"cephfs": {"monitors": ["a"]}}, {"cephfs": {"monitors": []}}, {"cephfs": {}},
        {"fc": {"targetWWNs": ["a"], "lun": 1}}, {"azureFile": {"secretName": "a", "shareName": "b"}}, {"azureFile": {"secretName": "a"}},
        {"azureDisk": {"diskName": "a", "diskURI": "/subscriptions/x", "kind": "Managed"}}, {"azureDisk": {"diskName": "a", "diskURI": "/subscriptions/x", "kind": "x"}},
        {"gcePersistentDisk": {"pdName": "a"}}, {"gcePersistentDisk": {"pdName": "a", "partition": 256}}, {"awsElasticBlockStore": {"volumeID": ""}},
        {"glusterfs": {"endpoints": "a", "path": "b"}}, {"glusterfs": {"endpoints": "a", "path": ""}}, {"vsphereVolume": {"volumePath": "a"}}, {"vsphereVolume": {"volumePath": ""}},
        {"flexVolume": {"driver": "a/b"}}, {"flexVolume": {}}, {"cinder": {"volumeID": "a"}}, {"cinder": {"volumeID": "a", "secretRef": {}}},
        {"portworxVolume": {"volumeID": "a"}}, {"quobyte": {"registry": "a:1", "volume": "b"}}, {"quobyte": {"registry": "", "volume": "b"}},
        {"scaleIO": {"gateway": "a", "system": "b", "secretRef": {"name": "x"}, "volumeName": "c"}}, {"scaleIO": {"gateway": "a", "system": "b", "secretRef": {"name": "x"}}},
        *({"iscsi": {"targetPortal": "a", "lun": 0, "iqn": name}} for name in NAMES), *({"iscsi": {"targetPortal": "a", "lun": 0, "iqn": NAMES[0], "initiatorName": name}} for name in NAMES + [""]),
        *({"iscsi": {"targetPortal": "a", "lun": 0, "iqn": NAMES[0], **more}} for more in [{"chapAuthDiscovery": True}, {"chapAuthSession": True}, {"chapAuthSession": True, "secretRef": {}}, {"chapAuthDiscovery": False}]),
        {"fc": {}}, {"fc": {"lun": 1}}, {"fc": {"targetWWNs": ["a"]}}, {"fc": {"targetWWNs": ["a"], "lun": 0}}, {"fc": {"targetWWNs": ["a"], "lun": 256}}, {"fc": {"targetWWNs": ["a"], "lun": -1}},
        {"fc": {"wwids": ["a"]}}, {"fc": {"wwids": ["a"], "lun": 256}}, {"fc": {"wwids": ["a"], "targetWWNs": ["b"]}}, {"fc": {"wwids": ["a"], "targetWWNs": ["b"], "lun": 1}}, {"fc": {"wwids": []}},
        *({"azureDisk": {"diskName": "a", "diskURI": uri, "kind": kind}} for uri in ["https://x", "/subscriptions/x", "x"] for kind in ["Managed", "Shared", "Dedicated", ""]), *({"azureDisk": {"diskName": "a", "diskURI": uri}} for uri in ["x", "https://x", "/subscriptions/x"]),
        *({"flexVolume": {"driver": "a/b", "options": {key: "v"}}} for key in ["a", "kubernetes.io/a", "a.kubernetes.io/b", "K8S.io", "k8s.io/a/b", "akubernetes.io/b", "a/kubernetes.io"]),
        {"flocker": {}}, {"flocker": {"datasetName": "a", "datasetUUID": "b"}}, {"flocker": {"datasetName": "a/b"}}, {"flocker": {"datasetUUID": "a/b"}}, {"flocker": {"datasetName": "", "datasetUUID": "b"}},
        *({"quobyte": {"registry": registry, "volume": "b"}} for registry in ["a", "a:1,b:2", "a:1,b", "[::1]:1", "::1:1", ":", "a:", "[a]b:1", "a:[1]", "[a:1"]), {"quobyte": {"registry": "a", "volume": "b", "tenant": "t" * 65}}, {"quobyte": {"registry": "a:1", "volume": "b", "tenant": "t" * 65}}, {"quobyte": {"registry": "a:1", "volume": "b", "tenant": "t" * 64}},
        *(template(**{field: source}) for field in ["dataSource", "dataSourceRef"] for source in [
            {"kind": "PersistentVolumeClaim", "name": "a"}, {"kind": "VolumeSnapshot", "name": "a"}, {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "a"}, {"apiGroup": "", "kind": "VolumeSnapshot", "name": "a"},
            {"apiGroup": "A_b", "kind": "X", "name": "a"}, {"kind": "", "name": "a"}, {"apiGroup": "a.b", "kind": "", "name": "a"}, {"kind": "PersistentVolumeClaim", "name": ""}, {"apiGroup": "a.b", "kind": "PersistentVolumeClaim", "name": "a b"}, {}]),
        template(dataSource=CLAIM, dataSourceRef=CLAIM), template(dataSource=CLAIM, dataSourceRef={**CLAIM, "name": "b"}), template(dataSource=CLAIM, dataSourceRef={**CLAIM, "apiGroup": ""}),
        template(dataSource={**CLAIM, "apiGroup": "a.b"}, dataSourceRef=CLAIM), template(dataSource={**CLAIM, "apiGroup": ""}, dataSourceRef={**CLAIM, "apiGroup": ""}),
        *(template(dataSourceRef={**CLAIM, "namespace": namespace}) for namespace in ["a", "A", "a.b", ""]), template(dataSource=CLAIM, dataSourceRef={**CLAIM, "namespace": "a"}), template(dataSource=CLAIM, dataSourceRef={**CLAIM, "namespace": ""}),
        {"storageos": {"volumeName": "a"}}, {"storageos": {"volumeName": "A"}}, {"photonPersistentDisk": {"pdID": "a"}}, {"flocker": {"datasetName": "a"}},
    ]
    sources += [{"configMap": {"name": "a", "items": value}} for value in items] + [{"secret": {"secretName": "a", "items": value}} for value in items]
    sources += [{"downwardAPI": {"items": [value]}} for value in down]
    projections = [{"configMap": {"name": "a", "items": value}} for value in items] + [{"downwardAPI": {"items": [value]}} for value in down] + [
        {"secret": {"name": "a"}}, {"secret": {}}, {"configMap": {"name": "A"}}, {"secret": {"name": "a"}, "configMap": {"name": "a"}},
        {"serviceAccountToken": {"path": "t"}}, {"serviceAccountToken": {}}, {"serviceAccountToken": {"path": "/t"}}, {"serviceAccountToken": {"path": "t", "expirationSeconds": 599}},
        {"serviceAccountToken": {"path": "t", "expirationSeconds": 600}}, {"serviceAccountToken": {"path": "t", "expirationSeconds": 4294967297}},
        *(certificate(signerName=name) for name in SIGNERS), *({"clusterTrustBundle": {"signerName": name, "path": "b"}} for name in SIGNERS),
        *(certificate(keyType=kind) for kind in ["RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519", "RSA2048", "", None]),
        *(certificate(maxExpirationSeconds=seconds) for seconds in [0, 3599, 3600, 86400, 86401, 7862400, 7862401, None]),
        *(certificate(signerName=name, maxExpirationSeconds=seconds) for name in ["kubernetes.io/x", "a.kubernetes.io/x", "akubernetes.io/x"] for seconds in [86400, 86401]),
        *(certificate(userAnnotations=notes) for notes in [{}, {"a": "b"}, {"a.b/c": "d"}, {"A.b/C": "d"}, {"a/b/c": "d"}, {"a b/c": "d"}, {"a/c": ""}, {"": "a"}]),
        *(certificate(**paths) for paths in [{"credentialBundlePath": None}, {"credentialBundlePath": ""}, {"credentialBundlePath": "/a"}, {"credentialBundlePath": "..a"}, {"credentialBundlePath": "a/../b"}, {"keyPath": "bundle"}, {"keyPath": "k", "certificateChainPath": "k"},
            {"keyPath": "k", "certificateChainPath": "c"}, {"credentialBundlePath": None, "keyPath": "k"}, {"credentialBundlePath": None, "certificateChainPath": "k"}, {"keyPath": "/k"}, {"certificateChainPath": "../k"}]),
        *({"clusterTrustBundle": {"name": name, "path": "b"}} for name in ["", "A", "a.b", "a:b", "a.b:c:d", "a/b:c", ":a", "a:", "a:B", "a::b"]),
        *({"clusterTrustBundle": {**bundle, "path": "b"}} for bundle in [{"name": "a", "labelSelector": {}}, {"signerName": "a.b/c", "labelSelector": {}}, {"signerName": "a.b/c", "labelSelector": {"matchLabels": {"a": "b c"}}}, {"labelSelector": {"matchLabels": {"a": "b c"}}}, {"signerName": ""}, {"name": "", "signerName": ""}]),
        {"clusterTrustBundle": {"name": "a", "path": ""}}, {"clusterTrustBundle": {"name": "a", "path": "/a"}}, {"clusterTrustBundle": {"name": "a"}},
        {"clusterTrustBundle": {"name": "a", "path": "b"}}, {"clusterTrustBundle": {"path": "b"}}, {"clusterTrustBundle": {"name": "a", "signerName": "a.b/c", "path": "b"}},
    ]
    sources += [{"projected": {"sources": [value]}} for value in projections]
    sources.append({"projected": {"sources": [{"configMap": {"name": "a", "items": item()}}, {"secret": {"name": "b", "items": item()}}]}})
    bundle = {"clusterTrustBundle": {"name": "a", "path": "bundle"}}
    key = lambda path: {"secret": {"name": "a", "items": [{"key": "a", "path": path}]}}
    sources += [{"projected": {"sources": value}} for value in [
        [certificate(), certificate()], [certificate(), certificate(credentialBundlePath="other")], [certificate(), bundle], [bundle, bundle], [certificate(), key("bundle")], [key("k"), certificate(keyPath="k")],
        [key("c"), certificate(certificateChainPath="c")], [bundle, key("bundle")], [bundle, key("other")], [certificate(), {"serviceAccountToken": {"path": "bundle"}}], [key("a"), key("a/")],
        [{"downwardAPI": {"items": [{"path": "bundle", "fieldRef": {"fieldPath": "metadata.name"}}]}}, bundle]]]
    for source in sources:
        edits = [["/spec/volumes/-", {"name": "more", **source}]]
        if "serviceAccountToken" in json.dumps(source):
            edits.append(["/spec/serviceAccountName", "default"])
        yield edits


def resources():
    for limits, requests in [
        ({"cpu": "1"}, {"cpu": "500m"}), ({"cpu": "1"}, {"cpu": "2"}), ({"cpu": 1}, {"cpu": 0.5}), ({"cpu": "1000m"}, {"cpu": "1"}), ({"cpu": "-1"}, {}),
        ({"memory": "1Gi"}, {"memory": "1G"}), ({"memory": "1G"}, {"memory": "1Gi"}), ({"memory": "1GB"}, {}), ({"memory": "1 Gi"}, {}), ({"memory": ""}, {}),
        ({"memory": " 1Gi"}, {}), ({"memory": "1e3"}, {}), ({"memory": "1E"}, {}), ({"memory": ".5Gi"}, {}), ({"memory": "5."}, {}), ({"memory": "1.5"}, {}), ({"cpu": "0.0001"}, {}),
        ({"cpu": None}, {}), ({"cpu": True}, {}), ({"gpu": "1"}, {}), ({"nvidia.com/gpu": "1"}, {}), ({"nvidia.com/gpu": "1"}, {"nvidia.com/gpu": "1"}), ({}, {"nvidia.com/gpu": "1"}),
        ({"nvidia.com/gpu": "2"}, {"nvidia.com/gpu": "1"}), ({"nvidia.com/gpu": "0.5"}, {}), ({"nvidia.com/gpu": "500m"}, {}), ({"nvidia.com/gpu": "1000m"}, {}), ({"requests.nvidia.com/gpu": "1"}, {}),
        ({"ephemeral-storage": "1Gi"}, {}), ({"storage": "1Gi"}, {}), ({"pods": "1"}, {}), ({"kubernetes.io/x": "1"}, {}), ({"a.kubernetes.io/x": "1500m"}, {}), ({"a b": "1"}, {}), ({"A/b/c": "1"}, {}),
        ({"hugepages-2Mi": "4Mi"}, {}), ({"hugepages-2Mi": "4Mi", "cpu": "1"}, {}), ({"hugepages-2Mi": "3Mi", "cpu": "1"}, {}), ({"cpu": "1"}, {"hugepages-2Mi": "4Mi"}),
        ({"hugepages-2Mi": "4Mi", "cpu": "1"}, {"hugepages-2Mi": "2Mi"}), ({"hugepages-2Mi": "4Mi"}, {"hugepages-2Mi": "4Mi", "memory": "1Gi"}), ({"hugepages-x": "4Mi", "cpu": "1"}, {}),
        ({"memory": "99999999999999999999"}, {"memory": "9223372036854775807"}), ({"memory": "1n"}, {"memory": "1u"}), ({"cpu": "+1"}, {}), ({"cpu": "1k"}, {"cpu": "1e3"}), ({"cpu": "0"}, {"cpu": "0"}), ({"cpu": "0"}, {"cpu": "1"}),
    ]:
        yield [[C + "/resources", {"limits": limits, "requests": requests}]]
        yield [["/spec/resources", {"limits": limits, "requests": requests}]]
    yield [["/spec/resources", {"requests": {"cpu": "1"}}], [C + "/resources", {"requests": {"cpu": "2"}}]]
    yield [["/spec/resources", {"limits": {"cpu": "1"}}], [C + "/resources", {"limits": {"cpu": "2"}}]]
    yield [["/spec/resources", {"requests": {"cpu": "1"}}], [I + "/resources", {"requests": {"cpu": "2"}}]]
    yield [["/spec/resources", {"requests": {"cpu": "1"}}], [I + "/resources", {"requests": {"cpu": "2"}}], [I + "/restartPolicy", "Always"]]
    yield [["/spec/resources", {"claims": [{"name": "a"}]}]]
    for claims, uses in [
        ([], [{"name": "a"}]), ([{"name": "a", "resourceClaimName": "x"}], [{"name": "a"}]), ([{"name": "a", "resourceClaimName": "x"}], [{"name": "b"}]),
        ([{"name": "a", "resourceClaimName": "x"}], [{"name": "a"}, {"name": "a"}]), ([{"name": "a", "resourceClaimName": "x"}], [{"name": "a", "request": "r"}, {"name": "a", "request": "s"}]),
        ([{"name": "a", "resourceClaimName": "x"}], [{"name": "a", "request": "r"}, {"name": "a"}]), ([{"name": "a"}], []), ([{"name": "a", "resourceClaimName": "x", "resourceClaimTemplateName": "y"}], []),
        ([{"name": "A", "resourceClaimName": "x"}], []), ([{"name": "a", "resourceClaimName": "X"}], []), ([{"name": "a", "resourceClaimTemplateName": "x"}] * 2, []), ([{"resourceClaimName": "x"}], []),
        ([{"name": "a", "resourceClaimName": "x"}], [{"name": ""}]), ([{"name": "a", "resourceClaimName": "x"}], [{"name": "a", "request": "R"}]), ([{"name": "a", "resourceClaimName": ""}], []),
    ]:
        yield [["/spec/resourceClaims", claims], [C + "/resources", {"claims": uses}]]
    yield from each(C + "/resources", {"limits": "x"}, {"limits": {"cpu": {}}}, {"limits": None}, [])


def security():
    for place in (C + "/securityContext", S + "/securityContext"):
        for name in ["runAsUser", "runAsGroup", "fsGroup"]:
            yield from each(f"{place}/{name}", 0, -1, 2147483647, 2147483648, "0", None)
        for name in ["seccompProfile", "appArmorProfile"]:
            for value in [{}, {"type": "RuntimeDefault"}, {"type": "runtimeDefault"}, {"type": "Localhost"}, {"type": "Localhost", "localhostProfile": "a"}, {"type": ""},
                          {"type": "Localhost", "localhostProfile": "/a"}, {"type": "Localhost", "localhostProfile": "../a"}, {"type": "Unconfined", "localhostProfile": "a"},
                          {"type": "Localhost", "localhostProfile": " a"}, {"type": "Localhost", "localhostProfile": ""}, {"type": "RuntimeDefault", "localhostProfile": ""}]:
                yield [[f"{place}/{name}", value]]
        yield from each(place + "/windowsOptions", {}, {"gmsaCredentialSpecName": "a"}, {"gmsaCredentialSpecName": "A"}, {"runAsUserName": ""}, {"gmsaCredentialSpec": ""})
        yield from each(place + "/seLinuxOptions", {}, {"level": "x"})
        yield from each(place + "/runAsNonRoot", True, False, "true")
    yield [[C + "/securityContext", {"runAsNonRoot": True, "runAsUser": 0}]]
    for value in [{"privileged": True}, {"privileged": True, "allowPrivilegeEscalation": False}, {"allowPrivilegeEscalation": False}, {"allowPrivilegeEscalation": False, "capabilities": {"add": ["SYS_ADMIN"]}},
                  {"allowPrivilegeEscalation": False, "capabilities": {"add": ["CAP_SYS_ADMIN"]}}, {"capabilities": {"add": ["x y"]}}, {"procMount": "Default"}, {"procMount": "Unmasked"}, {"procMount": "x"}, {"procMount": ""}]:
        yield [[C + "/securityContext", value]]
        yield [[C + "/securityContext", value], ["/spec/hostUsers", False]]
    P = S + "/securityContext"
    yield from each(P + "/supplementalGroups", [], [0], [-1], [2147483648], ["1"])
    yield from each(P + "/fsGroupChangePolicy", "Always", "OnRootMismatch", "x", "")
    yield from each(P + "/supplementalGroupsPolicy", "Merge", "Strict", "x", "")
    yield from each(P + "/seLinuxChangePolicy", "Recursive", "MountOption", "x", "")
    for name in ["net.core.somaxconn", "net/core/somaxconn", "kernel.shm_rmid_forced", "kernel.sem", "A.b", "", ".a", "a..b", "a-", "kernel.msgmax", "fs.mqueue.x", "fs.inotify"]:
        value = [{"name": name, "value": "1"}]
        yield [[P + "/sysctls", value]]
        yield [[P + "/sysctls", value], ["/spec/hostNetwork", True]]
        yield [[P + "/sysctls", value], ["/spec/hostIPC", True]]
    yield from each(P + "/sysctls", [{"name": "a.b"}], [{"name": "a.b", "value": "1"}] * 2, [{"name": "a.b", "value": 1}])


def scheduling():
    toleration = [
        {}, {"operator": "Exists"}, {"operator": "Equal"}, {"key": "a"}, {"key": "a", "value": "b"}, {"key": "a", "value": "b c"}, {"key": "a", "operator": "Exists", "value": "b"}, {"key": "a b", "operator": "Exists"},
        {"key": "a", "operator": "exists"}, {"key": "a", "effect": "NoSchedule"}, {"key": "a", "effect": "x"}, {"key": "a", "effect": "NoExecute", "tolerationSeconds": 5}, {"key": "a", "effect": "NoSchedule", "tolerationSeconds": 5},
        {"key": "a", "tolerationSeconds": 5}, {"key": "a", "effect": "NoExecute", "tolerationSeconds": -5}, {"key": "a", "operator": "Gt", "value": "5"}, {"key": "a", "operator": "Lt", "value": "x"}, {"key": "a", "operator": "Gt", "value": "05"},
        {"key": "a", "operator": ""}, {"key": "a", "effect": ""}, {"operator": "Exists", "effect": "NoExecute"}, {"key": "a", "operator": "Gt", "value": "-5"}, {"key": "a", "operator": "Gt", "value": ""},
    ]
    yield from each("/spec/tolerations", *[[value] for value in toleration])
    selectors = [
        {}, {"matchLabels": {"a": "b"}}, {"matchLabels": {"a": "b c"}}, {"matchLabels": {"a b": "c"}}, {"matchLabels": {"a": ""}}, {"matchExpressions": [{"key": "a", "operator": "Exists"}]},
        {"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]}, {"matchExpressions": [{"key": "a", "operator": "In"}]}, {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]},
        {"matchExpressions": [{"key": "a", "operator": "in", "values": ["b"]}]}, {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b c"]}]}, {"matchExpressions": [{"key": "a b", "operator": "Exists"}]},
        {"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1"]}]}, {"matchExpressions": [{"operator": "Exists"}]}, {"matchExpressions": [{"key": "a", "operator": "NotIn", "values": []}]},
    ]
    required, preferred = "requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"
    for kind in ["podAffinity", "podAntiAffinity"]:
        terms = [{"labelSelector": value, "topologyKey": "k"} for value in selectors] + [
            {}, {"topologyKey": ""}, {"topologyKey": "a b"}, {"topologyKey": "k", "namespaces": ["a"]}, {"topologyKey": "k", "namespaces": ["A"]}, {"topologyKey": "k", "namespaces": ["a.b"]},
            {"topologyKey": "k", "namespaceSelector": {"matchLabels": {"a b": "c"}}}, {"topologyKey": "k", "matchLabelKeys": ["a"]}, {"topologyKey": "k", "labelSelector": {}, "matchLabelKeys": ["a"]},
            {"topologyKey": "k", "labelSelector": {}, "matchLabelKeys": ["a b"]}, {"topologyKey": "k", "labelSelector": {}, "matchLabelKeys": ["a"], "mismatchLabelKeys": ["a"]},
            {"topologyKey": "k", "labelSelector": {"matchLabels": {"a": "b"}}, "matchLabelKeys": ["a"]}, {"topologyKey": "k", "mismatchLabelKeys": ["a"]},
            {"topologyKey": "k", "labelSelector": {"matchLabels": {"app": "b"}}, "matchLabelKeys": ["app"]}, {"topologyKey": "k", "labelSelector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]}, "matchLabelKeys": ["app"]},
        ]
        for term in terms:
            yield [["/spec/affinity", {kind: {required: [term]}}]]
        for weight in [0, 1, 100, 101]:
            yield [["/spec/affinity", {kind: {preferred: [{"weight": weight, "podAffinityTerm": {"topologyKey": "k"}}]}}]]
        yield [["/spec/affinity", {kind: {preferred: [{"weight": 1}]}}]]
        yield [["/spec/affinity", {kind: {preferred: [{"weight": 1, "podAffinityTerm": {}}]}}]]
    expressions = [value["matchExpressions"][0] for value in selectors if "matchExpressions" in value] + [
        {"key": "a", "operator": "Gt", "values": ["1", "2"]}, {"key": "a", "operator": "Lt", "values": ["x"]}, {"key": "a", "operator": "Gt"}]
    for value in expressions:
        yield [["/spec/affinity", {"nodeAffinity": {required: {"nodeSelectorTerms": [{"matchExpressions": [value]}]}}}]]
        yield [["/spec/affinity", {"nodeAffinity": {preferred: [{"weight": 1, "preference": {"matchExpressions": [value]}}]}}]]
    for value in [{"key": "metadata.name", "operator": "In", "values": ["a"]}, {"key": "metadata.name", "operator": "In", "values": ["a", "b"]}, {"key": "x", "operator": "In", "values": ["a"]},
                  {"key": "metadata.name", "operator": "Exists"}, {"key": "metadata.name", "operator": "In", "values": ["A b"]}]:
        yield [["/spec/affinity", {"nodeAffinity": {required: {"nodeSelectorTerms": [{"matchFields": [value]}]}}}]]
    yield from each("/spec/affinity", {}, {"nodeAffinity": {}}, {"nodeAffinity": {required: {"nodeSelectorTerms": []}}}, {"nodeAffinity": {required: {}}}, {"nodeAffinity": {required: {"nodeSelectorTerms": [{}]}}},
                    {"nodeAffinity": {preferred: [{"weight": 1}]}}, {"nodeAffinity": {preferred: [{"weight": 0, "preference": {}}]}}, {"nodeAffinity": {preferred: [{"preference": {}}]}})
    spread = lambda **more: [{"maxSkew": 1, "topologyKey": "k", "whenUnsatisfiable": "DoNotSchedule", **more}]
    for value in [spread(), spread(maxSkew=0), spread(maxSkew=-1), spread(topologyKey=""), spread(topologyKey="a b"), spread(whenUnsatisfiable="x"), spread(whenUnsatisfiable="ScheduleAnyway"), spread() + spread(),
                  spread() + spread(whenUnsatisfiable="ScheduleAnyway"), spread(minDomains=1), spread(minDomains=0), spread(minDomains=1, whenUnsatisfiable="ScheduleAnyway"), spread(nodeTaintsPolicy="Honor"),
                  spread(nodeTaintsPolicy="x"), spread(nodeAffinityPolicy=""), spread(matchLabelKeys=["a"]), spread(matchLabelKeys=["a"], labelSelector={}), spread(matchLabelKeys=["app"], labelSelector={"matchLabels": {"app": "b"}}),
                  spread(matchLabelKeys=["a b"], labelSelector={}), [{"maxSkew": 1}], [{"topologyKey": "k", "whenUnsatisfiable": "DoNotSchedule"}], spread(maxSkew="1")] + [spread(labelSelector=value) for value in selectors]:
        yield [["/spec/topologySpreadConstraints", value]]
    yield from each("/spec/nodeSelector", {"a": "b"}, {"a b": "c"}, {"a": "b c"}, {"a": 1}, {"a": None}, [])


def pods():
    for name in ["serviceAccountName", "nodeName", "hostname", "subdomain", "hostnameOverride", "schedulerName", "serviceAccount"]:
        yield from each(f"/spec/{name}", "a", "A", "a.b", "a_b", "", LONG, "a" * 254, 1)
    for name in ["priorityClassName", "runtimeClassName"]:
        yield from each(f"/spec/{name}", "a", "A", "a.b", "a_b", "")
    yield [["/spec/serviceAccountName", "a"], ["/spec/serviceAccount", "b"]]
    yield from each("/spec/activeDeadlineSeconds", -1, 0, 1, 2147483647, 2147483648, "1")
    yield from each("/spec/terminationGracePeriodSeconds", -1, 0, 1, "1")
    yield from each("/spec/restartPolicy", "Always", "OnFailure", "never", "", None)
    yield from each("/spec/dnsPolicy", "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None", "x", "")
    yield from each("/spec/preemptionPolicy", "Never", "PreemptLowerPriority", "x", "")
    yield from each("/spec/os", {}, {"name": "linux"}, {"name": "x"}, {"name": ""})
    for value in [{"nameservers": ["1.1.1.1"]}, {"nameservers": ["x"]}, {"nameservers": ["01.1.1.1"]}, {"nameservers": ["::1"]}, {"nameservers": ["1.1.1.1"] * 4}, {"searches": ["a.b"]}, {"searches": ["A"]}, {"searches": ["."]}, {"searches": ["a."]},
                  {"searches": ["_a.b_c"]}, {"searches": ["a"] * 33}, {"searches": [""]}, {"options": [{"name": "a"}]}, {"options": [{"value": "a"}]}, {"options": [{}]}, {}, {"nameservers": ["::ffff:1.1.1.1"]}, {"searches": ["a" * 63 + "." + "b" * 63] * 20}]:
        yield [["/spec/dnsConfig", value]]
        yield [["/spec/dnsConfig", value], ["/spec/dnsPolicy", "None"]]
    yield from each("/spec/hostAliases", [{"ip": "1.1.1.1", "hostnames": ["a"]}], [{"ip": "x"}], [{"ip": ""}], [{"hostnames": ["a"]}], [{"ip": "1.1.1.1", "hostnames": ["A"]}], [{"ip": "01.1.1.1"}], [{"ip": "::ffff:1.1.1.1"}], [{"ip": "1.1.1.1"}] * 2)
    yield from each("/spec/imagePullSecrets", [{"name": "a"}], [{"name": ""}], [{}], [{"name": "A b"}], ["a"], [{"name": "a"}] * 2)
    yield from each("/spec/readinessGates", [{"conditionType": "a"}], [{"conditionType": "a b"}], [{}], [{"conditionType": ""}])
    yield from each("/spec/schedulingGates", [{"name": "a"}], [{"name": "a b"}], [{}], [{"name": "a"}] * 2)
    yield [["/spec/schedulingGates", [{"name": "a"}]], ["/spec/nodeName", "n"]]
    for name in ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "setHostnameAsFQDN"]:
        yield [[f"/spec/{name}", True]]
        yield [[f"/spec/{name}", "true"]]
        yield [[f"/spec/{name}", True], ["/spec/hostUsers", False]]
        yield [[f"/spec/{name}", True], ["/spec/hostnameOverride", "a"]]
    yield [["/spec/shareProcessNamespace", True], ["/spec/hostPID", True]]
    yield from each("/spec/automountServiceAccountToken", True, "false")
    yield from each("/spec/enableServiceLinks", True, 0)
    yield from each("/spec", None, [], "x")
    yield from each("/spec/priority", "x", 99999999999)
    for place in ["/spec/overhead"]:
        yield from each(place, {"cpu": "x"})


def certificate(**more):
    """A projection of a certificate."""
    return {"podCertificate": {"signerName": "a.b/c", "keyType": "ED25519", "credentialBundlePath": "bundle", **more}}


def edited(edits):
    pod = copy.deepcopy(BASE)
    for pointer, value in edits:
        steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
        here = pod
        for step in steps[:-1]:
            here = here[int(step)] if isinstance(here, list) else here.setdefault(step, {})
        if isinstance(here, list):
            here.append(copy.deepcopy(value))
        else:
            here[steps[-1]] = copy.deepcopy(value)
    return pod


class Server:
    def __init__(self, url, token):
        self.url, self.token = url, token
        self.context = ssl.create_default_context()
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE

    def create(self, path, body):
        request = urllib.request.Request(f"{self.url}{path}?dryRun=All", json.dumps(body).encode(), method="POST")
        request.add_header("Content-Type", "application/json")
        request.add_header("Authorization", f"Bearer {self.token}")
        try:
            urllib.request.urlopen(request, context=self.context).read()
            return 201, ""
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())["message"]

    def refuses(self, pod):
        metadata = {"name": "record", "namespace": "default"}
        job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": {"template": pod}}
        code, message = self.create("/apis/batch/v1/namespaces/default/jobs", job)
        if code != 201:
            return message
        alone = {**pod, "apiVersion": "v1", "kind": "Pod", "metadata": {**(pod.get("metadata") or {}), **metadata}}
        code, message = self.create("/api/v1/namespaces/default/pods", alone)
        # Other refusals depend on what else is in the cluster.
        return message if code == 422 else ""


def main():
    server = Server(*sys.argv[1:3])
    rows = []
    for edits in cases():
        message = server.refuses(edited(edits))
        rows.append({"edits": edits, "refused": bool(message), **({"message": message[:160]} if "-v" in sys.argv else {})})
    lines = ",\n  ".join(json.dumps(row, sort_keys=True) for row in rows)
    (HERE / "recorded.json").write_text(f'{{"base": {json.dumps(BASE)},\n "lines": [\n  {lines}\n ]}}\n')
    print(len(rows), "pods,", sum(row["refused"] for row in rows), "refused")


if __name__ == "__main__":
    main()
