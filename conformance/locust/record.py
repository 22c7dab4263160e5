#!/usr/bin/env python3
"""Records what the real Locust reads from command lines and environments.

    "$(conformance/locust/install.sh)/bin/python" conformance/locust/record.py

writes conformance/locust/recorded.json, which the tests of src/judge/protected compare with.
The lines are the same on every run: a list by hand, then combinations from a fixed seed.
"""

import contextlib
import io
import json
import os
import pathlib
import random
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
WORDS = """
--master --worker --master-host --master-port --master-bind-host --master-bind-port --expect-workers
--master-host=m --master-port=5557 --master-bind-host=* --master-bind-port=5557 --expect-workers=3
--master-host=127.0.0.1 --master-bind-host=127.0.0.1 --master-bind-port=6000 --expect-workers=4 --master-port=6000
--mas --master- --master-b --master-bind-p=5557 --master-bind-h=localhost --master-h=x --master-p=1 --work --w --wo
--worke --exp --expect-workers-m=5 --expect-workers-max-wait=5 --master=true --worker=1 --master= --expect-w=9
-- - -1 -5557 5557 a UserClass --unknown --unknown=--worker --headless --autostart --autoquit 60 -f test.py
-ftest.py -u 5 -u5 -H http://x -H=--master -l -ls5 -T t1 t2 -t 1m --tags --otel --host=--worker --run-time=1m
--csv x --html=y --web-port 8090 -P 8091 --web-p=1 --stop-timeout 10 --config --loglevel DEBUG -LINFO --log=x
""".split()
FLAGS = ["--", "--headless", "--autostart", "-l", "--otel", "--work", "--worke", "-u5", "-ftest.py", "-LINFO"]
HAND = [
    [], ["--master"], ["--worker"], ["--master", "--worker"], ["--", "--worker"], ["--master", "--", "--worker"],
    ["--master-host", "--worker"], ["--master-host", "-1"], ["--master-host", "-x"], ["--master-host", "a b"],
    ["--master-host", "-a b"], ["--master-host", "--a b"], ["--master-host", "--worker b"], ["--master-host", ""],
    ["--master-host="], ["--master-host", "--"], ["--master-host", "--", "x"], ["--master-host", "-"],
    ["--master-port", " 5557 "], ["--master-port", "5_557"], ["--master-port", "+5557"], ["--master-port", "-1"],
    ["--master-port", "x"], ["--master-port", "5__557"], ["--master-port", "0x15"], ["--master-port", "5557.0"],
    ["--master-port=1", "--master-port=2"], ["--master-host=a", "--master-host", "b"], ["-l", "--worker"],
    ["-lm"], ["-mw"], ["-m"], ["-f", "--worker"], ["-f", "-1", "--worker"], ["-T", "--worker"], ["-T", "a", "b", "--worker"],
    ["User", "--master", "--worker"], ["--master=1"], ["--worker="], ["--master-bind-host", "*"],
    ["--master-bind-host", "::1"], ["--expect-workers", "0"], ["--expect-workers", "-1"], ["--expect-workers", "3"],
    ["--master-host", "-1.5"], ["--master-host", "-.5"], ["--master-host", "-1."], ["--master-host", "-1e5"],
    ["--master-host", "-1", "--", "--worker"], ["---worker"], ["--Worker"], ["--worker "], [" --worker"],
]
ENVS = [
    {}, {}, {}, {"LOCUST_MODE_WORKER": "true"}, {"LOCUST_MODE_MASTER": "1"}, {"LOCUST_MODE_WORKER": "false"},
    {"LOCUST_MODE_MASTER": "Yes"}, {"LOCUST_MODE_WORKER": "ON"}, {"LOCUST_MODE_WORKER": "maybe"}, {"LOCUST_MODE_MASTER": ""},
    {"LOCUST_MASTER_BIND_PORT": "6000"}, {"LOCUST_MASTER_BIND_HOST": "127.0.0.1"}, {"LOCUST_MASTER_BIND_PORT": "5557"},
    {"LOCUST_MASTER_NODE_HOST": "other", "LOCUST_MASTER_NODE_PORT": "1"}, {"LOCUST_EXPECT_WORKERS": "7"},
]
FIELDS = ["master", "worker", "master_host", "master_port", "master_bind_host", "master_bind_port", "expect_workers"]


def cases():
    for args in HAND:
        yield args, {}
    for env in ENVS[3:]:
        for args in (["--master"], ["--worker"], ["--master", "--master-bind-port=5557", "--master-bind-host=*"], []):
            yield args, env
    chance = random.Random(5557)
    harmless = [word for word in WORDS if word.startswith("-") and ("=" in word or word in FLAGS)]
    for turn in range(600):
        words = harmless if turn % 2 else WORDS
        args = [chance.choice(words) for _ in range(chance.randint(1, 5))]
        if chance.random() < 0.7:
            args.insert(chance.randint(0, len(args)), chance.choice(["--master", "--worker"]))
        yield args, chance.choice(ENVS)


def read(args, env):
    """Parses as `locust` does at its start: first the small parser, then the whole one."""
    from locust import argument_parser

    os.environ.update(env)
    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            argument_parser.parse_locustfile_option(args)
            options = argument_parser.get_parser().parse_args(args)
    except SystemExit:
        return {"refused": True}
    finally:
        for name in env:
            del os.environ[name]
    return {"refused": False, **{field: getattr(options, field) for field in FIELDS}}


def main():
    os.environ["HOME"] = tempfile.mkdtemp()
    os.chdir(os.environ["HOME"])
    import locust
    from locust import argument_parser

    strings = [text for action in argument_parser.get_parser()._actions for text in action.option_strings]
    rows = [{"args": args, "env": env, **read(args, env)} for args, env in cases()]
    lines = ",\n  ".join(json.dumps(row, sort_keys=True) for row in rows)
    head = f'"locust": {json.dumps(locust.__version__)},\n "options": {json.dumps(strings)}'
    (HERE / "recorded.json").write_text(f'{{{head},\n "lines": [\n  {lines}\n ]}}\n')


if __name__ == "__main__":
    main()
