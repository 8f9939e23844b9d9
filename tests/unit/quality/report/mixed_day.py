"""A small day with every state a punch can be in, findings of many kinds, and people who must not be named."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from counting import count_project_days
from realname_sync.warehouse.bulk import copy_rows

DAY = date(2026, 11, 20)
MORNING = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
EVENING = MORNING + timedelta(hours=13)
PAST_MIDNIGHT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)

WEST, YUHANG, QUIET, OLD = "330106202001010017", "330110202603150102", "330127202510010103", "330103201909090104"
PROJECTS = (
    (WEST, "古荡单元安置房", "330106", "003"),
    (YUHANG, "仓前产业园<一期>", "330110", "003"),
    (QUIET, "千岛湖污水处理厂", "330127", "003"),
    (OLD, "已完工的项目", "330103", "004"),
)
PEOPLE = (("W1", "欧阳不可见"), ("W2", "诸葛不公开"))
NUMBERS = NUMBER, PHONE, CARD = "330000199001011234", "13800138000", "6222020200112233"

# Batches: project, number, target, state, sent at. What a number stands for is told where punches are put in them.
BATCHES = (
    (WEST, 1, "province", "acknowledged", EVENING),
    (WEST, 2, "province", "acknowledged", PAST_MIDNIGHT),
    (WEST, 3, "nation", "acknowledged", EVENING),
    (WEST, 4, "nation", "refused", EVENING),
    (WEST, 5, "nation", "sent", EVENING),
    (WEST, 6, "province", "unknown", EVENING),
    (WEST, 7, "nation", "released", EVENING),
    (WEST, 8, "nation", "acknowledged", EVENING),
    (YUHANG, 9, "province", "acknowledged", EVENING),
    (YUHANG, 10, "nation", "planned", None),
)
# The ledger: punch, batch. A punch that stands twice was planned again.
LEDGER = (
    ("p1", 1), ("p1", 3),
    ("late", 2), ("late", 3),
    ("refused", 1), ("refused", 4),
    ("doubted", 6), ("doubted", 5),
    ("again", 1), ("again", 7), ("again", 8),
    ("released", 1), ("released", 7),
    ("released_held", 1), ("released_held", 7),
    ("row_refused", 1), ("row_refused", 3),
    ("row_released", 1), ("row_released", 3),
    ("mended", 1), ("mended", 3), ("mended", 8),
    ("y1", 9), ("y1", 10), ("y2", 9),
)  # fmt: skip
OUTCOMES = (
    ("row_refused", 3, "refused", "工人 诸葛不公开 330000199001011234 不在班组"),
    ("row_released", 3, "released", "asked: the platform does not have the row"),
    ("mended", 3, "refused", "postCode 不正确"),
)
HOLDS = (
    ("held", "province", "RST-001"), ("held", "nation", "RST-001"),
    ("released_held", "nation", "WORKER_REFUSED"),
    ("gone", "province", "WITHDRAWN"), ("gone", "nation", "WITHDRAWN"),
    ("p1", "province", "RST-001"),
)  # fmt: skip
ONLY_READ = ("held", "waiting", "gone")

# Findings: rule, object, key, field, project, expected, actual, owner, days.
MUNICIPAL, NOBODY = "municipal platform", "nobody"
CORP, RIGHT = "91330100MA0000000X", "a citizen number by GB 11643-1999"
FIRST, SECOND = "欧* 330000********1234", "诸* 330000********4321"
FINDINGS: tuple[tuple[Any, ...], ...] = (
    ("LMP-001", "project", QUIET, "postCode:G01", QUIET, FIRST, NOBODY, "site", 3),
    ("LMP-004", "key_post", f"{WEST}|J01|W2", "personId", WEST, FIRST, SECOND, "site", 1),
    ("CMP-001", "project", WEST, "name", WEST, "古荡单元安置房", "古荡安置房", MUNICIPAL, 2),
    (
        "CMP-003",
        "participant",
        f"{WEST}|{CORP}|009",
        "pmName",
        WEST,
        "欧阳不可见",
        "欧阳不可",
        MUNICIPAL,
        1,
    ),
    ("CMP-004", "person", "W1", "name", WEST, "欧阳不可见", "诸葛不公开", MUNICIPAL, 1),
    ("CMP-004", "person", "W2", "phone", YUHANG, PHONE, "138****8000", MUNICIPAL, 1),
    ("CMP-002", "corp", CORP, "legalMan", None, "诸葛不公开", "诸葛", MUNICIPAL, 1),
    ("IDN-001", "person", "W2", "idCardNumber", YUHANG, RIGHT, f"CHECKSUM {NUMBER}", MUNICIPAL, 1),
    ("RST-001", "punch", "held", "personId", WEST, "a person on the roster of the project", NUMBER, "site", 1),
    ("SHP-003", "project_worker", f"{YUHANG}|W2", "work_type", YUHANG, "a code of workType", CARD, MUNICIPAL, 1),
    ("ZZZ-009", "device", "D1", "", OLD, None, "=1+1", "us", 1),
)
SEVERITIES = {"LMP": "warn", "CMP": "warn", "IDN": "stop", "RST": "stop", "SHP": "stop", "ZZZ": "note"}


def columns_of(names: str) -> list[str]:
    """Column names as one writes them in a statement."""
    return names.split()


def plant(connection: Connection) -> None:
    """Put the day into an empty warehouse, and the day before it, which must not be counted."""
    for back in range(4):
        connection.execute(text("SELECT ops.ensure_work_date(:day)"), {"day": DAY - timedelta(days=back)})
    _master_data(connection)
    _punches(connection)
    _deliveries(connection)
    _findings(connection)


def _master_data(connection: Connection) -> None:
    copy_rows(
        connection,
        "core.municipal_project",
        ("project_code", "name", "area_code", "prj_status", "digest"),
        [(*project, b"") for project in PROJECTS],
    )
    people = [(*person, b"") for person in PEOPLE]
    copy_rows(connection, "core.person", ("person_id", "name", "digest"), people)
    workers = [(project, person, b"") for project in (WEST, YUHANG) for person, _ in PEOPLE]
    copy_rows(connection, "core.project_worker", ("project_code", "person_id", "digest"), workers)


def _project_of(punch: str) -> str:
    return YUHANG if punch.startswith("y") else WEST


def _punches(connection: Connection) -> None:
    columns = columns_of(
        "work_date project_code punch_id person_id device_sn punched_at received_at withdrawn_at first_read_at"
    )
    names = dict.fromkeys((*(punch for punch, _ in LEDGER), *ONLY_READ))
    rows = [
        (
            DAY,
            _project_of(punch),
            punch,
            "W1",
            "D1",
            MORNING,
            PAST_MIDNIGHT if punch == "late" else MORNING,
            EVENING if punch == "gone" else None,
            MORNING,
        )
        for punch in names
    ]
    yesterday = DAY - timedelta(days=1)
    copy_rows(
        connection,
        "core.punch",
        columns,
        [*rows, (yesterday, WEST, "old", "W1", "D1", MORNING, MORNING, None, MORNING)],
    )
    count_project_days(connection)


def _deliveries(connection: Connection) -> None:
    sizes = {batch: sum(one == batch for _, one in LEDGER) for _, batch, *_ in BATCHES}
    columns = columns_of("work_date project_code batch_id target kind row_count state planned_at sent_at reason")
    said = {"refused": f"班组 {CARD} 不存在"}
    batches = [
        (DAY, project, batch, target, "attendance", sizes[batch], state, MORNING, sent_at, said.get(state))
        for project, batch, target, state, sent_at in BATCHES
    ]
    copy_rows(connection, "delivery.batch", columns, batches)
    targets = {batch: target for _, batch, target, *_ in BATCHES}
    ledger = [(DAY, _project_of(punch), targets[batch], punch, batch, 0) for punch, batch in LEDGER]
    copy_rows(
        connection,
        "delivery.punch_batch",
        columns_of("work_date project_code target punch_id batch_id row_index"),
        ledger,
    )
    outcomes = [
        (DAY, WEST, targets[batch], batch, punch, fate, reason, EVENING) for punch, batch, fate, reason in OUTCOMES
    ]
    columns = columns_of("work_date project_code target batch_id punch_id outcome reason recorded_at")
    copy_rows(connection, "delivery.row_outcome", columns, outcomes)
    reasons = {"WORKER_REFUSED": "the platform refused the worker: 欧阳不可见 13800138000"}
    holds = [(DAY, WEST, target, punch, rule, reasons.get(rule, "finding")) for punch, target, rule in HOLDS]
    columns = columns_of("work_date project_code target punch_id rule_id reason")
    copy_rows(connection, "delivery.backlog", columns, holds)
    counts = [
        (DAY, "province", WEST, 13, 13, 10, 10, EVENING),
        (DAY, "nation", WEST, 13, 13, 4, 5, EVENING),
        (DAY, "province", YUHANG, 3, 2, 2, 2, EVENING),
        (DAY, "nation", YUHANG, 2, 2, 0, None, EVENING),
    ]
    columns = columns_of(
        "work_date target project_code municipal_rows read_rows acknowledged_rows platform_rows checked_at"
    )
    copy_rows(connection, "delivery.reconciliation", columns, counts)


def _findings(connection: Connection) -> None:
    columns = columns_of(
        "work_date rule_id severity object object_key field project_code expected actual owner remedy found_at"
    )
    rows = [
        (
            DAY - timedelta(days=back),
            rule,
            SEVERITIES[rule[:3]],
            kind,
            key,
            field,
            project,
            expected,
            actual,
            owner,
            "Correct it.",
            EVENING,
        )
        for rule, kind, key, field, project, expected, actual, owner, days in FINDINGS
        for back in range(days)
    ]
    yesterday = DAY - timedelta(days=1)
    gone = (
        yesterday,
        "CMP-002",
        "warn",
        "corp",
        "GONE",
        "corpName",
        None,
        "甲",
        "乙",
        MUNICIPAL,
        "Correct it.",
        EVENING,
    )
    copy_rows(connection, "quality.finding", columns, [*rows, gone])
    checked = [(DAY - timedelta(days=back), 1, EVENING) for back in range(3)]
    copy_rows(connection, "quality.checked_read", ("work_date", "change_no", "checked_at"), checked)
