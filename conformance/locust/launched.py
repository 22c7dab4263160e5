"""Prints what the real Locust reads, when it is started in place of Locust: as `locust`, or as `python -m locust`.

tests/real_locust puts it where the commands of pods find Locust.
"""

import json
import os
import pathlib
import sys

HERE = str(pathlib.Path(__file__).resolve().parent)
# The real Locust is not the module that is in this folder, nor is its helper for recording.
sys.path = [path for path in sys.path if path and os.path.realpath(path) != HERE]
sys.modules.pop("locust", None)

from locust import argument_parser  # noqa: E402

FIELDS = ["master", "worker", "master_host", "master_port", "master_bind_host", "master_bind_port", "expect_workers", "processes"]

if __name__ == "__main__":
    argument_parser.parse_locustfile_option()
    options = argument_parser.get_parser().parse_args()
    print(json.dumps({field: getattr(options, field) for field in FIELDS}))
