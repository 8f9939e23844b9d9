"""Lamps of the integrity platform: lit and put out by hand, or judged from what the platforms themselves know.

The judging reads the shared master data and what was told by KeyPost.Upload, nothing of the municipal database; it is
written apart from the rules of the system under test. Projects that never reported anybody are left out.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, LiteralString

from realname_sync.sandbox.platform import Platform
from realname_sync.workdate import SHANGHAI

_JUDGED: LiteralString = """
    with project as (
        select p.payload ->> 'projectCode' as code, p.area_code, p.payload ->> 'supervisionCorpCode' as supervisor
        from integrity.shared_row as p
        where p.object = 'project' and not p.deleted and p.payload ->> 'prjStatus' = '003'
            and exists (select from province.worker as w where w.project_code = p.payload ->> 'projectCode')
    ),
    stated as (
        select k.project_code, k.post_code, k.id_number from province.key_post as k
        where k.post_code in ('G01', 'J01') and (k.payload ->> 'startDate')::date <= %(day)s
            and coalesce((k.payload ->> 'endDate')::date, %(day)s) >= %(day)s
    ),
    person as (
        select payload ->> 'personId' as person_id, payload ->> 'idCardNumber' as id_number
        from integrity.shared_row where object = 'person' and not deleted
    ),
    registered as (
        select p.id_number, r.payload ->> 'category' as category
        from person as p
        inner join integrity.shared_row as r on r.object = 'registration' and r.payload ->> 'personId' = p.person_id
        where not r.deleted  -- of the category, valid or not: a registration that ran out is another matter than none
    ),
    appointed as (
        select a.payload ->> 'projectCode' as project_code, a.payload ->> 'postCode' as post_code, p.id_number
        from integrity.shared_row as a
        inner join person as p on p.person_id = a.payload ->> 'personId'
        where a.object = 'key_post' and not a.deleted and (a.payload ->> 'startDate')::date <= %(day)s
            and coalesce((a.payload ->> 'endDate')::date, %(day)s) >= %(day)s
    )
    select code as project_code, area_code, 'PM_POST_MISSING' as rule_code from project
    where not exists (select from stated as s where s.project_code = code and s.post_code = 'G01')
    union
    select code, area_code, 'CSE_POST_MISSING' from project
    where supervisor is not null
        and not exists (select from stated as s where s.project_code = code and s.post_code = 'J01')
    union
    select code, area_code, 'CATEGORY_MISMATCH' from project
    inner join stated as s on s.project_code = code
    where s.id_number in (select id_number from person)
        and not exists (
            select from registered as r where r.id_number = s.id_number
                and r.category = case s.post_code when 'G01' then '注册建造师' else '注册监理工程师' end
        )
    union
    select code, area_code, 'DIFFERS_FROM_INTEGRITY' from project
    inner join stated as s on s.project_code = code
    where exists (
        select from appointed as a where a.project_code = code and a.post_code = s.post_code
    ) and not exists (
        select from appointed as a
        where a.project_code = code and a.post_code = s.post_code and a.id_number = s.id_number
    )
"""

_LIGHT: LiteralString = """
    insert into integrity.lamp (lamp_id, project_code, area_code, rule_code, lit_at, detail, updated_at)
    values ('LD' || to_char(%(at)s::timestamp, 'YYYYMMDD') || lpad(nextval('integrity.lamp_no')::text, 6, '0'),
        %(project_code)s, %(area_code)s, %(rule_code)s, %(at)s, %(detail)s, %(at)s)
    returning lamp_id
"""

_CLEAR: LiteralString = """
    update integrity.lamp set cleared_at = %(at)s, updated_at = greatest(updated_at, %(at)s)
    where lamp_id = any(%(lamp_ids)s) and cleared_at is null returning lamp_id
"""

_PROJECT_AREA: LiteralString = """
    select area_code from integrity.shared_row
    where object = 'project' and payload ->> 'projectCode' = %s and not deleted
"""


async def list_lamps(platform: Platform) -> list[dict[str, Any]]:
    """Every lamp, oldest first."""
    async with platform.pool.connection() as connection:
        cursor = await connection.execute(
            "select lamp_id, project_code, rule_code, lit_at, cleared_at, detail from integrity.lamp order by lamp_id"
        )
        return await cursor.fetchall()


async def light(platform: Platform, at: datetime, lamps: Iterable[Mapping[str, Any]]) -> list[str]:
    """Light lamps, each with projectCode, ruleCode and, if wanted, detail; their numbers.

    Raises:
        ValueError: a lamp lacks its rule, or its project is not shared.
    """
    lit = []
    async with platform.pool.connection() as connection:
        for lamp in lamps:
            cursor = await connection.execute(_PROJECT_AREA, [lamp.get("projectCode")])
            project = await cursor.fetchone()
            if project is None or not lamp.get("ruleCode"):
                raise ValueError("a lamp needs the projectCode of a shared project and a ruleCode")
            values = {
                "at": _local(at),
                "project_code": lamp["projectCode"],
                "area_code": project["area_code"],
                "rule_code": lamp["ruleCode"],
                "detail": str(lamp.get("detail", "")),
            }
            row = await (await connection.execute(_LIGHT, values)).fetchone()
            lit.append(str(row["lamp_id"] if row else ""))
    return lit


async def clear(platform: Platform, at: datetime, lamp_ids: Iterable[str]) -> list[str]:
    """Put lamps out; the numbers of those that were lit."""
    async with platform.pool.connection() as connection:
        cursor = await connection.execute(_CLEAR, {"at": _local(at), "lamp_ids": list(lamp_ids)})
        return [row["lamp_id"] for row in await cursor.fetchall()]


async def judge(platform: Platform, at: datetime, day: date) -> dict[str, list[str]]:
    """Light what the platforms' own data of that day call for, put out the lamps of the four rules they do not."""
    async with platform.pool.connection() as connection:
        due = await (await connection.execute(_JUDGED, {"day": day})).fetchall()
        lit = await (
            await connection.execute(
                "select lamp_id, project_code, rule_code from integrity.lamp where cleared_at is null and rule_code in"
                " ('PM_POST_MISSING', 'CSE_POST_MISSING', 'CATEGORY_MISMATCH', 'DIFFERS_FROM_INTEGRITY')"
            )
        ).fetchall()
    wanted = {(row["project_code"], row["rule_code"]) for row in due}
    standing = {(row["project_code"], row["rule_code"]) for row in lit}
    gone = [row["lamp_id"] for row in lit if (row["project_code"], row["rule_code"]) not in wanted]
    new = [{"projectCode": code, "ruleCode": rule} for code, rule in sorted(wanted - standing)]
    return {"lit": await light(platform, at, new), "cleared": await clear(platform, at, gone)}


def _local(at: datetime) -> datetime:
    return at.astimezone(SHANGHAI).replace(tzinfo=None, microsecond=0)
