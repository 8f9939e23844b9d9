"""The municipal objects are described in one way, whichever process does it: fingerprints of reads rest on it."""

import os
import subprocess
import sys

_TELL = (
    "from realname_sync.standards.municipal import municipal_objects;"
    "print([one.spelled_out for one in municipal_objects().values()])"
)


def test_an_object_is_spelled_out_alike_in_every_process() -> None:
    told = {
        subprocess.run(
            [sys.executable, "-c", _TELL],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3", "4")
    }
    assert len(told) == 1
