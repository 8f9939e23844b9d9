"""sling: its program, run once with a statement as stream."""

import os
import subprocess
import sys

from sling_linux_amd64 import __file__ as package

from bench.peers.scripts.job import JOB, working

_ROWS = "select * from attendance where punched_at >= date '{day}' and punched_at < date '{day}' + 1"


def main() -> None:
    """Run the replication."""
    program = os.path.join(os.path.dirname(package), "bin", "sling-linux-amd64")  # noqa: PTH118, PTH120
    command = [
        program, "run", "--src-conn", "FROM_DB", "--src-stream", _ROWS.format(day=JOB["day"]), "--tgt-conn", "TO_DB",
        "--tgt-object", f"{JOB['schema']}.{JOB['table']}", "--mode", JOB["variant"],
        *(["--primary-key", "id"] if JOB["variant"] == "incremental" else []),
    ]  # fmt: skip
    connections = {
        "FROM_DB": f"{JOB['plain_source']}&sslmode=disable",
        "TO_DB": f"{JOB['plain_target']}&sslmode=disable",
    }
    with working() as told:
        ended = subprocess.run(command, env={**os.environ, **connections}, stdout=sys.stderr, check=False)
        if ended.returncode:
            raise SystemExit(f"sling ended with {ended.returncode}")
        told["rows"] = JOB["rows"]


if __name__ == "__main__":
    main()
