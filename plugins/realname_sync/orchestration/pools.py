"""Pools: how many tasks may talk to one outside system at the same time.

The sizes stand in pools.json beside this file, in the form that `airflow pools import` reads.
"""

from enum import StrEnum
from pathlib import Path

POOLS_FILE = Path(__file__).with_name("pools.json")


class Pool(StrEnum):
    """One pool for each outside system; the name is its connection's."""

    MUNICIPAL = "municipal_db"
    INTEGRITY = "integrity_platform"
    PROVINCE = "province_platform"
    NATION = "nation_platform"
