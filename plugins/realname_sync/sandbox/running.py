"""Runs the three platforms: on a thread beside a test, or as the whole of a process."""

import asyncio
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, TypeVar

from realname_sync.sandbox import inspection, lamps
from realname_sync.sandbox.platform import Platform, Setting
from realname_sync.sandbox.server import THIS_MACHINE, open_platforms
from realname_sync.settings import sandbox_ports
from realname_sync.workdate import Clock, system_clock

T = TypeVar("T")


class RunningPlatforms:
    """The three platforms while they run: `integrity`, `province` and `nation`."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, platforms: Mapping[str, Platform], addresses: Mapping[str, str]
    ) -> None:
        self._loop = loop
        self._platforms = platforms
        self._addresses = addresses

    def url(self, platform: str) -> str:
        """The base address of a platform, without a path."""
        return self._addresses[platform]

    def set_faults(self, platform: str, faults: Mapping[str, Any] | Iterable[Mapping[str, Any]]) -> None:
        """Replace the faults of a platform by these; one object or several, as `faults.py` describes them."""
        board = self._platforms[platform].faults

        async def replace() -> None:
            board.clear()
            board.switch_on(faults)

        self._do(replace())

    def clear_faults(self) -> None:
        """Switch off every fault of every platform."""

        async def clear() -> None:
            for platform in self._platforms.values():
                platform.faults.clear()

        self._do(clear())

    def counts(self, platform: str) -> dict[str, Any]:
        """As GET /sandbox/counts, once all that was accepted has been worked off."""
        return self._do(inspection.counts(self._platforms[platform]))

    def attendance(self, platform: str, work_date: date) -> dict[str, Any]:
        """As GET /sandbox/attendance, once all that was accepted has been worked off."""
        return self._do(inspection.attendance(self._platforms[platform], work_date))

    def calls(self, platform: str, after: int = 0) -> list[dict[str, Any]]:
        """As GET /sandbox/calls."""
        return self._do(inspection.recent_calls(self._platforms[platform], after, 1_000_000))

    def corrections(self) -> list[dict[str, Any]]:
        """As GET /sandbox/corrections, once all that was accepted has been worked off."""
        return self._do(inspection.corrections(self._platforms["integrity"]))

    def decide_correction(self, ticket_no: str, action: str, reason: str | None = None) -> dict[str, Any]:
        """As POST /sandbox/corrections/{ticketNo}/{action}: `accept`, `reject` with a reason, or `apply`.

        Raises:
            NotDecidedError: that cannot be done with the ticket; nothing has changed.
        """
        return self._do(inspection.decide_correction(self._platforms["integrity"], ticket_no, action, reason))

    def light_lamp(self, project_code: str, rule_code: str, detail: str = "") -> str:
        """Light one lamp, as POST /sandbox/lamps does; its number."""
        platform = self._platforms["integrity"]
        lamp = {"projectCode": project_code, "ruleCode": rule_code, "detail": detail}
        return self._do(lamps.light(platform, platform.now(), [lamp]))[0]

    def clear_lamp(self, lamp_id: str) -> None:
        """Put one lamp out."""
        platform = self._platforms["integrity"]
        self._do(lamps.clear(platform, platform.now(), [lamp_id]))

    def judge_lamps(self, day: date) -> dict[str, list[str]]:
        """As POST /sandbox/lamps/judge: light and put out by what the platforms know of that day."""
        platform = self._platforms["integrity"]
        return self._do(lamps.judge(platform, platform.now(), day))

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)


@contextmanager
def running_platforms(
    database_url: str,
    *,
    arrival_clock: Clock = system_clock,
    wall_clock: Clock = system_clock,
    ports: Mapping[str, int] | None = None,
    result_delay_seconds: float = 0.0,
    rate_limits: Mapping[str, int | None] | None = None,
    keeps_requests: bool = False,
    clock_tolerances: Mapping[str, timedelta] | None = None,
) -> Iterator[RunningPlatforms]:
    """Serve the three platforms on a thread of their own while the context lasts.

    Args:
        database_url: the sandbox database, its schema created.
        arrival_clock: judges lateness, "later than today" and which version is open.
        wall_clock: judges time stamps and nonces.
        ports: by platform; a free one where none is given.
        result_delay_seconds: how long after a write its result can be read at the earliest.
        rate_limits: calls a second by platform in place of the platform's own; None lifts the limit.
        keeps_requests: whether the log of calls keeps what was asked and answered.
        clock_tolerances: by platform, how far a time stamp may be off, in place of the platform's own rule.
    """
    setting = Setting(
        database_url,
        arrival_clock,
        wall_clock,
        result_delay_seconds,
        rate_limits or {},
        keeps_requests,
        clock_tolerances or {},
    )
    started: Future[RunningPlatforms] = Future()
    stop: Future[Callable[[], object]] = Future()

    async def serve_until_stopped() -> None:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        stop.set_result(lambda: loop.call_soon_threadsafe(stopped.set))
        async with open_platforms(setting, ports or {}) as (platforms, addresses):
            started.set_result(RunningPlatforms(loop, platforms, addresses))
            await stopped.wait()

    def run() -> None:
        try:
            asyncio.run(serve_until_stopped())
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    thread = threading.Thread(target=run, name="sandbox-platforms", daemon=True)
    thread.start()
    running = started.result(timeout=60)
    try:
        yield running
    finally:
        stop.result()()
        thread.join(timeout=60)


def serve(
    database_url: str,
    *,
    ports: Mapping[str, int] | None = None,
    arrival_clock: Clock = system_clock,
    wall_clock: Clock = system_clock,
    result_delay_seconds: float = 0.1,
    rate_limits: Mapping[str, int | None] | None = None,
    announce: Callable[[str], object] | None = None,
    host: str = THIS_MACHINE,
) -> None:
    """Serve the three platforms until SIGTERM or SIGINT; what was accepted by then is worked off before it returns.

    One line `<platform> <address>` is announced for each platform once it answers. The arguments are those of
    `running_platforms`, but for `ports`, which are the sandbox's own where none is given, and `host`, the address to
    listen on; requests are not kept.
    """
    setting = Setting(database_url, arrival_clock, wall_clock, result_delay_seconds, rate_limits or {})

    own_ports = {name.removesuffix("_platform"): port for name, port in sandbox_ports().items()}

    async def serve_until_signalled() -> None:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)
        async with open_platforms(setting, {**own_ports, **(ports or {})}, host) as (_platforms, addresses):
            for name, address in addresses.items():
                (announce or _say)(f"{name} {address}")
            await stopped.wait()

    asyncio.run(serve_until_signalled())


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
