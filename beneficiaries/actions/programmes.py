"""Programmes and their phases, who funds them, and where offices work."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.choices import OrganizationKind
from accounts.models import Organization, User
from beneficiaries.models import (
    Case,
    Department,
    District,
    Funding,
    Municipality,
    OrganizationPlace,
    Phase,
    Programme,
    RuleSet,
)
from genesis.lib.states import StaleRecord, change, lock


@transaction.atomic
def create_programme(*, key: UUID, name: str, by: User) -> Programme:
    """Add a programme; its phases come next. Raises OtherContent."""
    sent = claim(key, by=by, content=name)
    if sent.result:
        return Programme.objects.get(pk=sent.result)
    programme = Programme.objects.create(name=name, code=_free_code(Programme, name))
    settle(sent, programme)
    record_activity("programme.created", programme, by=by)
    return programme


@transaction.atomic
def change_programme(programme: Programme, *, version: int, name: str, by: User) -> Programme:
    """Correct the name of a programme. Raises StaleRecord."""
    programme = lock(programme)
    changes = change(programme, version=version, name=name)
    record_activity("programme.changed", programme, by=by, changes=changes)
    return programme


@transaction.atomic
def create_phase(
    programme: Programme, *, key: UUID, donors: Collection[Organization], by: User, **answers: Any
) -> Phase:
    """Add a phase to a programme, with its rules and donors.

    Raises OtherContent, and ValidationError when another phase of the programme
    runs in those days.
    """
    content = [programme, sorted(each.pk for each in donors), answers]
    sent = claim(key, by=by, content=content)
    if sent.result:
        return Phase.objects.get(pk=sent.result)
    programme = lock(programme)
    phase = Phase(programme=programme, code=_free_code(Phase, answers["name"]), **answers)
    _check_days(phase)
    with _one_at_a_time():
        phase.save()
    _fund(phase, donors)
    settle(sent, phase)
    record_activity("phase.created", phase, by=by)
    return phase


@transaction.atomic
def change_phase(
    phase: Phase, *, version: int, donors: Collection[Organization], by: User, **answers: Any
) -> Phase:
    """Correct a phase: its name, days, rules and donors.

    Decisions that were taken keep the rules that they were taken by. Raises
    StaleRecord, and ValidationError when another phase runs in those days or a
    case of this one was opened outside them.
    """
    phase = lock(phase)
    _check_days(Phase(pk=phase.pk, programme_id=phase.programme_id, **answers))
    _check_cases(phase, answers["starts_on"], answers["ends_on"])
    with _one_at_a_time():
        changes = change(phase, version=version, **answers)
    before, now = _fund(phase, donors)
    donors_of_then = {} if before == now else {"donors_before": before, "donors_now": now}
    record_activity("phase.changed", phase, by=by, changes=_keys(changes), **donors_of_then)
    return phase


@transaction.atomic
def change_funding(
    funding: Funding, *, version: int, rule_set: RuleSet | None, by: User
) -> Funding:
    """Say by which rules of its own a donor looks at a phase, or that it has none."""
    funding = lock(funding)
    changes = change(funding, version=version, rule_set=rule_set)
    record_activity("funding.changed", funding, by=by, changes=_keys(changes))
    return funding


@transaction.atomic
def set_place(
    organization: Organization,
    *,
    version: int,
    district: District | None,
    departments: Collection[Department] = (),
    municipalities: Collection[Municipality] = (),
    by: User,
) -> OrganizationPlace:
    """Say where an organization stands, and what an office covers. Raises StaleRecord.

    `version` is 0 as long as nothing was said.
    """
    organization = lock(organization)
    place, new = OrganizationPlace.objects.get_or_create(organization=organization)
    if new != (version == 0):
        raise StaleRecord(place)
    if OrganizationKind.OFFICE not in organization.kinds:
        departments, municipalities = (), ()
    covered = _codes(place)
    changes = change(place, version=place.version if new else version, district=district)
    place.departments.set(departments)
    place.municipalities.set(municipalities)
    territory = {"covered_before": covered, "covers_now": _codes(place)}
    record_activity("place.changed", place, by=by, changes=_keys(changes), **territory)
    return place


def _codes(place: OrganizationPlace) -> list[str]:
    departments = place.departments.order_by("code").values_list("code", flat=True)
    municipalities = place.municipalities.order_by("code").values_list("code", flat=True)
    return [*departments, *municipalities]


def _fund(phase: Phase, donors: Collection[Organization]) -> tuple[list[int], list[int]]:
    """Let exactly `donors` fund a phase; return who did before, and who does now."""
    for donor in donors:
        if OrganizationKind.DONOR not in donor.kinds:
            raise ValidationError(
                {"donors": _("“{name}” is not marked as a donor.").format(name=donor)}
            )
    known = {each.donor_id: each for each in phase.fundings.all()}
    after = sorted(each.pk for each in donors)
    phase.fundings.exclude(donor__in=after).delete()
    Funding.objects.bulk_create(
        Funding(phase=phase, donor=each) for each in donors if each.pk not in known
    )
    return sorted(known), after


def _check_days(phase: Phase) -> None:
    if phase.ends_on < phase.starts_on:
        raise ValidationError({"ends_on": _("The last day cannot come before the first.")})
    others = Phase.objects.filter(programme=phase.programme_id).exclude(pk=phase.pk)
    running = others.filter(starts_on__lte=phase.ends_on, ends_on__gte=phase.starts_on)
    if other := running.order_by("starts_on").first():
        words = _("In those days “{phase}” runs, from {since} to {until}: a day has one phase.")
        raise ValidationError(
            {
                "starts_on": words.format(
                    phase=other.name, since=_day(other.starts_on), until=_day(other.ends_on)
                )
            }
        )


def _check_cases(phase: Phase, starts_on: date, ends_on: date) -> None:
    """Every case was opened while its phase ran."""
    cases = Case.objects.filter(phase=phase).order_by("opened_on")
    words = _("Cases of this phase were opened on {day}: it cannot leave them out.")
    first, last = cases.first(), cases.last()
    if first and first.opened_on < starts_on and first.opened_on >= phase.starts_on:
        raise ValidationError({"starts_on": words.format(day=_day(first.opened_on))})
    if last and last.opened_on > ends_on and last.opened_on <= phase.ends_on:
        raise ValidationError({"ends_on": words.format(day=_day(last.opened_on))})


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Raise ValidationError where somebody else was faster with a phase for those days."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise ValidationError({"starts_on": _("Another phase runs in those days.")}) from None


def _free_code(model: type[Programme] | type[Phase], name: str) -> str:
    """A short name for addresses and files that no other row has."""
    start = slugify(name)[:16] or "x"
    taken = set(
        model._default_manager.filter(code__startswith=start).values_list("code", flat=True)
    )
    numbered = (f"{start}-{number}" for number in range(2, len(taken) + 3))
    return start if start not in taken else next(each for each in numbered if each not in taken)


def _day(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def _keys(changes: dict[str, Any]) -> dict[str, Any]:
    """The changes with records as their keys, as the history keeps them."""
    return {
        name: tuple(getattr(value, "pk", value) for value in values)
        for name, values in changes.items()
    }
