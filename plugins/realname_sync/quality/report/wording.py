"""How numbers, days and things of the report are written, alike on the page and in the workbook."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import groupby

from realname_sync.quality.report.labels import Label, label
from realname_sync.quality.report.model import RuleText
from realname_sync.quality.report.rows import FindingRow, PunchRow
from realname_sync.standards.divisions import division
from realname_sync.workdate import SHANGHAI

_WEEKDAYS = "一二三四五六日"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def count_text(number: int | None) -> str:
    """With thousands separators."""
    return "—" if number is None else f"{number:,}"


def share_text(part: int, whole: int) -> str:
    """In per cent, rounded down: what is not whole never reads 100 %."""
    if not whole:
        return "—"
    hundredths = part * 10_000 // whole
    return f"{hundredths // 100}%" if hundredths % 100 == 0 else f"{hundredths / 100:.2f}%"


def day_text(day: date) -> str:
    """As in 2026年11月20日 星期五."""
    return f"{day.year}年{day.month}月{day.day}日 星期{_WEEKDAYS[day.weekday()]}"


def day_label(day: date) -> Label:
    """In both languages, as in 2026年11月20日 星期五 and Fri 2026-11-20."""
    return Label(day_text(day), f"{_DAYS[day.weekday()]} {day.isoformat()}")


def instant_text(instant: datetime | None) -> str:
    """In Asia/Shanghai."""
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if instant else "—"


def district_label(area_code: str) -> Label:
    """The name of the district a code lies in; a retired one says so."""
    known = division(area_code)
    if known is None:
        return Label(area_code or "区县不详", "" if area_code else "unknown")
    return Label(f"{known.name_zh}（已撤并）" if known.retired else known.name_zh, known.name_en)


def cause_label(cause: str, titles: Mapping[str, RuleText]) -> Label:
    """Why a punch has not arrived: the rule that holds it, what the deliveries call it, or the platform's own words."""
    if cause in titles:
        return Label(f"{cause} {titles[cause].title_zh}".rstrip(), titles[cause].title_en)
    return label("causes", cause)


def post_of(row: FindingRow) -> str:
    """The code of the post that a lamp finding is about."""
    return row.field.removeprefix("postCode:") if row.object == "project" else _part(row.key, 1)


def person_of(row: FindingRow) -> str:
    """The municipal id of the person filled in; empty where nobody is."""
    return "" if row.object == "project" else _part(row.key, 2)


def by_punch(rows: Iterable[PunchRow]) -> Iterator[list[PunchRow]]:
    """Rows that say the same of one punch for several platforms, together; they come one after the other."""
    for _, same in groupby(rows, key=_same):
        yield list(same)


def _same(row: PunchRow) -> tuple[object, ...]:
    return row.project_code, row.punch_id, row.state, row.cause, row.reason, row.batch_id


def _part(key: str, place: int) -> str:
    parts = key.split("|")
    return parts[place] if len(parts) > place else ""
