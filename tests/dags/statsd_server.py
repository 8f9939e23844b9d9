"""A StatsD server on this machine, that keeps what it is told."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Heard:
    """What came, as name, value and kind: `c` counter, `g` gauge, `ms` time."""

    port: int = 0
    lines: list[str] = field(default_factory=list)

    def of(self, name: str) -> list[tuple[float, str]]:
        """The values of one metric and their kind, in the order they came."""
        found = (line.split(":", 1)[1].split("|") for line in list(self.lines) if line.startswith(f"{name}:"))
        return [(float(value), kind) for value, kind, *_ in found]


@contextmanager
def statsd() -> Iterator[Heard]:
    """Listen until the block ends."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind(("127.0.0.1", 0))
    listening.settimeout(0.2)
    heard, ended = Heard(listening.getsockname()[1]), threading.Event()

    def listen() -> None:
        while not ended.is_set():
            try:
                packet = listening.recv(65_536)
            except TimeoutError:
                continue
            heard.lines += packet.decode().splitlines()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        ended.set()
        thread.join()
        listening.close()
