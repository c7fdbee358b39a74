"""Files that say everything, and registrations that wait to be finished."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils.datastructures import MultiValueDict

from accounts.models import Organization, User
from beneficiaries.actions.people import add_record
from beneficiaries.actions.registrations import begin_registration, save_part
from beneficiaries.forms.registration import BY_CODE, page_form, part_of
from beneficiaries.models import (
    Displacement,
    District,
    DoNotContact,
    EconomicSituation,
    Education,
    HouseholdMember,
    LookupValue,
    MemberHealth,
    Person,
    SafeContact,
    SensitiveProfile,
    Skill,
    TripCircumstances,
)

AGREED = {
    "granted": ["registration", "sensitive"],
    "refused": [],
    "channel": "paper_signed",
    "witness": "",
}


def complete(person: Person, *, by: User) -> None:
    """Tell of somebody all that a file can hold."""

    def add(model: Any, **answers: Any) -> Any:
        return add_record(model, person, key=uuid4(), by=by, **answers)

    mother = _household(add)
    add(MemberHealth, member=mother, chronic_illness=True, disability=None)
    add(
        Education,
        level=_code("education", "basic3"),
        reads_spanish=True,
        writes_spanish=True,
        english_level=_code("language_level", "A2"),
        tools=["hand", "power"],
        driving_licence=_code("driving_licence", "particular"),
        phone_kind=_code("phone_kind", "smart"),
        has_data=True,
        uses_email=False,
    )
    add(Skill, name="Pegar piso cerámico", level=_code("skill_level", "alone"))
    add(Skill, name="Leer planos", level=_code("skill_level", "helper"))
    add(
        EconomicSituation,
        on=person.registered_on,
        employment_status=_code("employment_status", "informal"),
        hours_per_week=30,
        benefits=["none"],
        monthly_income_usd=240,
        household_income_usd=520,
        remittances_usd=100,
        debt_for_journey_usd=6500,
        creditor=_code("finance_source", "informal"),
        bank_account=False,
        availability=["full"],
    )
    _protected(person, add)


def _household(add: Any) -> HouseholdMember:
    child, parent = _code("relationship", "child"), _code("relationship", "parent")
    add(
        HouseholdMember,
        name="Mateo P.",
        relationship=child,
        sex="M",
        birth_year=2016,
        at_school="yes",
        economically_dependent=True,
    )
    return add(
        HouseholdMember, name="Berta Portillo", relationship=parent, sex="F", birth_year=1958
    )


def _protected(person: Person, add: Any) -> None:
    for trip in person.trips.filter(circumstances=None):
        add(
            TripCircumstances,
            trip=trip,
            return_type=_code("return_type", "deported"),
            channel="irregular",
            reasons_leaving=["economic", "violence"],
            detained="yes",
            detention_months=2,
            times_deported=1,
            left_property_or_wages=True,
            intention="none",
        )
    add(
        Displacement,
        since=person.registered_on - timedelta(days=900),
        since_precision="year",
        origin_district=District.objects.order_by("pk").first(),
        causes=["threats"],
        dav_registered="no",
        can_return_home="no",
        solution=_code("solution", "relocation"),
    )
    add(SafeContact, code_word="maquilishuat", threatened=True)
    add(
        DoNotContact,
        kind="employer",
        name="Transportes del Norte",
        reason="Ahí trabaja quien le amenaza.",
    )
    add(SensitiveProfile, indigenous="no", wg_seeing="2", wg_hearing="1", wg_walking="1")


def leave_draft(office: Organization, *, by: User, **typed: str) -> None:
    """Begin a registration, and fill in its first page as far as `typed` goes."""
    registration = begin_registration(key=uuid4(), office=office, consents=AGREED, by=by)
    data = MultiValueDict({name: [value] for name, value in typed.items()})
    form = page_form(BY_CODE["identidad"], registration, by, data)
    save_part(registration, page="identidad", part=part_of(form), decisions={})


def leave_long_draft(office: Organization, *, by: User) -> None:
    """Begin a registration that has a document, and lacks a contact."""
    registration = begin_registration(key=uuid4(), office=office, consents=AGREED, by=by)
    district = District.objects.order_by("pk").last()
    assert district
    pages = {
        "identidad": {
            "given_names": "Delmy Carolina",
            "surnames": "Ascencio Lemus",
            "birth_year": "1993",
            "sex": "F",
            "population": "returnee_idp",
            "district": str(district.pk),
            "area": "rural",
            "registered_on": registration.begun_at.date().isoformat(),
            "key": str(uuid4()),
        },
        "documentos": {"doc_type": "dui", "status": "lost", "key": str(uuid4())},
    }
    for code, typed in pages.items():
        data = MultiValueDict({name: [value] for name, value in typed.items()})
        form = page_form(BY_CODE[code], registration, by, data)
        registration = save_part(registration, page=code, part=part_of(form), decisions={})


def _code(of: str, code: str) -> LookupValue:
    return LookupValue.objects.get(list=of, code=code)
