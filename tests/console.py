"""Commands as the pages give them, and a world in which each is carried out as its reader would.

A page's ```console blocks hold commands after `$ `; a ```sh block whose first line is `# NAME` is a file that the
reader writes. Dates, sizes and addresses stand as the page has them but for what `World.as_typed` exchanges.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from realname_sync.resources import root

PAGES = [
    root() / "README.md",
    *(path for path in sorted((root() / "docs").glob("*.md")) if not path.name.endswith(".zh.md")),
    *sorted((root() / "docs" / "runbooks").glob("*.md")),
]
"""All pages that tell commands; the Chinese ones give the same as the English, which a test of its own sees to."""

ELSEWHERE = {
    r"make demo": "minutes of Airflow; tests/integration/test_demo.py carries a day through it",
    r"make (test|faults|simulate|restore-test|browser|compose-test|bench|peers)": "each is a run by itself",
    r"make env": "writes into the clone; tests/unit/deployment/test_env_file.py",
    r"docker (compose|build)": "needs Docker's engine; `make compose-test` does it from nothing",
    r"(kubectl|helm)": "needs a cluster",
    r"make install": "installs for minutes; whoever runs this test has done it",
    r"git (clone|pull)": "brings the files that this test stands in",
    r"airflow (api-server|scheduler|dag-processor|triggerer)": "runs until it is ended; `make up` runs all four",
}
"""What is read and not carried out, and why: its target in the Makefile or its options are looked at instead."""


def is_elsewhere(text: str) -> bool:
    """Whether a command is one of those that are only read."""
    return any(re.match(pattern + r"\b", text) for pattern in ELSEWHERE)


_BLOCK = re.compile(r"^```(console|sh)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_EXIT_CODE = re.compile(r"exit code (\d)")
_UP_WITHIN = 60.0


@dataclass(frozen=True)
class Command:
    """A command of a page, without the prompt, and the remark behind it; or a file that the reader writes."""

    page: Path
    text: str
    remark: str = ""
    file: str = ""

    @property
    def is_background(self) -> bool:
        """Whether it goes on while the next one is typed."""
        return self.text.endswith("&")

    @property
    def exit_codes(self) -> set[int]:
        """Those that are no failure of the page: 0, and what the remark says of one."""
        return {0, *map(int, _EXIT_CODE.findall(self.remark))}


def commands(page: Path) -> list[Command]:
    """What a page has its reader type or write, in its order."""
    found = []
    for kind, block in _BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == "sh":
            heading, _, text = block.partition("\n")
            found.append(Command(page, text, file=heading.removeprefix("# ")))
            continue
        for line in block.replace("\\\n", " ").splitlines():
            assert line.startswith("$ "), f"{page.name}: no command: {line}"
            text, _, remark = line.removeprefix("$ ").partition("  #")
            found.append(Command(page, " ".join(text.split(" ")).strip(), remark.strip()))
    return found


@dataclass(frozen=True)
class Done:
    """What came of a command."""

    exit_code: int
    output: str


@dataclass
class World:
    """A reader's shell: its folder, its variables, and what it left running.

    Attributes:
        folder: where the reader stands at first.
        variables: what is exported; commands that export change it.
        exchanged: what stands on a page for something only the reader knows, or what would take long, by its pattern.
        before: what happens in the world before a command, by the command's text.
    """

    folder: Path
    variables: dict[str, str]
    exchanged: Mapping[str, str | Callable[[], object]]
    before: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    _left_running: ExitStack = field(default_factory=ExitStack)

    def as_typed(self, text: str) -> str:
        """The command with everything exchanged that stands for something else."""
        for pattern, value in self.exchanged.items():
            if re.search(pattern, text):
                text = re.sub(pattern, str(value() if callable(value) else value), text)
        return text

    def do(self, command: Command) -> Done:
        """Carry out a command, or write a file; of those that are only read nothing is done."""
        if is_elsewhere(command.text):
            return Done(0, "")
        if command.text in self.before:
            self.before[command.text]()
        text = self.as_typed(command.text)
        if command.file:
            (self.folder / command.file).write_text(text, encoding="utf-8")
            return Done(0, "")
        return self._begin(text.removesuffix("&").strip()) if command.is_background else self._run(text)

    def close(self) -> None:
        """End what was left running."""
        self._left_running.close()

    def _run(self, text: str) -> Done:
        after = self.folder.parent / "after.env"
        script = f'set -o pipefail\n{text}\ncode=$?\nenv -0 > "{after}"\nexit $code'
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
            check=False,
        )
        entries = (entry.partition("=") for entry in after.read_text(encoding="utf-8").split("\0") if entry)
        self.variables = {name: value for name, _, value in entries}
        self.folder = Path(self.variables["PWD"])
        return Done(done.returncode, done.stdout)

    def _begin(self, text: str) -> Done:
        """Start it and wait until it says something; it is ended with the world."""
        log = self.folder.parent / "background.log"
        with log.open("wb") as written:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {text}"],
                cwd=self.folder,
                env=self.variables,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._left_running.callback(_end, process)
        until = time.monotonic() + _UP_WITHIN
        while process.poll() is None and log.read_bytes().count(b"\n") < 3 and time.monotonic() < until:
            time.sleep(0.1)
        return Done(process.poll() or 0, log.read_text(encoding="utf-8"))


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def reader_variables(home: Path, programs: Path) -> dict[str, str]:
    """What a reader's shell has at first: nothing of this system but its code."""
    path = os.pathsep.join([str(Path(sys.executable).parent), str(programs), os.environ["PATH"]])
    return {
        "PATH": path,
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "COLUMNS": "200",
        "PYTHONPATH": str(root() / "plugins"),
        "PWD": str(home),
    }
