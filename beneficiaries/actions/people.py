"""Opening a person's file, and keeping what it says up to date."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import Organization, User
from beneficiaries.actions.cases import assign, open_case
from beneficiaries.actions.consents import check_consent, record_consents
from beneficiaries.actions.correcting import is_to_be_corrected
from beneficiaries.actions.duplicates import Matches, look_up, look_up_dui, suspect
from beneficiaries.actions.sheltering import shelter
from beneficiaries.choices import (
    DUI_TYPES,
    PROTECTED,
    AssignmentKind,
    ConsentPurpose,
    Likeness,
    Population,
    Sector,
    Status,
)
from beneficiaries.models import (
    Contact,
    DoNotContact,
    FileNumberCounter,
    IdentityDocument,
    Person,
    SafeContact,
    Trip,
    TripCircumstances,
)
from genesis.lib.days import age_on
from genesis.lib.search import name_columns
from genesis.lib.sensitivity import is_protected
from genesis.lib.states import StaleRecord, change, lock

# of each file that looks alike, what was said of it and why
type Decisions = Mapping[UUID, tuple[str, str]]


class AlreadyRegistered(Exception):
    """Somebody is registered with this DUI (CASE-1)."""

    def __init__(self, matches: Matches) -> None:
        super().__init__(_("Somebody is already registered with this DUI."))
        self.matches = matches


class UndecidedDuplicate(Exception):
    """A file looks like this person's, and nobody has said yet what it is (CASE-1)."""

    def __init__(self, matches: Matches) -> None:
        super().__init__(_("Say of each file that looks alike whether it is the same person."))
        self.matches = matches


def take_file_numbers(year: int, count: int = 1) -> list[str]:
    """Take the next file numbers of a year, in order; call it in a transaction."""
    FileNumberCounter.objects.get_or_create(year=year)
    counter = FileNumberCounter.objects.select_for_update().get(year=year)
    first, counter.last = counter.last + 1, counter.last + count
    counter.save(update_fields=["last"])
    return [f"GS-{year}-{number:05}" for number in range(first, first + count)]


@transaction.atomic
def register_person(
    *,
    key: UUID,
    by: User,
    office: Organization,
    registered_on: date,
    identity: Mapping[str, Any],
    document: Mapping[str, Any],
    contact: Mapping[str, Any],
    consents: Mapping[str, Any],
    decisions: Decisions,
    journeys: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]] = (),
    records: Sequence[tuple[Any, Mapping[str, Any]]] = (),
) -> Person:
    """Open a person's file with a first case, and give it to whoever registers.

    `consents` says for which purposes and how she agreed (CASE-3);
    `decisions` maps the public id of each file that looks alike to what the
    registrar said of it, and why. `journeys` are pairs of a trip and its
    circumstances, `records` pairs of a model and its columns; what is protected
    among them needs the consent `sensitive`. Raises
    AlreadyRegistered, UndecidedDuplicate, OtherContent when `key` came before with
    other answers, and ValidationError.
    """
    sent = claim(
        key,
        by=by,
        content=[office, registered_on, dict(identity), dict(document), dict(contact)]
        + [list(pair) for pair in journeys]
        + [[model._meta.label, dict(answers)] for model, answers in records],
    )
    if sent.result:
        return Person.objects.get(pk=sent.result)
    _check_sensitive(consents, journeys, records)
    matches = _look_alike(identity, document, contact, by=by)
    _check_decided(matches, decisions)
    person = _new_person(identity, office=office, registered_on=registered_on)
    with _dui_of_nobody_else(person, document, by=by):
        _create(IdentityDocument, person=person, **document)
    _create(Contact, person=person, **contact)
    _create_records(person, journeys, records, by=by)
    record_consents(person, by=by, **consents)
    if not is_minor(person):
        open_case(person, office=office, opened_on=registered_on, by=by)
    assign(person, to=by, kind=AssignmentKind.CASEWORKER, by=by)
    _keep_what_was_said(person, matches, decisions, by=by)
    settle(sent, person)
    record_activity("person.registered", person, by=by)
    return person


def _check_sensitive(
    consents: Mapping[str, Any],
    journeys: Sequence[tuple[Any, Mapping[str, Any]]],
    records: Sequence[tuple[Any, Any]],
) -> None:
    """Raise ValidationError for protected answers of who did not agree to give them (CASE-3)."""
    told = any(circumstances for _trip, circumstances in journeys)
    told = told or any(is_sensitive(model) for model, _answers in records)
    if told and ConsentPurpose.SENSITIVE not in consents["granted"]:
        raise ValidationError(
            _("She or he did not agree to sensitive data: nothing that is protected is kept.")
        )


def is_sensitive(model: Any) -> bool:
    """Whether an answer of this kind is kept only of who agreed to sensitive data (CASE-3).

    How to reach somebody without danger, and whom to avoid, is asked of everybody: it keeps
    her safe whatever she agreed to.
    """
    return is_protected(model._meta.label) and model not in {SafeContact, DoNotContact}


def _check_agreed(person: Person, model: Any) -> None:
    if is_sensitive(model):
        check_consent(person, ConsentPurpose.SENSITIVE)


def _look_alike(
    identity: Mapping[str, Any],
    document: Mapping[str, Any],
    contact: Mapping[str, Any],
    *,
    by: User,
) -> Matches:
    """The files that look alike; raise AlreadyRegistered where one has the same DUI."""
    matches = look_up(
        given_names=identity["given_names"],
        surnames=identity["surnames"],
        birth_date=identity["birth_date"],
        dui=_dui_of(document),
        phone=contact.get("phone_1", ""),
        for_user=by,
    )
    if matches.same_dui:
        raise AlreadyRegistered(matches)
    return matches


def _new_person(
    identity: Mapping[str, Any], *, office: Organization, registered_on: date
) -> Person:
    person = Person(
        **identity,
        **name_columns(identity["given_names"], identity["surnames"]),
        file_number=take_file_numbers(registered_on.year)[0],
        office=office,
        registered_on=registered_on,
        status=status_of(identity["population"], None),
    )
    person.full_clean()
    person.save()
    return person


def _check_decided(matches: Matches, decisions: Decisions) -> None:
    if any(each.public_id not in decisions for each in matches.likely):
        raise UndecidedDuplicate(matches)


def _keep_what_was_said(
    person: Person, matches: Matches, decisions: Decisions, *, by: User
) -> None:
    for other in matches.likely:
        suspect(person, other, *decisions[other.public_id], by=by)
    for other in matches.elsewhere:
        suspect(person, other, Likeness.OPEN, "", by=by)


def _create_records(person: Person, journeys: Any, records: Any, *, by: User) -> None:
    for answers, circumstances in journeys:
        trip = _create(Trip, person=person, **answers)
        if circumstances:
            _create(TripCircumstances, person=person, trip=trip, **circumstances)
    for model, answers in records:
        with _dui_of_nobody_else(person, answers, by=by):
            _create(model, person=person, **answers)
    if journeys or records:
        refresh_figures(person)
        person.refresh_from_db(fields=["status", "sector"])


def _create(model: Any, **values: Any) -> Any:
    record = model(**values)
    record.full_clean()
    record.save()
    return record


def _dui_of(document: Mapping[str, Any]) -> str:
    return document["number"] if document.get("doc_type") in DUI_TYPES else ""


@contextmanager
def _dui_of_nobody_else(person: Person, document: Mapping[str, Any], *, by: User) -> Iterator[None]:
    """Raise AlreadyRegistered where a document cannot be kept because another file has its DUI.

    The database decides, so that of two who register her at once one is refused.
    """
    try:
        with transaction.atomic():
            yield
    except (IntegrityError, ValidationError):
        matches = look_up_dui(_dui_of(document), for_user=by)
        if any(each.pk != person.pk for each in matches.same_dui):
            raise AlreadyRegistered(matches) from None
        raise


NOTHING_SAID: Decisions = {}


@transaction.atomic
def change_person(
    person: Person, *, version: int, by: User, decisions: Decisions = NOTHING_SAID, **answers: Any
) -> Person:
    """Correct who somebody is. Raises StaleRecord, NoPhase, and UndecidedDuplicate.

    Where the birth was wrong and she turns out to have been of age when she
    was registered, her case is opened now (CASE-4). With another name or birth
    she may look like somebody else: that is asked once (CASE-1).
    """
    person = lock(person)
    was_minor = is_minor(person)
    given = answers.get("given_names", person.given_names)
    surnames = answers.get("surnames", person.surnames)
    names = name_columns(given, surnames)
    birth = answers.get("birth_date", person.birth_date)
    matches = Matches()
    if (names["name_key"], birth) != (person.name_key, person.birth_date):
        matches = look_up(
            given_names=given,
            surnames=surnames,
            birth_date=birth,
            dui="",
            phone="",
            for_user=by,
            about=person,
        )
    _check_decided(matches, decisions)
    changes = change(person, version=version, **answers, **names)
    if changes:
        record_activity("person.changed", person, by=by, changes=changes)
    _keep_what_was_said(person, matches, decisions, by=by)
    if was_minor and not is_minor(person) and not person.cases.exists():
        open_case(person, office=person.office, opened_on=person.registered_on, by=by)
    refresh_figures(person)
    return person


@transaction.atomic
def change_contact(
    contact: Contact, *, version: int, by: User, decisions: Decisions = NOTHING_SAID, **answers: Any
) -> Contact:
    """Correct how somebody may be reached; it counts as reviewed today.

    Raises StaleRecord, and UndecidedDuplicate for a telephone that another file has.
    """
    lock(contact.person)  # before any record of hers, as a merge does
    contact = lock(contact)
    matches = Matches()
    phone = answers.get("phone_1", contact.phone_1)
    if phone != contact.phone_1:
        matches = look_up(
            given_names="",
            surnames="",
            birth_date=None,
            dui="",
            phone=phone,
            for_user=by,
            about=contact.person,
        )
    _check_decided(matches, decisions)
    changes = change(contact, version=version, **answers, reviewed_on=timezone.localdate())
    if changes:
        record_activity("contact.changed", contact, by=by, changes=changes)
    _keep_what_was_said(contact.person, matches, decisions, by=by)
    return contact


@transaction.atomic
def add_record(model: Any, person: Person, *, key: UUID, by: User, **answers: Any) -> Any:
    """Add a document, a journey or a job to a person's file; the same form twice adds it once.

    Raises OtherContent, AlreadyRegistered for the DUI of another, and ValidationError, also
    for what needs the consent to sensitive data (CASE-3).
    """
    sent = claim(key, by=by, content=[model._meta.label, person, answers])
    if sent.result:
        return model.objects.get(pk=sent.result)
    person = lock(person)  # before any record of hers, as a merge does
    person = person.merged_into or person
    _check_agreed(person, model)
    with _dui_of_nobody_else(person, answers, by=by):
        record = _create(model, person=person, **answers)
    settle(sent, record)
    record_activity(f"{model._meta.model_name}.added", record, by=by)
    refresh_figures(person)
    return record


@transaction.atomic
def change_record(record: Any, *, version: int, by: User, **answers: Any) -> Any:
    """Correct a document, a journey or a job.

    Raises StaleRecord, AlreadyRegistered for the DUI of another, and ValidationError, also
    for what needs the consent to sensitive data (CASE-3), unless a correction was granted.
    """
    lock(record.person)  # before any record of hers, as a merge does
    record = lock(record)
    if record.version != version:
        raise StaleRecord(record)
    if not is_to_be_corrected(record.person):
        _check_agreed(record.person, type(record))
    for name, value in answers.items():
        setattr(record, name, value)
    with _dui_of_nobody_else(record.person, vars(record) | answers, by=by):
        record.full_clean()
        record.refresh_from_db(fields=list(answers))
        changes = change(record, version=version, **answers)
    if changes:
        record_activity(f"{record._meta.model_name}.changed", record, by=by, changes=changes)
    refresh_figures(record.person)
    return record


def is_minor(person: Person) -> bool:
    """Whether somebody was under 18 when she was registered: no case of her own (CASE-4)."""
    return person.birth_date is not None and age_on(person.birth_date, person.registered_on) < 18


def refresh_figures(person: Person) -> None:
    """Keep with the person her status and sector as they follow from her journeys and jobs.

    Who comes under protection by it is sheltered at once (CERT-19).
    """
    trips = person.trips.order_by(F("return_date").desc(nulls_last=True), "-pk")
    latest = trips.select_related("return_country").first()
    country = latest.return_country.code if latest and latest.return_country else None
    sectors = set(person.jobs.values_list("sector", flat=True)) - {""}
    status, row = status_of(person.population, country), Person.objects.filter(pk=person.pk)
    endangered = status in PROTECTED and row.exclude(status__in=PROTECTED).exists()
    row.update(status=status, sector=sector_of(sectors))
    if endangered:
        shelter(person)


def status_of(population: str, return_country: str | None) -> str:
    """Who somebody is to the figures: her profile, and whence she returned."""
    match population:
        case Population.RETURNEE_IDP:
            return Status.BOTH
        case Population.IDP | Population.FAMILY | Population.COMMUNITY:
            return Status(population)
    known = {"US": Status.RETURNED_US, "MX": Status.RETURNED_MX}
    return known.get(return_country or "", Status.RETURNED_ELSEWHERE)


def sector_of(sectors: set[str]) -> str:
    """The sector under which somebody counts: the programme's own before any other."""
    order = [Sector.CONSTRUCTION, Sector.TOURISM, Sector.OTHER]
    return next((each for each in order if each in sectors), "")
