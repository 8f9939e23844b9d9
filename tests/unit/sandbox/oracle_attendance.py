"""The rules about a whole day once more, in plain Python: clocks, stays, ages, devices, coverage."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any

from oracle_master import MasterData
from oracle_rows import Finding, day_of, is_ahead, is_implausible

from realname_sync.sandbox.model import City
from realname_sync.sandbox.municipal_rows import Attendance

SIXTEEN, TWENTY_FOUR = timedelta(hours=16), timedelta(hours=24)


def attendance_findings(city: City, day: date) -> set[Finding]:
    """What a check of that day finds; before the range there are stragglers only, and only master data speak."""
    found = set(_old_devices(city))
    if city.days.first <= day <= city.days.last:
        rows: dict[date, list[Attendance]] = defaultdict(list)
        for row in city.municipal.attendance:
            if day_of(row) >= city.days.first:
                rows[day_of(row)].append(row)
        today, before = rows[day], rows[day - timedelta(days=1)]
        found |= {*_clocks(today), *_reused(before, today), *_stays(city, before, today)}
        found |= {*_places(city, today, day), *_ages(city, today, day), *_silent(city, today, day)}
    return found


def _old_devices(city: City) -> Iterator[Finding]:
    projects = MasterData(city).projects
    for device in city.municipal.device:
        project = projects.get(device.project_code)
        if project and project["prjStatus"] == "003" and device.standard_version < "2021":
            assert project["startDate"] > "2021-05-30" or project["planCompleteDate"] > "2021-07-30"
            yield "DEV-001", "device", device.device_sn, "standardVersion"


def _clocks(today: list[Attendance]) -> Iterator[Finding]:
    by_device: dict[str, list[Attendance]] = defaultdict(list)
    for row in today:
        by_device[row.device_sn].append(row)
    for device, rows in by_device.items():
        lags = sorted((row.punched_at - row.received_at).total_seconds() for row in rows)
        low, middle, high = (lags[ceil(share * len(lags)) - 1] for share in (0.1, 0.5, 0.9))
        received = [row.received_at for row in rows]
        if len(rows) < 5 or high - low > 120 or max(received) - min(received) < timedelta(hours=1):
            continue
        off = abs(middle)
        if abs(off - 8 * 3600) <= 300:
            yield "RST-010", "device", device, "deviceClock"
        elif off > 360:
            yield "RST-012", "device", device, "deviceClock"
        elif off > 60:
            yield "RST-011", "device", device, "deviceClock"


def _reused(before: list[Attendance], today: list[Attendance]) -> Iterator[Finding]:
    first: dict[tuple[str, str], Attendance] = {}
    for row in sorted(before + today, key=lambda row: (row.received_at, row.id)):
        if row.device_record_id is None:
            continue
        holder = first.setdefault((row.device_sn, row.device_record_id), row)
        if row in today and row.punched_at != holder.punched_at:
            yield "RST-009", "punch", str(row.id), "deviceRecordId"


def _believed(row: Attendance) -> datetime:
    return row.received_at if is_implausible(row) or is_ahead(row) else row.punched_at


def _stays(city: City, before: list[Attendance], today: list[Attendance]) -> Iterator[Finding]:
    rosters = {(row.project_code, row.person_id) for row in city.municipal.project_worker}
    starts = {row.project_code: row.start_date for row in city.municipal.project_copy}
    midnight = datetime.combine(day_of(today[0]), time()) if today else datetime.min  # noqa: DTZ901 - of no zone
    people: dict[tuple[str, str], list[Attendance]] = defaultdict(list)
    for row in before + today:
        people[row.project_code, row.person_id].append(row)
    for who, rows in people.items():
        rows.sort(key=lambda row: (_believed(row), row.id))
        for place, row in enumerate(rows):
            at, following = _believed(row), rows[place + 1 :]
            ran_out = midnight <= at + SIXTEEN < midnight + timedelta(days=1)
            then = following[0] if following else None
            shift = SIXTEEN if then is None or then.direction == "01" else TWENTY_FOUR
            seen = then is not None and _believed(then) <= at + shift
            begun = starts[row.project_code] <= day_of(row)
            if row.direction == "01" and who in rosters and begun and ran_out and not seen:
                yield "RST-013", "punch", str(row.id), "direction"
            earlier = rows[place - 1] if place else None
            if row.direction == "02" and row in today and earlier is not None and earlier.direction == "01":
                doubtful = [one for one in (row, earlier) if _believed(one) != one.punched_at]
                if not doubtful and SIXTEEN < at - _believed(earlier) <= TWENTY_FOUR:
                    yield "RST-014", "punch", str(row.id), "hoursOnSite"


def _places(city: City, today: list[Attendance], day: date) -> Iterator[Finding]:
    rows, shared = city.municipal, MasterData(city).shared["participant"]
    here = {(row.project_code, row.person_id) for row in today}
    teams = {team.team_id: (team.project_code, team.corp_code) for team in rows.team}
    ends: dict[tuple[str, str], list[str | None]] = defaultdict(list)
    for part in shared:
        ends[part["projectCode"], part["corpCode"]].append(part["exitTime"])
    known = {(part["projectCode"], part["corpCode"], part["corpType"]) for part in shared}
    for copy in rows.participant_copy:
        if (copy.project_code, copy.corp_code, copy.corp_type) not in known:
            ends[copy.project_code, copy.corp_code].append(copy.exit_time.isoformat() if copy.exit_time else None)
    for worker in rows.project_worker:
        key = f"{worker.project_code}|{worker.person_id}"
        if (worker.project_code, worker.person_id) not in here:
            continue
        place: Any = (worker.project_code, worker.corp_code)
        if worker.team_id and teams.get(worker.team_id) != place:
            yield "RST-015", "project_worker", key, "teamId"
        if not any(end is None or end[:10] >= str(day) for end in ends[place]):
            yield "RST-015", "project_worker", key, "corpCode"


def _ages(city: City, today: list[Attendance], day: date) -> Iterator[Finding]:
    birthdays = {row.person_id: row.birthday for row in city.municipal.person}
    for project, person in {(row.project_code, row.person_id) for row in today}:
        born = birthdays[person]
        age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        if age < 18:
            yield "AGE-001" if age < 16 else "AGE-002", "project_worker", f"{project}|{person}", "birthday"


def _silent(city: City, today: list[Attendance], day: date) -> Iterator[Finding]:
    projects, rows = MasterData(city).projects, city.municipal
    counts: dict[str, int] = defaultdict(int)
    for row in today:
        counts[row.project_code] += 1
    running = {
        copy.project_code
        for copy in rows.project_copy
        if copy.prj_status == projects.get(copy.project_code, {}).get("prjStatus") == "003"
    }
    stopped = {stop.project_code for stop in rows.stop_work if stop.from_date <= day <= stop.to_date}
    for project in running - stopped:
        if not counts[project]:
            yield "CVR-001", "project", project, "attendance"
    heard = {row.device_sn for row in today}
    for device in rows.device:
        in_use = date(2000, 1, 2) <= device.install_date < day
        busy = device.project_code in running and counts[device.project_code] >= 20
        if busy and in_use and device.device_sn not in heard:
            yield "DEV-002", "device", device.device_sn, "records"
    for area in ("3301", *(site.area_code for site in city.sites)):
        asked = [site for site in city.sites if site.code in running - stopped and site.area_code.startswith(area)]
        silent = sum(not counts[site.code] for site in asked)
        assert len(asked) < 10 or silent * 10 <= len(asked), "the plant would bring down the update rate (CVR-003)"
