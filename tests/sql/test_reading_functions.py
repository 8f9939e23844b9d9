"""What a source wrote becomes a value or no value; nothing that it can write stops the reading."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, text

CASES: list[tuple[str, str | None, Any]] = [
    ("as_number", "12.50", Decimal("12.50")),
    ("as_number", " -7 ", Decimal(-7)),
    ("as_number", ".5", Decimal("0.5")),
    ("as_number", "约两亿元", None),
    ("as_number", "1,200", None),
    ("as_number", "NaN", None),
    ("as_number", "Infinity", None),
    ("as_number", "1e999999", None),
    ("as_number", "　1", None),
    ("as_number", "１", None),
    ("as_number", "+1.", Decimal(1)),
    ("as_number", "9" * 60 + "." + "9" * 60, Decimal("9" * 60 + "." + "9" * 60)),
    ("as_number", "9" * 120, Decimal("9" * 120)),
    ("as_number", "9" * 121, None),
    ("as_number", "0." + "9" * 61, None),
    ("as_code", "330106", "330106"),
    ("as_code", " ３３0106\u3000ab ", "330106AB"),
    ("as_code", "　", None),
    ("as_code", "", None),
    ("as_number", "", None),
    ("as_number", None, None),
    ("as_integer", "33", 33),
    ("as_integer", "2.6", 3),
    ("as_integer", "2147483648", None),
    ("as_integer", "99999999999", None),
    ("as_integer", "NaN", None),
    ("as_integer", "十八", None),
    ("as_date", "2026-13-45", None),
    ("as_date", "去年", None),
    ("as_instant", "25:61", None),
    ("as_boolean", "maybe", None),
]


@pytest.mark.parametrize(("function", "written", "read"), CASES, ids=str)
def test_a_value_is_read_or_left(warehouse: Engine, function: str, written: str | None, read: Any) -> None:
    """From a row and from a parameter, each the first time in its session: a plan for one value is the hard case."""
    landed = "(VALUES (jsonb_build_object('v', cast(:v AS text)))) AS one (landed)"
    from_row = f"SELECT core.{function}(landed ->> 'v') FROM {landed}"
    for statement in (from_row, f"SELECT core.{function}(cast(:v AS text))"):
        with warehouse.connect() as connection:
            assert connection.execute(text(statement), {"v": written}).scalar_one() == read
        warehouse.dispose()
