"""What the nation and the province take and answer: method by method, in the order they are to be called."""

from collections.abc import Mapping

from realname_sync.sandbox import reads, writes_companies, writes_daily, writes_people
from realname_sync.sandbox.reads import Read
from realname_sync.sandbox.submissions import Write, one_by_one

_BOTH: Mapping[str, Write] = {
    "ProjectSubContractor.Add": one_by_one(writes_companies.add_sub_contractor),
    "Team.Add": one_by_one(writes_companies.add_team),
    "ProjectWorker.Add": one_by_one(writes_people.add_workers),
    "WorkerEntryExit.Add": one_by_one(writes_people.move_workers),
    "WorkerAttendance.Add": writes_daily.add_attendance,
}
NATION_WRITES: Mapping[str, Write] = {"Corp.Upload": one_by_one(writes_companies.upload_corp), **_BOTH}
PROVINCE_WRITES: Mapping[str, Write] = {
    **_BOTH,
    "KeyPost.Upload": one_by_one(writes_daily.upload_key_posts),
    "Device.Upload": one_by_one(writes_daily.upload_devices),
}

_READ_AT_BOTH: Mapping[str, Read] = {
    "ProjectSubContractor.Query": reads.query_sub_contractor,
    "Team.Query": reads.query_team,
    "ProjectWorker.Query": reads.query_worker,
    "WorkerEntryExit.Query": reads.query_movement,
    "WorkerAttendance.Query": reads.query_attendance,
}
NATION_READS: Mapping[str, Read] = {
    "Corp.Query": reads.query_corp,
    "Project.Query": reads.query_project,
    **_READ_AT_BOTH,
}
PROVINCE_READS: Mapping[str, Read] = {**_READ_AT_BOTH, "AttendanceDay.Query": reads.query_attendance_day}
