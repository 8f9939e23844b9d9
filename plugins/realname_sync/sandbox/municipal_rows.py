"""One class for each table of the municipal database, its attributes in the order of the table's columns."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

Day = date
"""The type of a calendar date, where a column is itself called `date`."""


@dataclass(slots=True, eq=False, repr=False)
class ProjectCopy:
    """The city's copy of a shared project."""

    project_code: str
    name: str
    category: str
    area_code: str
    address: str
    lng: Decimal
    lat: Decimal
    contractor_corp_code: str
    contractor_corp_name: str
    build_corp_code: str
    build_corp_name: str
    supervision_corp_code: str | None
    supervision_corp_name: str | None
    start_date: date
    plan_complete_date: date
    prj_status: str
    updated_at: datetime


@dataclass(slots=True, eq=False, repr=False)
class CorpCopy:
    """The city's copy of a company, shared or its own."""

    corp_code: str
    corp_name: str
    corp_type: str
    area_code: str
    legal_man: str
    register_date: date
    address: str
    updated_at: datetime


@dataclass(slots=True, eq=False, repr=False)
class ParticipantCopy:
    """A company that takes part in a project, shared or entered by the city."""

    project_code: str
    corp_code: str
    corp_type: str
    corp_name: str
    contract_no: str
    contract_amount: Decimal
    entry_time: datetime
    exit_time: datetime | None
    pm_name: str
    pm_id_card_number: str
    updated_at: datetime


@dataclass(slots=True, eq=False, repr=False)
class Team:
    """A crew of one company on one project."""

    team_id: str
    project_code: str
    corp_code: str
    team_name: str | None
    leader_id_number: str | None
    entry_date: date
    exit_date: date | None
    updated_at: datetime


@dataclass(slots=True, eq=False, repr=False)
class Person:
    """A person as the vendor knows them; one human may stand here twice."""

    person_id: str
    name: str | None
    id_card_type: str
    id_number: str
    gender: str
    birthday: date
    nation: str | None
    address: str | None
    grant_org: str | None
    phone: str | None
    education: str | None
    politics: str | None
    head_image: str | None
    updated_at: datetime


@dataclass(slots=True, eq=False, repr=False)
class ProjectWorker:
    """A person on the roster of a project."""

    project_code: str
    person_id: str
    team_id: str | None
    corp_code: str
    work_type: str | None
    work_role: str
    identity_type: str
    is_team_leader: int
    contract_kind: str
    safety_trained_at: datetime
    bank_card_number: str | None
    bank_code: str | None
    updated_at: datetime


@dataclass(slots=True, eq=False, repr=False)
class KeyPostFilled:
    """Who fills a key post, as the project states it."""

    project_code: str
    post_code: str
    person_id: str
    registration_category: str | None
    registration_level: str | None
    registration_no: str | None
    start_date: date
    end_date: date | None
    updated_at: datetime


@dataclass(slots=True, eq=False, repr=False)
class EntryExit:
    """A person joins (1) or leaves (0) a project."""

    id: str
    project_code: str
    person_id: str
    kind: int
    date: Day
    reason: str | None
    updated_at: datetime


@dataclass(slots=True, eq=False, repr=False)
class Contract:
    """A labour contract or written agreement."""

    project_code: str
    person_id: str
    corp_code: str
    contract_period_type: str
    contract_kind: str
    start_date: date
    end_date: date
    unit: str | None
    unit_price: Decimal | None
    updated_at: datetime


@dataclass(slots=True, eq=False, repr=False)
class Training:
    """One person's part in a training."""

    id: str
    project_code: str
    person_id: str
    training_date: date
    training_duration: Decimal
    training_name: str
    training_type_code: str
    is_pass: int
    training_score: Decimal
    updated_at: datetime


@dataclass(slots=True, eq=False, repr=False)
class Payroll:
    """One person's wages of a month."""

    id: str
    project_code: str
    person_id: str
    corp_code: str
    team_id: str
    pay_month: str
    days: int
    work_hours: Decimal
    total_pay_amount: Decimal
    actual_amount: Decimal
    is_back_pay: int
    back_pay_month: str | None
    balance_date: date
    third_pay_roll_code: str
    pay_bank_card_number: str
    pay_bank_code: str
    pay_bank_name: str
    updated_at: datetime


@dataclass(slots=True, eq=False, repr=False)
class Device:
    """An attendance device at a gate."""

    device_sn: str
    project_code: str
    model: str
    role: str
    gate_name: str
    install_date: date
    standard_version: str
    status: str
    updated_at: datetime


@dataclass(slots=True, eq=False, repr=False)
class Attendance:
    """A punch; `id` is given last, in the order the platform received the rows."""

    id: int
    project_code: str
    person_id: str
    device_sn: str
    device_record_id: str | None
    punched_at: datetime
    received_at: datetime
    direction: str | None
    attend_type: str | None
    image_ref: str | None
    lng: Decimal
    lat: Decimal


@dataclass(slots=True, eq=False, repr=False)
class Leave:
    """Approved leave, both days included."""

    id: str
    project_code: str
    person_id: str
    from_date: date
    to_date: date
    approved_by: str
    updated_at: datetime


@dataclass(slots=True, eq=False, repr=False)
class StopWork:
    """An approved stop of a project, both days included."""

    id: str
    project_code: str
    from_date: date
    to_date: date
    approved_by: str
    updated_at: datetime


@dataclass(slots=True, eq=False, repr=False)
class Municipal:
    """All rows of the municipal database, a list a table."""

    project_copy: list[ProjectCopy] = field(default_factory=list)
    corp_copy: list[CorpCopy] = field(default_factory=list)
    participant_copy: list[ParticipantCopy] = field(default_factory=list)
    team: list[Team] = field(default_factory=list)
    person: list[Person] = field(default_factory=list)
    project_worker: list[ProjectWorker] = field(default_factory=list)
    key_post_filled: list[KeyPostFilled] = field(default_factory=list)
    entry_exit: list[EntryExit] = field(default_factory=list)
    contract: list[Contract] = field(default_factory=list)
    training: list[Training] = field(default_factory=list)
    payroll: list[Payroll] = field(default_factory=list)
    device: list[Device] = field(default_factory=list)
    attendance: list[Attendance] = field(default_factory=list)
    leave: list[Leave] = field(default_factory=list)
    stop_work: list[StopWork] = field(default_factory=list)
