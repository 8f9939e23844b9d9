"""Writes the file `.env` that docker-compose.yml reads; needs nothing but Python."""

import argparse
import sys
from pathlib import Path

from realname_sync.deployment.env_file import write_env_file
from realname_sync.errors import RealnameError


def _main() -> int:
    parser = argparse.ArgumentParser(prog="make env", description=__doc__)
    parser.add_argument("--file", type=Path, default=Path(".env"))
    parser.add_argument("--sandbox", action="store_true", help="a synthetic city and its platforms, to practise on")
    given = parser.parse_args()
    try:
        write_env_file(given.file, sandbox=given.sandbox)
    except RealnameError as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    sys.stdout.write(f"{given.file} is written; it holds every secret of this deployment, so keep a copy elsewhere\n")
    return 0


sys.exit(_main())
