"""The fields of the six shared objects by wire name; empty ones are None, numbers are plain."""

from datetime import date, datetime, timedelta
from typing import Any

from realname_sync.sandbox.model import Appointment, Company, Human, Participation, Site
from realname_sync.sandbox.reference import part


def project_payload(site: Site) -> dict[str, Any]:
    """A project as the integrity platform states it."""
    building = site.category == "01"
    return {
        "projectCode": site.code,
        "investmentCode": f"{site.start:%y%m}-{site.area_code}-04-01-{site.code[-6:]}",
        "name": site.name,
        "category": site.category,
        "functionNum": site.function,
        "propertyNum": "001",
        "prjSize": site.size,
        "areaCode": site.area_code,
        "address": site.address,
        "lng": float(site.lng),
        "lat": float(site.lat),
        "invest": float(site.amount * 2),
        "buildingArea": float(site.area) if site.area is not None else None,
        "buildingLength": None if building else float(site.amount / 10),
        "contractAmount": float(site.amount),
        "maxSpan": 18.5 if building else None,
        "floors": 3 + int(site.code[-2:]) % 30 if building else None,
        "buildCorpCode": site.owner.code,
        "buildCorpName": site.owner.name,
        "contractorCorpCode": site.contractor.code,
        "contractorCorpName": site.contractor.name,
        "supervisionCorpCode": site.supervision.code if site.supervision else None,
        "supervisionCorpName": site.supervision.name if site.supervision else None,
        "builderLicenses": [
            {
                "prjName": site.name,
                "builderLicenseNum": site.permit_number,
                "issueDate": iso_day(site.start - timedelta(days=10)),
            }
        ],
        "startDate": iso_day(site.start),
        "planCompleteDate": iso_day(site.plan_complete),
        "actualCompleteDate": iso_day(site.completed) if site.completed else None,
        "prjStatus": site.status,
        "statusSince": iso_day(site.completed or (site.stop[0] if site.stop else site.start - timedelta(days=40))),
        "supervisingBodyCode": site.area_code,
    }


def corp_payload(company: Company) -> dict[str, Any]:
    """A company."""
    return {
        "corpCode": company.code,
        "corpName": company.name,
        "corpType": company.registration_type,
        "areaCode": company.area_code,
        "legalMan": company.legal_man,
        "qualifications": company.qualifications,
    }


def participant_payload(site: Site, participation: Participation) -> dict[str, Any]:
    """A company's part in a project."""
    left = participation.exit_time
    return {
        "projectCode": site.code,
        "corpCode": participation.company.code,
        "corpType": participation.corp_type,
        "corpName": participation.company.name,
        "contractNo": participation.contract_no,
        "contractAmount": float(participation.contract_amount),
        "entryTime": _instant(participation.entry_time),
        "exitTime": _instant(left) if left else None,
        "pmName": participation.manager.name,
        "pmIDCardNumber": participation.manager.id_number,
    }


def person_payload(human: Human) -> dict[str, Any]:
    """A person; the number stands in it in plain text."""
    return {
        "personId": human.shared_id,
        "name": human.name,
        "idCardType": "01",
        "idCardNumber": human.id_number,
        "phone": human.phone,
        "employerCorpCode": human.employer.code,
    }


def registration_payload(human: Human, lock: Site | None) -> dict[str, Any]:
    """The registration of a registered person, bound to a project or not."""
    held = human.registration
    if held is None:
        raise ValueError("only a registered person has a registration")
    return {
        "personId": human.shared_id,
        "category": held.category,
        "registrationNo": held.number,
        "level": held.level,
        "specialties": held.specialties,
        "employerCorpCode": human.employer.code,
        "issueDate": iso_day(held.issued),
        "validTo": iso_day(held.valid_to),
        "status": 1,
        "safetyCertClass": held.certificate,
        "safetyCertNo": held.certificate_number,
        "safetyCertValidTo": iso_day(held.certificate_until) if held.certificate_until else None,
        "lockProjectCode": lock.code if lock else None,
        "lockSince": iso_day(lock.start) if lock else None,
    }


def key_post_payload(appointment: Appointment) -> dict[str, Any]:
    """An appointment to a key post."""
    side = part("trades")["sides"][part("trades")["posts"][appointment.post]["side"]]
    same = [other for other in appointment.site.appointments if other.post == appointment.post]
    return {
        "projectCode": appointment.site.code,
        "postCode": appointment.post,
        "personId": appointment.human.shared_id,
        "corpCode": appointment.human.employer.code,
        "corpType": side["participation"],
        "startDate": iso_day(appointment.start),
        "endDate": iso_day(appointment.end) if appointment.end else None,
        "isPrimary": int(not same or same[0] is appointment),
        "appointmentDocNo": f"RM-{appointment.start.year}-{appointment.site.code[-4:]}-{appointment.post}",
    }


def iso_day(day: date) -> str:
    """A date as the interface writes it."""
    return day.isoformat()


def _instant(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S}"
