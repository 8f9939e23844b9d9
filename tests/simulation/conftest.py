"""A warehouse with the simulated city in it, one for each test module."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from databases import create_database, database_spec, drop_database
from realname_sync.warehouse.engine import open_engine
from simulation.city import settle_the_city


@pytest.fixture(scope="module")
def city(postgres: Path, migrated_template: str) -> Iterator[Engine]:
    """The warehouse the days are played in, one after the other."""
    name = f"sim_{uuid.uuid4().hex[:12]}"
    create_database(postgres, name, migrated_template)
    engine = open_engine(database_spec(postgres, name))
    with engine.begin() as connection:
        settle_the_city(connection)
    yield engine
    engine.dispose()
    drop_database(postgres, name)
