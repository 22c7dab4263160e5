"""What an image is made of: a bill of materials (CycloneDX 1.6) and the licence texts of every crate in the binary.

    python3 .ci/materials.py TARGET FOLDER

writes FOLDER/sbom.cdx.json and FOLDER/licenses/CRATE-VERSION/. A crate without a licence text of its own gets those of its
repository's other crates, or else the licence's own with the authors that the crate names.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys

LICENCE_FILE = re.compile(r"^(licen[cs]e|copying|notice|unlicense|copyright)", re.IGNORECASE)


def crates_of_the_binary(target):
    """The packages that the binary is linked of: no build scripts, no macros' own dependencies, no tests."""
    command = ["cargo", "metadata", "--format-version=1", "--locked", f"--filter-platform={target}"]
    metadata = json.loads(subprocess.check_output(command))
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    root = next(package["id"] for package in packages.values() if package["name"] == "podgraft")
    found, waiting = set(), [root]
    while waiting:
        crate = waiting.pop()
        if crate in found:
            continue
        found.add(crate)
        for dependency in nodes[crate]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                waiting.append(dependency["pkg"])
    return sorted((packages[crate] for crate in found), key=lambda one: (one["name"], one["version"]))


def licence_texts(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    texts = [path for path in sorted(folder.iterdir()) if LICENCE_FILE.match(path.name)]
    return [path for path in texts if path.is_file()] + [
        inner for path in texts if path.is_dir() for inner in sorted(path.iterdir()) if inner.is_file()
    ]


MIT = """\
MIT License

Copyright (c) {holders}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files
(the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge,
publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do
so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE
FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def standard_text(package):
    """The licence's own text, for a crate that was published without one."""
    licence = package["license"] or ""
    if "Apache-2.0" in licence:
        return pathlib.Path("LICENSE").read_text()
    if licence == "MIT":
        return MIT.format(holders=", ".join(package["authors"]) or f"the authors of {package['name']}")
    sys.exit(f"{package['name']} {package['version']} ({licence}) has no licence text")


def main():
    target, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    packages = crates_of_the_binary(target)
    texts = {package["id"]: licence_texts(package) for package in packages}
    missing = []
    for package in packages:
        own = texts[package["id"]]
        if not own:
            of_repository = [
                other
                for other in packages
                if package["repository"] and other["repository"] == package["repository"] and texts[other["id"]]
            ]
            own = texts[of_repository[0]["id"]] if of_repository else []
        if not own and package["source"] is None:
            own = [pathlib.Path("LICENSE")]
        if not own:
            missing.append(package)
            continue
        into = folder / "licenses" / f"{package['name']}-{package['version']}"
        into.mkdir(parents=True)
        for text in own:
            shutil.copyfile(text, into / text.name)
            (into / text.name).chmod(0o644)
    for package in missing:
        into = folder / "licenses" / f"{package['name']}-{package['version']}"
        into.mkdir(parents=True)
        (into / "LICENSE").write_text(standard_text(package))
        (into / "LICENSE").chmod(0o644)
    components = [
        {
            "type": "library",
            "name": package["name"],
            "version": package["version"],
            "purl": f"pkg:cargo/{package['name']}@{package['version']}",
            "licenses": [{"expression": package["license"].replace("/", " OR ")}],
        }
        for package in packages
        if package["name"] != "podgraft"
    ]
    podgraft = next(package for package in packages if package["name"] == "podgraft")
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": "podgraft",
                "version": podgraft["version"],
                "purl": f"pkg:cargo/podgraft@{podgraft['version']}",
                "licenses": [{"expression": podgraft["license"]}],
            }
        },
        "components": components,
    }
    (folder / "sbom.cdx.json").write_text(json.dumps(bill, indent=1) + "\n")
    (folder / "sbom.cdx.json").chmod(0o644)
    print(f"{len(packages)} crates", file=sys.stderr)


main()
