"""Registering many people at once, by sets: the rows of a workbook."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from django.utils import timezone
from phonenumber_field.phonenumber import to_python

from accounts.actions.history import record_activities
from accounts.models import Organization, User
from beneficiaries.actions.consents import current_notice
from beneficiaries.actions.people import is_minor, sector_of, status_of, take_file_numbers
from beneficiaries.choices import (
    ConsentChannel,
    ConsentPurpose,
    DocStatus,
    DocType,
    Population,
    Precision,
    Service,
)
from beneficiaries.models import (
    Case,
    CaseMove,
    Consent,
    Contact,
    District,
    EligibilityDecision,
    IdentityDocument,
    IntakeNote,
    LookupValue,
    Person,
    Phase,
    ServiceRecord,
    Trip,
    TripCircumstances,
    WorkExperience,
)
from beneficiaries.rules.eligibility import RuleParameters, decide
from beneficiaries.rules.workbook import ParsedRow, inputs_of
from genesis.lib.search import name_columns

SIZE = 1000

type Pairs = list[tuple[Person, ParsedRow]]


def register_rows(
    rows: Sequence[ParsedRow], *, office: Organization, phase: Phase | None, by: User | None
) -> list[Person]:
    """Register the people of some rows, with all that each row says; call it in a transaction.

    `by` is whoever imports them, nobody for the command. Nobody accompanies
    them yet («por asignar»). «Sí» in a workbook is consent for `registration`
    alone, and for `sensitive` where its own column says so: only then is the kind
    of return kept (CASE-3). Who is under 18 has no case of her own (CASE-4); everybody received
    the early attention (1a) on the day of registration.
    """
    districts = {each.code: each for each in District.objects.select_related("department")}
    countries = {each.code: each for each in LookupValue.objects.filter(list="countries")}
    people = _people(rows, office, districts)
    pairs = list(zip(people, rows, strict=True))
    _papers_and_contacts(pairs)
    _journeys(pairs, countries)
    _jobs(pairs, countries)
    _cases(pairs, phase, by)
    _consents(pairs, by)
    ServiceRecord.objects.bulk_create(
        (
            ServiceRecord(
                person=person,
                service=Service.EARLY_ATTENTION,
                on=person.registered_on,
                organization=office,
                source=f"person:{person.pk}",
                department=person.district.department if person.district else None,
                status=person.status,
                sector=person.sector,
                recorded_by=by,
            )
            for person in people
        ),
        batch_size=SIZE,
    )
    record_activities("person.registered", people, by=by)
    return people


def _consents(pairs: Pairs, by: User | None) -> None:
    notice = current_notice()
    Consent.objects.bulk_create(
        (
            Consent(
                person=person,
                purpose=purpose,
                granted=True,
                channel=ConsentChannel.PAPER_SIGNED,
                notice=notice,
                recorded_by=by,
            )
            for person, row in pairs
            for purpose, agreed in [
                (ConsentPurpose.REGISTRATION, row.consent),
                (ConsentPurpose.SENSITIVE, row.sensitive),
            ]
            if agreed
        ),
        batch_size=SIZE,
    )


def _people(
    rows: Sequence[ParsedRow], office: Organization, districts: dict[str, District]
) -> list[Person]:
    numbers = iter(_file_numbers(_day(row).year for row in rows))
    people = [
        Person(
            given_names=row.given_names,
            surnames=row.surnames,
            **name_columns(row.given_names, row.surnames),
            file_number=next(numbers),
            birth_date=row.birth_date,
            birth_precision=Precision.DAY if row.birth_date else "",
            sex=row.sex,
            population=Population.RETURNEE,
            office=office,
            district=districts.get(row.municipality),
            registered_on=_day(row),
            status=status_of(Population.RETURNEE, row.return_country),
            sector=sector_of({row.sector}),
        )
        for row in rows
    ]
    return Person.objects.bulk_create(people, batch_size=SIZE)


def _day(row: ParsedRow) -> date:
    assert row.registration_date is not None  # a row without one is an error
    return row.registration_date


def _file_numbers(years: Iterable[int]) -> list[str]:
    """A number for each of the years, which come in any order."""
    years = list(years)
    taken = {
        year: iter(take_file_numbers(year, len(list(group))))
        for year, group in groupby(sorted(years))
    }
    return [next(taken[year]) for year in years]


def _papers_and_contacts(pairs: Pairs) -> None:
    IdentityDocument.objects.bulk_create(
        (
            IdentityDocument(
                person=person, doc_type=DocType.DUI, status=DocStatus.VALID, number=row.dui
            )
            for person, row in pairs
            if row.dui
        ),
        batch_size=SIZE,
    )
    # Whose telephone it is, and whether it may be used, no sheet says: it is to be asked.
    Contact.objects.bulk_create(
        (Contact(person=person, phone_1=_phone(row)) for person, row in pairs), batch_size=SIZE
    )
    IntakeNote.objects.bulk_create(
        (
            IntakeNote(person=person, text=row.notes)
            for person, row in pairs
            if row.sensitive and row.notes
        ),
        batch_size=SIZE,
    )


def _phone(row: ParsedRow) -> str:
    """The telephone of a row as it is stored; what is not a telephone stays in the batch alone."""
    number = to_python(row.phone, region="SV") if row.phone else None
    return number.as_e164 if number and number.is_valid() else ""


def _journeys(pairs: Pairs, countries: dict[str, LookupValue]) -> None:
    returns = {each.code: each for each in LookupValue.objects.filter(list="return_type")}
    back = [
        (person, row)
        for person, row in pairs
        if row.return_country or row.return_date or row.return_type_text
    ]
    trips = Trip.objects.bulk_create(
        (
            Trip(
                person=person,
                return_country=countries.get(row.return_country),
                return_date=row.return_date,
                return_precision=Precision.DAY if row.return_date else "",
            )
            for person, row in back
        ),
        batch_size=SIZE,
    )
    TripCircumstances.objects.bulk_create(
        (
            TripCircumstances(
                person=person,
                trip=trip,
                return_type=returns.get(row.return_type),
                return_type_text="" if row.return_type else row.return_type_text,
            )
            for (person, row), trip in zip(back, trips, strict=True)
            if row.sensitive and row.return_type_text
        ),
        batch_size=SIZE,
    )


def _jobs(pairs: Pairs, countries: dict[str, LookupValue]) -> None:
    WorkExperience.objects.bulk_create(
        (
            WorkExperience(
                person=person,
                country=countries.get(row.return_country),
                sector=row.sector,
                isco=row.isco,
                position=row.occupation,
                start_date=row.work_start,
                start_precision=Precision.DAY if row.work_start else "",
                end_date=row.work_end,
                end_precision=Precision.DAY if row.work_end else "",
            )
            for person, row in pairs
            if row.tells_of_work
        ),
        batch_size=SIZE,
    )


def _cases(pairs: Pairs, phase: Phase | None, by: User | None) -> None:
    """One open case for each adult, with both answers of eligibility frozen (CASE-10)."""
    phases = list(Phase.objects.select_related("rule_set").order_by("starts_on"))
    cases, decisions = [], []
    for person, row in pairs:
        if is_minor(person):
            continue
        day = person.registered_on
        of_case = phase or next(each for each in phases if each.starts_on <= day <= each.ends_on)
        inputs = inputs_of(row)
        answer = decide(inputs, RuleParameters.from_dict(of_case.rule_set.parameters))
        case = Case(
            person=person,
            office=person.office,
            phase=of_case,
            opened_on=day,
            certification_track=answer.certification_track,
            outcome=answer.outcome,
            state=answer.outcome,
            state_by=by,
        )
        cases.append(case)
        decisions.append(
            EligibilityDecision(
                case=case,
                rule_set=of_case.rule_set,
                inputs=inputs.to_dict(),
                certification_track=answer.certification_track,
                outcome=answer.outcome,
                reasons=list(answer.reasons),
                decided_at=timezone.now(),
                decided_by=by,
            )
        )
    Case.objects.bulk_create(cases, batch_size=SIZE)
    EligibilityDecision.objects.bulk_create(decisions, batch_size=SIZE)
    CaseMove.objects.bulk_create(
        (CaseMove(case=each, to_state=each.state, by=by) for each in cases), batch_size=SIZE
    )
