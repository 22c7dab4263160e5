#!/usr/bin/env python3
"""Prints what costs most in the benchmarks of benches/instructions: shares of the instructions, by valgrind's callgrind.

    benches/costs.py

Each runs twice with another number of rounds, so that what is done once does not count.
"""

import collections
import os
import re
import subprocess
import tempfile

BENCHMARKS = {
    "a compiled patch for the text of a Deployment": "a compiled patch for a text",
    "a template for a Deployment": "a template",
    "a fold of a list of 100, with provenance": "a fold with provenance",
    "a file with a test, read": "a file, read",
    "a test with 20 overlays, rendered": "a test with 20 overlays, rendered",
}
ROUNDS = (10, 60)
OWN = "podgraft's own code"

# The first that matches "file:function" of callgrind.
KINDS = [
    (OWN, r"^(.*/)?(crates/podgraft|benches/instructions)"),
    ("memory", r"malloc|calloc|realloc|free|unlink_chunk|memcpy|memmove|memset|alloc/src/alloc|raw_vec|__rdl_|__rust"),
    ("sorted maps", r"btree|memcmp"),
    ("the YAML parser", r"yaml|saphyr|granit"),
    ("JSON", r"/serde[^/]*-\d"),
    ("copies and iterators of std", r"/rustc/|/library/"),
]


def program():
    """Builds the benchmarks with debug information, by which callgrind tells files; gives the program's path."""
    settings = {"CARGO_PROFILE_RELEASE_DEBUG": "1", "CARGO_PROFILE_RELEASE_STRIP": "false"}
    command = ["cargo", "build", "--quiet", "--release", "-p", "podgraft-instructions", "--target-dir", "target/costs"]
    subprocess.run(command, check=True, env={**os.environ, **settings})
    return "target/costs/release/podgraft-instructions"


def counted(path, name, rounds, folder):
    """Instructions by kind."""
    out = os.path.join(folder, "callgrind")
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", path, "run", name, str(rounds)]
    subprocess.run(command, check=True, capture_output=True)
    command = ["callgrind_annotate", "--auto=no", "--threshold=100", "--show-percs=no", out]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    counts = collections.Counter()
    for instructions, place in re.findall(r"^ *([\d,]+)  ?(\S.*:.*)$", text, re.MULTILINE):
        kind = next((kind for kind, pattern in KINDS if re.search(pattern, place)), "others")
        counts[kind] += int(instructions.replace(",", ""))
    return counts


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    path = program()
    print("| | the largest | | | podgraft's own code |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, shown in BENCHMARKS.items():
            few, many = (counted(path, name, rounds, folder) for rounds in ROUNDS)
            many.subtract(few)
            total = sum(many.values())
            share = {kind: round(100 * count / total) for kind, count in many.items()}
            own = share.pop(OWN, 0)
            largest = sorted(share, key=share.get, reverse=True)[:3]
            cells = " | ".join(f"{kind} {share[kind]} %" for kind in largest)
            print(f"| {shown} | {cells} | {own} % |")


if __name__ == "__main__":
    main()
