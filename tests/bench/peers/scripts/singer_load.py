"""Singer: our small tap into Meltano's target for PostgreSQL, joined by a pipe as a shell would join them."""

import json
import subprocess
import sys
from pathlib import Path

from bench.peers.scripts.job import JOB, working


def main() -> None:
    """Run tap and target to their end."""
    settings = Path(JOB["folder"]) / "target.json"
    settings.write_text(
        json.dumps({"sqlalchemy_url": JOB["target"], "default_target_schema": JOB["schema"], "use_copy": True})
    )
    target_command = [str(Path(sys.executable).with_name("target-postgres")), "--config", str(settings)]
    with working() as told:
        tap = subprocess.Popen(
            [sys.executable, "-m", "bench.peers.scripts.singer_tap", json.dumps(JOB)], stdout=subprocess.PIPE
        )
        target = subprocess.Popen(target_command, stdin=tap.stdout, stdout=subprocess.DEVNULL)
        assert tap.stdout is not None
        tap.stdout.close()
        if target.wait() or tap.wait():
            raise SystemExit(f"the target ended with {target.returncode}, the tap with {tap.wait()}")
        told["rows"] = JOB["rows"]


if __name__ == "__main__":
    main()
