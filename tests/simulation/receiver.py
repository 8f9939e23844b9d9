"""A platform in memory, written from the documents and sharing no code with the client.

Takes the body of a call and gives the body of an answer. Accepted writes are worked off later, on the world's clock, so
an answer that was lost may still take effect. What a write came to, and in which order everything was received, stays
readable for the checks.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

TOLERANCE = timedelta(minutes=6)
RESULTS_KEPT = timedelta(hours=24)
ROWS = {"nation": {"WorkerAttendance.Add": 20, "ProjectWorker.Add": 5, "WorkerEntryExit.Add": 50}, "province": {
    "WorkerAttendance.Add": 500, "ProjectWorker.Add": 50, "WorkerEntryExit.Add": 200, "Device.Upload": 50,
}}  # fmt: skip
ROWS_FIELD = {
    "WorkerAttendance.Add": "dataList", "ProjectWorker.Add": "workerList", "WorkerEntryExit.Add": "workerList",
    "Device.Upload": "devices",
}  # fmt: skip

Key = tuple[str, str, str]  # encrypted number, local second, direction


@dataclass
class Write:
    """An accepted write: worked off at `ready_at`, once."""

    number: int
    serial: str
    method: str
    data: dict[str, Any]
    ready_at: datetime
    trouble: bool = False
    forgotten: bool = False
    status: int = 0
    result: str = ""


@dataclass
class Entry:
    """One line of what was received, in order."""

    method: str
    project: str
    code: int
    serial: str | None = None
    keys: tuple[Key, ...] = ()
    asked: str | None = None
    answered: int | None = None
    text: str = field(default="", repr=False)


class RefusedError(Exception):
    """A call that is answered with a code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Receiver:
    """The nation or the province.

    Attributes:
        poison: passes it refuses when they are sent: by a reason that names the row, or `None` for one that does not.
        slow: seconds an accepted write takes.
        trouble: whether writes accepted now end in "Internal Error".
        throttled: how many of the next calls get code -5.
    """

    def __init__(self, name: str, secret: str, clock: Callable[[], datetime]) -> None:
        self.name, self._secret, self._clock = name, secret, clock
        self.slow, self.trouble, self.throttled = 1.0, False, 0
        self.poison: dict[Key, bool] = {}
        self.log: list[Entry] = []
        self.writes: dict[str, Write] = {}
        self.stored: list[tuple[str, Key]] = []
        self.records: set[tuple[str, str]] = set()
        self.corps: set[str] = set()
        self.participants: set[tuple[str, str]] = set()
        self.teams: dict[tuple[str, str, str], int] = {}
        self.workers: dict[tuple[str, str], int | None] = {}
        self.movements: Counter[tuple[str, str, str, str]] = Counter()
        self.devices: set[str] = set()
        self._nonces: set[str] = set()

    def handle(self, body: bytes) -> bytes:
        """Answer one call."""
        self.work_off()
        form = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        data = json.loads(form["data"])
        entry = Entry(form["method"], str(data.get("projectCode", "")), 0, text=form["data"])
        self.log.append(entry)
        try:
            self._admit(form)
            answer = self._answer(form["method"], data, entry)
            return json.dumps({"code": "0", "message": "ok", "data": answer}).encode()
        except RefusedError as refusal:
            entry.code = refusal.code
            return json.dumps({"code": str(refusal.code), "message": refusal.message, "data": None}).encode()

    def work_off(self) -> None:
        """Carry out what has been accepted and is due."""
        now = self._clock()
        for write in sorted(self.writes.values(), key=lambda one: (one.ready_at, one.number)):
            if write.status == 0 and write.ready_at <= now:
                write.status, write.result = (10, "Internal Error") if write.trouble else self._carry_out(write)

    def forget(self) -> None:
        """The results of everything worked off so far cannot be asked for any more."""
        self.work_off()
        for write in self.writes.values():
            write.forgotten = write.forgotten or write.status != 0

    def effect(self) -> Counter[Key]:
        """The passes it has, as often as it has them."""
        self.work_off()
        return Counter(key for _, key in self.stored)

    def _admit(self, form: dict[str, str]) -> None:
        names = sorted(name for name in form if name != "sign")
        text = "&".join(f"{name}={form[name]}" for name in names) + f"&appsecret={self._secret}"
        if hashlib.sha256(text.lower().encode()).hexdigest() != form["sign"]:
            raise RefusedError(-2, "签名验证失败")
        signed_at = datetime.strptime(form["timestamp"] + "+0800", "%Y%m%d%H%M%S%z")
        if abs(self._clock() - signed_at) > TOLERANCE:
            raise RefusedError(-1, "参数 timestamp 超出允许的时间误差")
        if form["nonce"] in self._nonces:
            raise RefusedError(-1, "参数 nonce 已使用")
        if self.throttled > 0:
            self.throttled -= 1
            raise RefusedError(-5, "调用次数超限")
        self._nonces.add(form["nonce"])

    def _answer(self, method: str, data: dict[str, Any], entry: Entry) -> Any:
        if method == "AsyncHandleResult.Query":
            return self._result(data["requestSerialCode"], entry)
        if method.endswith(".Query"):
            entry.answered = 1
            return self._read(method, data)
        rows = data.get(ROWS_FIELD.get(method, ""), [])
        if len(rows) > ROWS[self.name].get(method, 1):
            raise RefusedError(-1, f"{ROWS_FIELD[method]} 行数超限")
        if method == "WorkerAttendance.Add":
            entry.keys = tuple(_key(row) for row in rows)
        number = len(self.writes) + 1
        write = Write(number, f"w/{number}-{self.name}", method, data, self._clock() + timedelta(seconds=self.slow))
        write.trouble = self.trouble
        self.writes[write.serial] = write
        entry.serial = write.serial
        return {"requestSerialCode": write.serial}

    def _result(self, serial: str, entry: Entry) -> dict[str, Any]:
        entry.asked = serial
        write = self.writes.get(serial)
        if write is None or write.forgotten or self._clock() - write.ready_at > RESULTS_KEPT:
            raise RefusedError(-1, "requestSerialCode 无效")
        entry.answered = write.status
        return {"requestSerialCode": serial, "status": str(write.status), "result": write.result or None}

    def _carry_out(self, write: Write) -> tuple[int, str]:
        data, project = write.data, str(write.data.get("projectCode", ""))
        match write.method:
            case "Corp.Upload":
                self.corps.add(data["corpCode"])
            case "ProjectSubContractor.Add":
                if (project, data["corpCode"]) in self.participants:
                    return 10, "该企业已存在"
                self.participants.add((project, data["corpCode"]))
            case "Team.Add":
                team = (project, data["corpCode"], data["teamName"])
                if team in self.teams:
                    return 10, f"该班组已存在，班组编号 {self.teams[team]}"
                self.teams[team] = 1000000001 + len(self.teams)
                return 20, json.dumps({"teamSysNo": self.teams[team]})
            case "ProjectWorker.Add":
                return self._add_workers(project, data)
            case "WorkerEntryExit.Add":
                for row in data["workerList"]:
                    self.movements[project, row["idCardNumber"], str(row["type"]), str(row["date"])[:10]] += 1
            case "Device.Upload":
                self.devices.update(row["deviceSn"] for row in data["devices"])
            case "WorkerAttendance.Add":
                return self._add_attendance(project, data)
        return 20, ""

    def _add_workers(self, project: str, data: dict[str, Any]) -> tuple[int, str]:
        there = [
            index for index, row in enumerate(data["workerList"]) if (project, row["idCardNumber"]) in self.workers
        ]
        reason = "该人员已存在"
        if self.name == "nation" and there:
            return 10, "\r\n".join(f"[workerList][{index}] {reason}" for index in there)
        for index, row in enumerate(data["workerList"]):
            if index not in there:
                self.workers[project, row["idCardNumber"]] = data.get("teamSysNo")
        return self._partly("workerList", len(data["workerList"]), dict.fromkeys(there, reason))

    def _add_attendance(self, project: str, data: dict[str, Any]) -> tuple[int, str]:
        bad: dict[int, str] = {}
        unnamed = False
        for index, row in enumerate(data["dataList"]):
            team = data.get("teamSysNo", row.get("teamSysNo"))
            if self.workers.get((project, row["idCardNumber"]), -1) != team:
                bad[index] = "该人员不在该班组中"
            elif _key(row) in self.poison:
                bad[index] = "考勤数据无效"
                unnamed = unnamed or not self.poison[_key(row)]
        if self.name == "nation":
            if bad:
                return 10, "数据有误" if unnamed else ";".join(f"[dataList][{i}] {why}" for i, why in bad.items())
            self.stored += [(project, _key(row)) for row in data["dataList"]]
            return 20, ""
        for index, row in enumerate(data["dataList"]):
            record = (row["deviceSn"], row["deviceRecordId"])
            if index not in bad and record not in self.records:
                self.records.add(record)
                self.stored.append((project, _key(row)))
        return self._partly("dataList", len(data["dataList"]), bad)

    def _partly(self, field_name: str, rows: int, bad: dict[int, str]) -> tuple[int, str]:
        if self.name == "nation" or not bad:
            return 20, ""
        told = [{"index": index, "reason": f"[{field_name}][{index}] {reason}"} for index, reason in bad.items()]
        return (20 if len(bad) < rows else 10), json.dumps({"accepted": rows - len(bad), "rejected": told})

    def _read(self, method: str, data: dict[str, Any]) -> Any:
        project = str(data["projectCode"])
        match method:
            case "AttendanceDay.Query":
                keys = [key for code, key in self.stored if code == project and key[1].startswith(data["date"])]
                return {
                    "rows": len(keys),
                    "persons": len({key[0] for key in keys}),
                    "lateRows": 0,
                    "lastReceivedAt": None,
                }
            case "WorkerAttendance.Query":
                rows = [
                    {"idCardType": "01", "idCardNumber": key[0], "date": key[1], "direction": int(key[2])}
                    for code, key in self.stored
                    if code == project
                    and key[1].startswith(data["date"])
                    and data.get("idCardNumber", key[0]) == key[0]
                ]
            case "WorkerEntryExit.Query":
                rows = [
                    {"idCardNumber": number, "type": int(kind), "date": day}
                    for (code, number, kind, day), times in self.movements.items()
                    for _ in range(times)
                    if code == project
                ]
            case "Team.Query":
                rows = [
                    {"corpCode": corp, "teamName": name, "teamSysNo": number}
                    for (code, corp, name), number in self.teams.items()
                    if code == project
                ]
            case _:
                raise RefusedError(-3, f"接口 {method} 未开放")
        size, index = int(data["pageSize"]), int(data["pageIndex"])
        page = rows[index * size : (index + 1) * size]
        return {"pageIndex": index, "pageSize": size, "totalCount": len(rows), "rows": page} if rows else None

    def resent_without_asking(self, punches: Counter[Key]) -> Iterator[str]:
        """Passes that were taken on again though nobody had asked what became of them: each is a broken promise.

        `punches` says how many punches there are of each pass: twins may go without a question about each other.
        """
        last: dict[tuple[str, Key], list[int]] = defaultdict(list)
        for place, entry in enumerate(self.log):
            if entry.method != "WorkerAttendance.Add" or entry.serial is None:
                continue
            for key, times in Counter(entry.keys).items():
                earlier = last[entry.project, key]
                unasked = sum(not self._asked_between(before, place) for before in earlier)
                if unasked + times > punches[key]:
                    yield f"{key[1]} {key[2]} in call {place} after calls {earlier}"
                earlier += [place] * times

    def _asked_between(self, before: int, after: int) -> bool:
        sent = self.log[before]
        return any(
            (entry.asked == sent.serial and entry.answered in (10, 20))
            or (entry.method in {"WorkerAttendance.Query", "AttendanceDay.Query"} and entry.project == sent.project)
            for entry in self.log[before + 1 : after]
        )


def _key(row: dict[str, Any]) -> Key:
    return row["idCardNumber"], str(row["date"])[:19], str(row["direction"]).zfill(2)
