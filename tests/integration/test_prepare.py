"""`realname deploy prepare` on a server that nothing was made on: databases, metadata, pools, warehouse; then again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL

from databases import DATA_KEY
from realname_sync.warehouse.embedded import embedded_server

pytestmark = pytest.mark.timeout(600)


def test_everything_is_made_once_and_a_pools_size_is_left_alone(tmp_path: Path, short_folder: Path) -> None:
    server = embedded_server(short_folder / "prepare")
    try:
        folder = server.get_postmaster_info().socket_dir
        address = URL.create("postgresql+psycopg", "airflow", "one", database="airflow", query={"host": str(folder)})
        metadata = address.render_as_string(hide_password=False)
        spec = {"conn_type": "postgres", "host": folder, "login": "realname", "schema": "realname_warehouse"}
        warehouse = json.dumps({**spec, "password": "two", "extra": {"data_key": DATA_KEY}}, default=str)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")},
            "AIRFLOW_HOME": str(tmp_path),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata,
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": metadata,
            "AIRFLOW_CONN_WAREHOUSE_DB": warehouse,
            "REALNAME_POSTGRES_ADMIN": f"host={folder} user=postgres dbname=postgres",
            "REALNAME_HOME": str(tmp_path / "home"),
        }

        def prepared() -> str:
            command = [sys.executable, "-c", "from realname_sync.cli import main; main()", "deploy", "prepare"]
            return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

        with psycopg.connect(environment["REALNAME_POSTGRES_ADMIN"], autocommit=True) as connection:
            connection.execute("ALTER SYSTEM RESET ALL")  # as a server stands that somebody else has made
            connection.execute("SELECT pg_reload_conf()")

        first = prepared()
        assert "databases created: realname_warehouse, airflow" in first
        assert "settings of the server made: checkpoint_timeout = 15min, max_wal_size = 8GB" in first
        assert "pools created: municipal_db, integrity_platform, province_platform, nation_platform" in first
        with psycopg.connect(f"host={folder} user=airflow dbname=airflow") as connection:
            connection.execute("UPDATE slot_pool SET slots = 4 WHERE pool = 'nation_platform'")
        second = prepared()
        assert "databases created: none" in second
        assert "settings of the server made: none" in second
        assert "pools created: none" in second
        assert "0 migrations applied" in second
        with psycopg.connect(f"host={folder} user=airflow dbname=airflow") as connection:
            found = connection.execute("SELECT slots FROM slot_pool WHERE pool = 'nation_platform'").fetchone()
        assert found == (4,)
    finally:
        server.cleanup()
