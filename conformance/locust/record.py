#!/usr/bin/env python3
"""Records what the real Locust reads from command lines and environments.

    "$(conformance/locust/install.sh)/bin/python" conformance/locust/record.py

writes conformance/locust/recorded.json, which the tests of crates/podgraft-locust/src/protected compare with, and
crates/podgraft-locust/src/locust_command/locust_options.rs, the table of Locust's options. Both are the same on every run: a list by
hand, then random lines over all options from a fixed seed.

    record.py --check              says what is not as it was recorded, and fails
    record.py --random COUNT SEED  prints COUNT other rows, from another seed
"""

import argparse
import contextlib
import io
import json
import os
import pathlib
import random
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
RECORDED = HERE / "recorded.json"
TABLE = HERE.parent.parent / "crates/podgraft-locust/src/locust_command/locust_options.rs"
SEED = 5557
COUNT = 2000
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
    ["--processes", "2"], ["--processes=-1"], ["--processes", "-1"], ["--proc=3"], ["--pro", "4"], ["--processes", "0"],
    ["--p", "2"], ["--processes=2", "--processes", "3"], ["--processes=x"], ["--processes", "2.0"], ["--processes= 2 "],
    ["-T", "a", "--processes", "2", "b"], ["-u5", "--processes=2"], ["-P", "--processes=2"], ["--", "--processes=2"],
]
ENVS = [
    {"LOCUST_MODE_WORKER": "true"}, {"LOCUST_MODE_MASTER": "1"}, {"LOCUST_MODE_WORKER": "false"},
    {"LOCUST_MODE_MASTER": "Yes"}, {"LOCUST_MODE_WORKER": "ON"}, {"LOCUST_MODE_WORKER": "maybe"}, {"LOCUST_MODE_MASTER": ""},
    {"LOCUST_MASTER_BIND_PORT": "6000"}, {"LOCUST_MASTER_BIND_HOST": "127.0.0.1"}, {"LOCUST_MASTER_BIND_PORT": "5557"},
    {"LOCUST_MASTER_NODE_HOST": "other", "LOCUST_MASTER_NODE_PORT": "1"}, {"LOCUST_EXPECT_WORKERS": "7"},
    {"LOCUST_PROCESSES": "2"}, {"LOCUST_PROCESSES": "-1"}, {"LOCUST_PROCESSES": ""}, {"LOCUST_PROCESSES": "0"},
    {"LOCUST_TAGS": '["--worker"]'}, {"LOCUST_TAGS": "[--worker, --processes=2]"}, {"LOCUST_TAGS": "--worker"}, {"LOCUST_TAGS": ""},
    {"LOCUST_TAGS": '["a", "--processes", "2"]'}, {"LOCUST_EXCLUDE_TAGS": '[1, "--master"]'}, {"LOCUST_USER_CLASSES": "--worker"},
    {"LOCUST_CONFIG": "nowhere.conf"},
]
LINES = [
    ["--master"], ["--worker"], ["--master", "--master-bind-port=5557", "--master-bind-host=*", "--processes=3"], [],
    ["--master-bind-p=1", "--proc=4"], ["--master-bind-p=1", "--proc=4", "--", "User"], ["User", "--master-ho", "x"],
]
FIELDS = ["master", "worker", "master_host", "master_port", "master_bind_host", "master_bind_port", "expect_workers", "processes"]
# What random values are chosen of, by what the option's parser makes of them; sometimes one that does not fit.
NUMBERS = ["1", "2", "3", "5557", "5558", "6000", "0", "-1", " 7 ", "+4", "1_0", "x", ""]
TEXTS = ["m", "*", "127.0.0.1", "0.0.0.0", "a b", "-", "-1", "x.py", "--worker", "=", "::1", "checkout-master", ""]
SPECIAL = {
    "--loglevel": ["DEBUG", "info", "x"], "--run-time": ["1m", "30", "x"], "--stop-timeout": ["10", "2s"], "--spawn-rate": ["1", "0.5"],
    "--config-users": ['{"user_class_name": "A"}', '[{"user_class_name": "A"}]'], "--tags": ["a", "b", '["--worker", "c"]', "[a, b]"],
    "--exclude-tags": ["a", "b", "[--master, x]"],
}


def shape(action):
    """How many words an option takes: "None", "One" or "Many"."""
    return {None: "One", 0: "None", "*": "Many"}[action.nargs]


def values(action):
    long = next((text for text in action.option_strings if text in SPECIAL), None)
    return SPECIAL[long] if long else NUMBERS if action.type is int or "worker" in action.dest else TEXTS


def option(chance, action):
    """The words of one option: in full, abbreviated or short; its value in the same word or the next."""
    text = chance.choice(action.option_strings)
    if text.startswith("--") and chance.random() < 0.3:
        text = text[: chance.randint(max(3, len(text) - 6), len(text))]
    if shape(action) == "None":
        return [text + "=true"] if chance.random() < 0.03 else [text]
    # A value that fits, most of the time.
    fitting = [value for value in values(action) if value not in ("x", "", "--worker", "-") or chance.random() < 0.1]
    value = chance.choice(fitting or ["1"])
    if chance.random() < 0.5:
        return [text + ("=" if text.startswith("--") or chance.random() < 0.3 else "") + value]
    more = [chance.choice(fitting) for _ in range(chance.randint(0, 2))] if shape(action) == "Many" else []
    return [text, value, *more]


def random_cases(actions, count, seed):
    chance = random.Random(seed)
    wiring = [action for action in actions if action.dest in FIELDS]
    # These end Locust at once, or refuse every line.
    usual = [action for action in actions if action.dest not in ("help", "version", "config") and "ErrorRaising" not in type(action).__name__]
    named = [action for action in usual if action.env_var]
    for _ in range(count):
        words = []
        for _ in range(chance.randint(0, 5)):
            kind = chance.random()
            choice = wiring if kind < 0.5 else usual if kind < 0.97 else actions
            words.append(option(chance, chance.choice(choice)))
        if chance.random() < 0.15:
            words.append([chance.choice(["User", "--", "-5", "--unknown", "--unknown=--worker", "-", "-lu5", "-lL", "a"])])
        chance.shuffle(words)
        env = {}
        for _ in range(chance.choice([0, 0, 1, 1, 2, 3])):
            action = chance.choice([a for a in named if a in wiring] if chance.random() < 0.6 else named)
            flags = ["true", "1", "on", "YES", "false", "0", "no"] + (["maybe"] if chance.random() < 0.1 else [])
            env[action.env_var] = chance.choice(flags if shape(action) == "None" else values(action))
        yield [word for group in words for word in group], env


def cases(actions):
    for args in HAND:
        yield args, {}
    for env in ENVS:
        for args in LINES:
            yield args, env
    yield from random_cases(actions, COUNT, SEED)


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


def rows(pairs):
    return [json.dumps({"args": args, "env": env, **read(args, env)}, sort_keys=True) for args, env in pairs]


def recorded(version, actions):
    lines = ",\n  ".join(rows(cases(actions)))
    return f'{{"locust": {json.dumps(version)},\n "lines": [\n  {lines}\n ]}}\n'


def table(version, actions):
    def row(action):
        strings = ", ".join(json.dumps(text) for text in action.option_strings)
        variable = f"Some({json.dumps(action.env_var)})" if getattr(action, "env_var", None) else "None"
        return f"    LocustOption {{ strings: &[{strings}], values: Arity::{shape(action)}, variable: {variable} }},\n"

    return (
        "//! Locust's options: made by `conformance/locust/record.py` from the parser itself, never by hand.\n\n"
        "use super::locust_option::{Arity, LocustOption};\n\n"
        "/// The version of Locust whose parser this is.\n#[cfg(test)]\n"
        f"pub(crate) const LOCUST_VERSION: &str = {json.dumps(version)};\n\n"
        "/// Every option of Locust's own parser, in its order.\n///\n/// # Source\n"
        f"/// Locust {version}, `locust/argument_parser.py`, `get_parser` with `setup_parser_arguments`.\n"
        "#[rustfmt::skip]\npub(crate) static OPTIONS: &[LocustOption] = &[\n" + "".join(map(row, actions)) + "];\n"
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--random", nargs=2, type=int, metavar=("COUNT", "SEED"))
    asked = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("LOCUST_")]:
        del os.environ[name]
    os.environ["HOME"] = tempfile.mkdtemp()
    os.chdir(os.environ["HOME"])
    import locust
    from locust import argument_parser

    actions = [action for action in argument_parser.get_parser()._actions if action.option_strings]
    if asked.random:
        count, seed = asked.random
        return print("\n".join(rows(random_cases(actions, count, seed))))
    files = {RECORDED: recorded(locust.__version__, actions), TABLE: table(locust.__version__, actions)}
    for file, text in files.items():
        if not asked.check:
            file.write_text(text)
        elif file.read_text() != text:
            sys.exit(f"{file} is not what the real Locust reads now: run conformance/locust/record.py")


if __name__ == "__main__":
    main()
