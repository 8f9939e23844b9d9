"""Fills in what a step names: `$team` or `$a.number` for a value known by now, `{mark}` for the walk's mark."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from realname_sync.errors import RealnameError
from realname_sync.joint.invented import company, one_of_a_crowd, parts, people
from realname_sync.standards import Profile
from realname_sync.workdate import SHANGHAI

Known = dict[str, Any]


class NotKnownError(RealnameError):
    """A step names a value that no earlier step brought; the text is the name."""


def known_at_first(mark: str, profile: Profile, now: datetime) -> Known:
    """What is known before the first step: invented people and their company, days, pages."""
    local = now.astimezone(SHANGHAI)
    today = local.date()
    yesterday = today - timedelta(days=1)

    def at(day: Any, hour: int, minute: int = 0) -> str:
        return f"{datetime.combine(day, time(hour, minute)):%Y-%m-%d %H:%M:%S}"

    return {
        **people(mark),
        "mark": mark,
        "corp": company(mark),
        "image": parts()["image"],
        "today": today.isoformat(),
        "yesterday": yesterday.isoformat(),
        "two_days_ago": (today - timedelta(days=2)).isoformat(),
        "this_month": f"{today:%Y-%m}",
        "morning": at(yesterday, 7, 30),
        "noon": at(yesterday, 12),
        "evening": at(yesterday, 17, 30),
        "tomorrow_morning": at(today + timedelta(days=1), 7, 30),
        "ten_minutes_ago": f"{local - timedelta(minutes=10):%Y-%m-%d %H:%M:%S}",
        "first": profile.first_page,
        "second": profile.first_page + 1,
        "page_size": profile.page_size,
        "page_size_beyond": profile.page_size + 1,
    }


def resolved(value: Any, known: Known) -> Any:
    """The value with everything it names filled in.

    Raises:
        NotKnownError: something it names is not known.
    """
    if isinstance(value, str):
        if value.startswith("$"):
            return _looked_up(value[1:], known)
        return value.replace("{mark}", str(known["mark"]))
    if isinstance(value, Mapping):
        if value.keys() == {"text", "times"}:
            return str(value["text"]) * int(value["times"])
        if value.keys() == {"decimal"}:
            return Decimal(value["decimal"])
        return {name: resolved(item, known) for name, item in value.items()}
    return [resolved(item, known) for item in value] if isinstance(value, list | tuple) else value


def with_one_of_a_crowd(known: Known, index: int) -> Known:
    """What is known, with one more person as `extra`."""
    return {**known, "extra": one_of_a_crowd(str(known["mark"]), index)}


def _looked_up(path: str, known: Known) -> Any:
    value: Any = known
    for name in path.split("."):
        if not isinstance(value, Mapping) or value.get(name) is None:
            raise NotKnownError(path)
        value = value[name]
    return value
