"""The tiny city of every simulated day: who and what is in it, in the warehouse and at the platform."""

import base64
import hashlib
from datetime import date
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from sqlalchemy import Connection, Engine, text

from realname_sync.warehouse.protection import Vault
from simulation.receiver import Receiver

DAY = date(2026, 11, 20)
SECRET = "0123456789abcdef0123456789abcdef"
VAULT = Vault(bytes(range(32)))
PROJECTS, TEAMS, PEOPLE = 2, 2, 4


def number_of(person_id: str) -> str:
    """An invented citizen number of division 330000 for a person of this world."""
    return f"330000199001{int(person_id[1:]) + 10000:05d}X"[:18]


def cipher_of(person_id: str) -> str:
    """What the platform knows a person by."""
    return _CIPHERS[person_id]


def _encrypted(number: str) -> str:
    encryptor = Cipher(algorithms.AES(SECRET.encode()), modes.CBC(SECRET[:16].encode())).encryptor()
    padder = PKCS7(128).padder()
    return base64.b64encode(
        encryptor.update(padder.update(number.encode()) + padder.finalize()) + encryptor.finalize()
    ).decode()


_CIPHERS = {f"W{one}": _encrypted(number_of(f"W{one}")) for one in range(PROJECTS * TEAMS * PEOPLE)}


def settle_the_city(connection: Connection) -> None:
    """Put the city into an empty warehouse; it is the same for every day."""
    nothing = b""
    connection.execute(text("SELECT ops.ensure_work_date(:day)"), {"day": DAY})
    for project in range(PROJECTS):
        code, corp = f"P{project}", f"91330000MA{project:08d}"
        connection.execute(text(CITY["project"]), {"code": code, "digest": nothing})
        connection.execute(text(CITY["corp"]), {"corp": corp, "name": f"公司{project}", "digest": nothing})
        connection.execute(text(CITY["participant"]), {"code": code, "corp": corp, "digest": nothing})
        connection.execute(text(CITY["device"]), {"sn": f"D{project}", "code": code, "digest": nothing})
        for team in range(TEAMS):
            name = f"T{project}-{team}"
            connection.execute(text(CITY["team"]), {"team": name, "code": code, "corp": corp, "digest": nothing})
            for place in range(PEOPLE):
                person = f"W{(project * TEAMS + team) * PEOPLE + place}"
                cipher, digest = VAULT.encrypt(number_of(person)), hashlib.sha256(person.encode()).digest()
                values = {"person": person, "cipher": cipher, "hash": digest, "digest": nothing}
                values["phone"] = VAULT.encrypt("13900000000")
                connection.execute(text(CITY["person"]), values)
                values = {"person": person, "team": name, "code": code, "corp": corp, "digest": nothing}
                connection.execute(text(CITY["worker"]), values)
                connection.execute(text(CITY["entry"]), values)


CITY = {
    "project": "INSERT INTO core.municipal_project (project_code, name, area_code, prj_status, digest)"
    " VALUES (:code, '工程', '330100', '003', :digest)",
    "corp": "INSERT INTO core.municipal_corp (corp_code, corp_name, area_code, digest)"
    " VALUES (:corp, :name, '330100', :digest)",
    "participant": "INSERT INTO core.municipal_participant (project_code, corp_code, corp_type, corp_name, digest)"
    " VALUES (:code, :corp, '009', '公司', :digest)",
    "device": "INSERT INTO core.device (device_sn, project_code, model, role, gate_name, install_date,"
    " standard_version, status, digest) VALUES (:sn, :code, 'M', 'both', 'G', '2026-01-01', '1', '1', :digest)",
    "team": "INSERT INTO core.team (team_id, project_code, corp_code, team_name, digest)"
    " VALUES (:team, :code, :corp, :team, :digest)",
    "person": "INSERT INTO core.person (person_id, name, id_card_type, id_cipher, id_hash, nation, address, grant_org,"
    " phone_cipher, education, politics, digest)"
    " VALUES (:person, '某人', '01', :cipher, :hash, '01', '某地', '某局', :phone, '03', '13', :digest)",
    "worker": "INSERT INTO core.project_worker (project_code, person_id, team_id, corp_code, work_type, work_role,"
    " identity_type, is_team_leader, contract_kind, digest)"
    " VALUES (:code, :person, :team, :corp, '010', '20', '5', FALSE, '1', :digest)",
    "entry": "INSERT INTO core.entry_exit (entry_exit_id, project_code, person_id, kind, moved_on, digest)"
    " VALUES ('E' || :person, :code, :person, '1', '2026-11-01', :digest)",
}
_OF_THE_DAY = (
    "core.punch", "core.punch_version", "core.project_day", "core.work_day", "quality.checked_read",
    "delivery.batch", "delivery.batch_item", "delivery.punch_batch",
    "delivery.row_outcome", "delivery.backlog", "delivery.sweep", "delivery.journal", "delivery.registration",
    "ops.call_log", "raw.rejected_answer",
)  # fmt: skip


def forget_the_day(engine: Engine, target: str) -> None:
    """Everything a day left behind goes, and with it what the platform was told; the projects are open to `target`."""
    with engine.begin() as connection:
        for table in _OF_THE_DAY:
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("DELETE FROM delivery.open_project"))
        connection.execute(
            text("INSERT INTO delivery.open_project SELECT :target, project_code FROM core.municipal_project"),
            {"target": target},
        )


def make_known(engine: Engine, target: str, receiver: Receiver) -> None:
    """The platform knows the city already, and the warehouse knows that it does."""
    rows: list[dict[str, Any]] = []

    def known(kind: str, project: str, key: str, number: int | None = None) -> None:
        rows.append({"target": target, "kind": kind, "project": project, "key": key, "number": number})

    for project in range(PROJECTS):
        code, corp = f"P{project}", f"91330000MA{project:08d}"
        receiver.corps.add(corp)
        receiver.participants.add((code, corp))
        receiver.devices.add(f"D{project}")
        known("corp", code, corp)
        known("participant", code, corp)
        known("device", code, f"D{project}")
        for team in range(TEAMS):
            name = f"T{project}-{team}"
            number = receiver.teams[code, corp, name] = 1000000001 + project * TEAMS + team
            known("team", code, name, number)
            for place in range(PEOPLE):
                person = f"W{(project * TEAMS + team) * PEOPLE + place}"
                receiver.workers[code, cipher_of(person)] = number
                receiver.movements[code, cipher_of(person), "1", "2026-11-01"] += 1
                known("worker", code, person)
                known("movement", code, f"E{person}")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO delivery.registration (target, kind, project_code, local_key, state, platform_key, digest)"
                " VALUES (:target, :kind, :project, :key, 'acknowledged', :number, '')"
            ),
            rows,
        )
