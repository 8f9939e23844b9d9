"""The checks of a case: for each a project that gives the sign, one that does not, and one that cannot be told."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from rule_cases import WORK_DATE, given
from sqlalchemy import Engine, text

from realname_sync.pipelines.cases import overall
from realname_sync.quality.case_book import load_case_book
from realname_sync.warehouse import statements

BOOK = load_case_book()
OTHER = "91330000000099999X"
PROJECT: dict[str, list[dict[str, Any]]] = {"core.shared_project": [{}], "core.municipal_project": [{}]}
LEADS = ("G01", "G02", "G03", "G04")
ALL_LEADS = [{"post_code": post, "person_id": f"p{number}"} for number, post in enumerate(LEADS)]
PEOPLE = [{"person_id": f"p{number}", "id_hash": f"h{number}"} for number in range(4)]
SHARED = [{"person_id": f"R{number}", "id_hash": f"h{number}"} for number in range(4)]
FAR = {"project_code": "P2", "lng": 121.5, "lat": 29.9}

CASES: list[tuple[str, str, Mapping[str, Sequence[Mapping[str, Any]]]]] = [
    ("leads", "yes", {"core.key_post_filled": ALL_LEADS[1:], "core.person": PEOPLE}),
    (
        "leads",
        "yes",  # the manager is in the post and never punches, others do
        {
            "core.key_post_filled": ALL_LEADS,
            "core.person": PEOPLE,
            "core.punch": [{"person_id": f"p{number}"} for number in (1, 2, 3)],
        },
    ),
    (
        "leads",
        "yes",  # the last punch is too long ago, and a withdrawn one is none
        {
            "core.key_post_filled": ALL_LEADS,
            "core.person": PEOPLE,
            "core.punch": [
                *({"person_id": f"p{number}"} for number in (1, 2, 3)),
                {"person_id": "p0", "work_date": WORK_DATE.replace(month=10, day=20)},
                {"person_id": "p0", "withdrawn_at": "2026-11-20T22:00:00+08:00"},
            ],
        },
    ),
    (
        "leads",
        "no",
        {
            "core.key_post_filled": ALL_LEADS,
            "core.person": PEOPLE,
            "core.punch": [{"person_id": f"p{number}"} for number in range(4)],
        },
    ),
    ("leads", "cannot tell", {"core.key_post_filled": ALL_LEADS, "core.person": PEOPLE}),
    (
        "employers",
        "yes",
        {
            "core.key_post_filled": ALL_LEADS,
            "core.person": PEOPLE,
            "core.shared_person": [{**SHARED[0], "employer_corp_code": OTHER}, *SHARED[1:]],
        },
    ),
    (
        "employers",
        "yes",  # the registration says so
        {
            "core.key_post_filled": ALL_LEADS,
            "core.person": PEOPLE,
            "core.shared_person": SHARED,
            "core.shared_registration": [{"person_id": "R0", "employer_corp_code": OTHER}],
        },
    ),
    (
        "employers",
        "no",  # a registration that is over says nothing
        {
            "core.key_post_filled": ALL_LEADS,
            "core.person": PEOPLE,
            "core.shared_person": SHARED,
            "core.shared_registration": [
                {"person_id": "R0", "employer_corp_code": OTHER, "registered_until": "2026-11-19"}
            ],
        },
    ),
    ("employers", "cannot tell", {"core.key_post_filled": ALL_LEADS, "core.person": PEOPLE}),
    (
        "distant_sites",
        "yes",  # under another municipal number
        {
            "core.municipal_project": [FAR],
            "core.key_post_filled": [{}],
            "core.person": [{}, {"person_id": "p9"}],
            "core.punch": [{"person_id": "p9", "project_code": "P2"}],
        },
    ),
    (
        "distant_sites",
        "no",
        {
            "core.municipal_project": [{**FAR, "lng": 120.101, "lat": 30.281}],
            "core.key_post_filled": [{}],
            "core.person": [{}],
            "core.punch": [{"project_code": "P2"}, {}],
        },
    ),
    (
        "distant_sites",
        "cannot tell",
        {
            "core.municipal_project": [{**FAR, "lng": None}],
            "core.key_post_filled": [{}],
            "core.person": [{}],
            "core.punch": [{"project_code": "P2"}],
        },
    ),
    (
        "one_subcontractor",
        "yes",
        {"core.project_worker": [{"corp_code": OTHER}], "core.punch": [{}]},
    ),
    (
        "one_subcontractor",
        "no",
        {
            "core.project_worker": [{"corp_code": OTHER}, {"person_id": "p2"}],
            "core.punch": [{}, {"person_id": "p2"}],
        },
    ),
    ("one_subcontractor", "no", {"core.project_worker": [{}], "core.punch": [{}]}),
    ("one_subcontractor", "cannot tell", {"core.project_worker": [{"corp_code": OTHER}]}),
    ("one_subcontractor", "cannot tell", {"core.project_worker": [{"corp_code": None}], "core.punch": [{}]}),
    ("stranger_pays", "yes", {"core.payroll": [{}, {"corp_code": OTHER}]}),
    (
        "stranger_pays",
        "no",
        {"core.payroll": [{}, {"corp_code": OTHER}], "core.municipal_participant": [{"corp_code": OTHER}]},
    ),
    ("stranger_pays", "no", {"core.payroll": [{}, {"corp_code": OTHER, "pay_month": "2025-10"}]}),
    ("stranger_pays", "cannot tell", {}),
    ("stranger_pays", "cannot tell", {"core.payroll": [{"corp_code": None}]}),
]


@pytest.fixture(scope="module")
def shared_warehouse(postgres: Any, migrated_template: str) -> Iterator[Engine]:
    from databases import create_database, database_spec, drop_database
    from realname_sync.warehouse.engine import open_engine

    create_database(postgres, "w_case_checks", migrated_template)
    engine = open_engine(database_spec(postgres, "w_case_checks"))
    yield engine
    engine.dispose()
    drop_database(postgres, "w_case_checks")


@pytest.mark.parametrize(("check_id", "answer", "rows"), CASES, ids=[f"{one[0]} {one[1]}" for one in CASES])
def test_check(
    shared_warehouse: Engine, check_id: str, answer: str, rows: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    check = BOOK.checks[check_id]
    whole = {**PROJECT, **rows}
    whole["core.municipal_project"] = [*PROJECT["core.municipal_project"], *rows.get("core.municipal_project", ())]
    with shared_warehouse.connect() as connection, connection.begin() as everything:
        given(connection, whole)
        connection.execute(text("SET LOCAL ROLE realname_read"))
        found = statements.rows(
            connection, check.statement_name, project_code="P1", work_date=WORK_DATE, **check.parameters
        )
        everything.rollback()
    assert overall({row.answer for row in found}) == answer, found
    assert all(row.about and row.detail for row in found)
    assert "李经理" not in str(found)


def test_every_check_is_tried_with_each_answer() -> None:
    assert {(one[0], one[1]) for one in CASES} == {
        (check, answer) for check in BOOK.checks for answer in ("yes", "no", "cannot tell")
    }
