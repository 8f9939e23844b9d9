"""The rate of calls that a platform bears: found by trying, remembered, and shared by all senders of the platform."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from realname_sync.errors import RealnameError
from realname_sync.standards import Profile
from realname_sync.warehouse import statements
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.workdate import Clock

log = logging.getLogger(__name__)

_ECHO = timedelta(seconds=1)  # complaints within this of a change are about calls made before it
_SEEN_WITHIN = timedelta(seconds=10)  # a sender that was not heard of for longer has no share
_LESS, _SLOWEST = 0.7, 1.0
_MORE_AT_FIRST, _MORE, _PLUS = 1.25, 1.02, 1.0
_USED = 0.8  # only a rate that was really used says anything about more


@dataclass(frozen=True)
class KnownRate:
    """What is known of a platform: calls a second, when that changed, and when it last complained, if ever."""

    calls_per_second: float
    changed_at: datetime
    complained_at: datetime | None


def next_rate(known: KnownRate, used: float, complaints: int, now: datetime, ceiling: float | None) -> KnownRate:
    """The rate after a beat: cut by a complaint, raised while it is used and nothing complains, never above `ceiling`.

    Until the first complaint ever it rises by a quarter at a time, afterwards in small steps. `used` is calls a second.
    """
    if now - known.changed_at < _ECHO:
        return known
    if complaints:
        return KnownRate(max(known.calls_per_second * _LESS, _SLOWEST), now, now)
    if used < known.calls_per_second * _USED:
        return known
    factor = _MORE if known.complained_at else _MORE_AT_FIRST
    raised = known.calls_per_second * factor + _PLUS
    return KnownRate(min(raised, ceiling) if ceiling else raised, now, known.complained_at)


class SharedPace:
    """One sender's part in the rate of a platform, kept in ops.pace and ops.pace_share.

    To be used as the beat of a `Pace`. It never stands in the way: where the warehouse cannot be asked just now, the
    last rate goes on.
    """

    def __init__(self, engine: Engine, profile: Profile, sender: str, clock: Clock) -> None:
        self._engine = engine
        self._profile = profile
        self._sender = sender
        self._clock = clock
        self._share = float(profile.first_calls_per_second)
        self._last: datetime | None = None

    def __call__(self, ended: int, complaints: int) -> float:
        """Tell what came of the calls since the last beat, and get this sender's calls a second."""
        now = self._clock()
        seconds = max((now - self._last).total_seconds(), 1.0) if self._last else 1.0
        self._last = now
        try:
            self._share = self._beat(now, ended / seconds, complaints)
        except (SQLAlchemyError, RealnameError) as error:
            log.warning("%s: the shared rate cannot be read just now (%s)", self._profile.name, type(error).__name__)
        return self._share

    def _beat(self, now: datetime, used: float, complaints: int) -> float:
        platform = self._profile.name
        with transaction(self._engine, Role.SEND) as connection:
            row = statements.rows(
                connection,
                "ops/lock_pace",
                platform=platform,
                sender=self._sender,
                first=self._first(),
                now=now,
                seen_since=now - _SEEN_WITHIN,
            )[0]
            known = KnownRate(row.calls_per_second, row.changed_at, row.complained_at)
            ceiling = self._profile.calls_per_second
            new = next_rate(known, used * row.senders, complaints, now, float(ceiling) if ceiling else None)
            if new != known:
                statements.run(
                    connection,
                    "ops/change_pace",
                    platform=platform,
                    calls_per_second=new.calls_per_second,
                    changed_at=new.changed_at,
                    complained_at=new.complained_at,
                )
        return float(max(new.calls_per_second, _SLOWEST) / row.senders)

    def _first(self) -> float:
        ceiling = self._profile.calls_per_second
        first = self._profile.first_calls_per_second
        return float(min(first, ceiling) if ceiling else first)
