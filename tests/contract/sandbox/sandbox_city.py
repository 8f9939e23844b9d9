"""A small invented city in the sandbox database: one project, its parties, two registered persons."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

AREA = "330106"
CITY = "330100"
PROJECT = "330106261001010001"
OTHER_PROJECT = "330106261001010002"
CITY_APPID = "zj-330100"
CITY_SECRET = "0123456789abcdef0123456789ABCDEF"
NATION_SECRET = "fedcba9876543210FEDCBA9876543210"
CONTRACTOR = "91330000MA0000001X"
LABOUR = "91330000MA0000002Y"
MANAGER_ID = "33000019800101003X"
FIRST_CHANGE = datetime(2026, 11, 1, 8, 0, 0)  # noqa: DTZ001 - local time of Shanghai

PROJECT_ROW = {
    "projectCode": PROJECT,
    "name": "湖畔一期",
    "category": "01",
    "areaCode": AREA,
    "contractorCorpCode": CONTRACTOR,
    "contractorCorpName": "甲建设有限公司",
    "builderLicenses": [{"prjName": "湖畔一期", "builderLicenseNum": "330106202610010101", "issueDate": "2026-10-01"}],
    "prjStatus": "003",
}
PARTICIPANT_ROW = {
    "projectCode": PROJECT,
    "corpCode": CONTRACTOR,
    "corpType": "009",
    "corpName": "甲建设有限公司",
    "pmIDCardNumber": MANAGER_ID,
}
MANAGER_ROW = {
    "personId": "P1",
    "name": "林一",
    "idCardType": "01",
    "idCardNumber": MANAGER_ID,
    "phone": "19900000001",
    "employerCorpCode": CONTRACTOR,
}


def put_shared(
    connection: psycopg.Connection,
    shared_object: str,
    source_id: str,
    payload: dict[str, Any],
    *,
    updated_at: datetime = FIRST_CHANGE,
    area_code: str = AREA,
    deleted: bool = False,
) -> None:
    connection.execute(
        "insert into integrity.shared_row values (%s, %s, 1, %s, %s, %s, %s)",
        [shared_object, source_id, updated_at, deleted, area_code, Jsonb(payload)],
    )


def lay_city(connection: psycopg.Connection) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into control.credential values (%s, %s, %s, %s, %s)",
            [
                ("integrity", CITY_APPID, CITY_SECRET, None, CITY),
                ("province", CITY_APPID, CITY_SECRET, None, CITY),
                ("nation", PROJECT, NATION_SECRET, PROJECT, None),
                ("nation", OTHER_PROJECT, NATION_SECRET, OTHER_PROJECT, None),
            ],
        )
    put_shared(connection, "project", "S-PRJ-1", PROJECT_ROW)
    put_shared(connection, "participant", "S-PAR-1", PARTICIPANT_ROW, updated_at=FIRST_CHANGE + timedelta(seconds=1))
    put_shared(connection, "person", "S-PER-1", MANAGER_ROW, updated_at=FIRST_CHANGE + timedelta(seconds=2))
