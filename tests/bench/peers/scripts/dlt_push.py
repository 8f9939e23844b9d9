"""dlt: the day's attendance to the nation's receiver by a custom destination; a call of 20 rows is an item."""

import json
import threading
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import dlt
import psycopg2
import requests

from bench.peers.scripts.job import JOB, working
from bench.references.open_call import encrypted, signed

_TYPE = "application/x-www-form-urlencoded; charset=UTF-8"
_ROW = ("idCardType", "idCardNumber", "date", "direction", "channel", "attendType", "lng", "lat")
_ROWS_A_CALL = 20
_local = threading.local()


@dlt.resource(name="attendance", write_disposition="append")
def calls() -> Iterator[list[dict[str, Any]]]:
    """The day in calls: 20 rows of one team."""
    with psycopg2.connect(JOB["plain_source"]) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT project_code, team_id, id_card_type, number, date, direction, channel, attend_type, lng, lat"
            f" FROM {JOB['due']} ORDER BY project_code, team_id, date, number"
        )
        for (project_code, _team), group in groupby(cursor.fetchall(), key=itemgetter(0, 1)):
            rows = [dict(zip(_ROW, row[2:], strict=True)) for row in group]
            yield [
                {"project_code": project_code, "rows": json.dumps(rows[start : start + _ROWS_A_CALL])}
                for start in range(0, len(rows), _ROWS_A_CALL)
            ]


@dlt.destination(batch_size=1, loader_file_format="typed-jsonl", name="nation", max_parallel_load_jobs=20)
def nation(items: Any, table: Any) -> None:
    """Make the call, and ask for its result."""
    for item in items:
        rows = json.loads(item["rows"])
        for row in rows:
            row["idCardNumber"] = encrypted(JOB["secret"], row["idCardNumber"])
        header = {"projectCode": item["project_code"], "teamSysNo": 1000000001}
        serial = _post("WorkerAttendance.Add", {**header, "dataList": rows})["requestSerialCode"]
        assert _post("AsyncHandleResult.Query", {"requestSerialCode": serial})["status"] == "20"


def _post(method: str, content: dict[str, Any]) -> Any:
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
        _local.session.trust_env = False
    data = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    answer = _local.session.post(
        f"{JOB['receiver']}/open.api",
        data=signed(JOB["appid"], JOB["secret"], method, data),
        headers={"Content-Type": _TYPE},
        timeout=30,
    )
    answer.raise_for_status()
    return answer.json()["data"]


def main() -> None:
    """Run the pipeline once. What an earlier run left undone in its folder is dlt's to take up."""
    dlt.config["normalize.data_writer.file_max_items"] = 100  # calls a file: files are sent side by side
    with working() as told:
        pipeline = dlt.pipeline("attendance", pipelines_dir=JOB["folder"], destination=nation())
        pipeline.run(calls())
        told["rows"] = JOB["rows"]


if __name__ == "__main__":
    main()
