"""A small day with everything in it, and its report."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from mixed_day import DAY, plant
from sqlalchemy import Engine

from realname_sync.quality.catalogue import load_catalogue
from realname_sync.quality.report.model import QualityReport
from realname_sync.quality.report.reading import DayReader
from realname_sync.warehouse.engine import Role, transaction
from realname_sync.workdate import day_bounds


@pytest.fixture
def day(warehouse: Engine) -> Engine:
    """The warehouse with the mixed day in it."""
    with warehouse.begin() as connection:
        plant(connection)
    return warehouse


@pytest.fixture
def reader(day: Engine) -> Iterator[DayReader]:
    """A reader of the mixed day, as the report's own role."""
    with transaction(day.execution_options(isolation_level="REPEATABLE READ"), Role.READ) as connection:
        yield DayReader(connection, DAY)


@pytest.fixture
def report(reader: DayReader) -> QualityReport:
    """Its report, an hour after the day."""
    catalogue = load_catalogue()
    after = day_bounds(DAY)[1] + timedelta(hours=1)
    return reader.report(city_code="330100", generated_at=after, in_force=catalogue.in_force(DAY, "330100"))
