"""The sandbox as a service: seeds its server once, serves, keeps the city the next time."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psycopg

from realname_sync.warehouse.embedded import embedded_server

PROGRAM = """
import sys
from datetime import date
from pathlib import Path
from realname_sync.demo.sandbox_service import run_sandbox
from realname_sync.demo.stage import CitySize
ports = {"integrity": 0, "province": 0, "nation": 0}
size = CitySize(date(2026, 11, 20), int(sys.argv[3]), 8, 200)
run_sandbox(sys.argv[1], Path(sys.argv[2]), size, lambda line: print(line, flush=True), host="127.0.0.1", ports=ports)
"""


def served(server: str, folder: Path, seed: int) -> tuple[str, dict[str, int]]:
    """Start it, ask the integrity platform what it has, end it; the city it says it has, and those rows."""
    command = [sys.executable, "-c", PROGRAM, server, str(folder), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        city = process.stdout.readline().strip()
        addresses = dict(process.stdout.readline().split() for _ in range(3))
        with urllib.request.urlopen(f"{addresses['integrity']}/sandbox/counts", timeout=60) as answer:  # noqa: S310 - of this machine
            rows: dict[str, int] = json.load(answer)["rows"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    return city, rows


def test_a_city_is_seeded_once_and_kept(tmp_path: Path, short_folder: Path) -> None:
    server = embedded_server(short_folder / "service")
    try:
        address = f"host={server.get_postmaster_info().socket_dir} user=postgres dbname=postgres"
        first = served(address, tmp_path / "files", 1)
        assert first[0] == "a city of 8 projects and 200 workers, up to 2026-11-20"
        assert first[1]["shared_row"] > 100
        pairs = (tmp_path / "files" / "nation-pairs.csv").read_text(encoding="utf-8")
        assert pairs.startswith("project_code,appid,secret\n")
        with psycopg.connect(f"{address} dbname=realname_municipal") as connection:
            assert connection.execute("SELECT count(*) > 0 FROM pg_tables WHERE schemaname = 'public'").fetchone()
        # Another seed would make another city; the one that is there stays.
        (tmp_path / "files" / "nation-pairs.csv").unlink()
        assert served(address, tmp_path / "files", 2) == first
        assert (tmp_path / "files" / "nation-pairs.csv").read_text(encoding="utf-8") == pairs
    finally:
        server.cleanup()
