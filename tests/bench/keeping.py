"""The lean platform with a memory: it keeps every row it is given, and answers who asks what it has.

What was sent is so known row by row, and a row that came twice is there twice, as at the nation. Slower than the lean
one, so it is for runs that are interrupted and not for runs that are timed.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs
from urllib.request import urlopen

from bench.receiver import Platform

_ALL = b"/rows"


def key_of(project_code: str, row: Mapping[str, Any]) -> str:
    """What tells a row from another at the nation: project, person, second, direction."""
    told = "|".join((project_code, row["idCardNumber"], row["date"], row["direction"]))
    return hashlib.blake2b(told.encode(), digest_size=12).hexdigest()


class KeepingPlatform(Platform):
    """Counts as the lean one does, and keeps."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: Counter[str] = Counter()
        self._days: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)

    def answer(self, target: bytes, body: bytes) -> bytes:
        """The answer to one request."""
        if target.startswith(_ALL):
            return json.dumps(self._kept).encode()
        if b"WorkerAttendance." not in body:
            return super().answer(target, body)
        form = parse_qs(body.decode())
        data = json.loads(form["data"][0])
        if form["method"] == ["WorkerAttendance.Query"]:
            self.calls["WorkerAttendance.Query"] += 1
            return json.dumps({"code": "0", "message": "ok", "data": self._page(data)}).encode()
        for row in data["dataList"]:
            self._kept[key_of(data["projectCode"], row)] += 1
            self._days[data["projectCode"], row["date"][:10]].append(row)
        return super().answer(target, body)

    def _page(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        rows: Sequence[Mapping[str, Any]] = self._days[asked["projectCode"], asked["date"]]
        if number := asked.get("idCardNumber"):
            rows = [row for row in rows if row["idCardNumber"] == number]
        index, size = int(asked["pageIndex"]), int(asked["pageSize"])
        page = rows[index * size : (index + 1) * size]
        return {"pageIndex": index, "pageSize": size, "totalCount": len(rows), "rows": page}


def kept(address: str) -> Counter[str]:
    """How often each row came."""
    with urlopen(f"{address}{_ALL.decode()}", timeout=120) as answer:  # noqa: S310 - an address of our own
        return Counter(json.load(answer))
