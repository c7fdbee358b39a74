"""Making organizations into evaluation centres, and into bodies that certify."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.choices import OrganizationKind
from accounts.models import Organization, User
from beneficiaries.models import District
from certification.models import Centre, Certificate, CertifyingBody
from genesis.lib.states import change, lock


def _check_kind(organization: Organization, kind: OrganizationKind) -> None:
    if kind not in organization.kinds:
        raise ValidationError(
            _("Mark it as “{kind}” first, among the details of the organization.").format(
                kind=kind.label
            )
        )


@transaction.atomic
def set_up_centre(
    organization: Organization, *, key: UUID, code: str, district: District, by: User
) -> Centre:
    """Let practical assessments take place at an organization; the same form twice makes one.

    Raises ValidationError unless it is an evaluation centre, or when the code is
    taken, and OtherContent.
    """
    sent = claim(key, by=by, content=[organization, code, district])
    if sent.result:
        return Centre.objects.get(pk=sent.result)
    organization = lock(organization)
    _check_kind(organization, OrganizationKind.EVALUATION_CENTRE)
    if Centre.objects.filter(organization=organization).exists():
        raise ValidationError(_("It is a centre already."))
    try:
        with transaction.atomic():
            centre = Centre.objects.create(organization=organization, code=code, district=district)
    except IntegrityError:
        raise ValidationError({"code": _("Another centre has this code.")}) from None
    settle(sent, centre)
    record_activity("centre.set_up", centre, by=by)
    return centre


@transaction.atomic
def change_centre(centre: Centre, *, version: int, by: User, **answers: Any) -> Centre:
    """Correct a centre; certificates keep the code as they were issued with. Raises StaleRecord."""
    centre = lock(centre)
    try:
        with transaction.atomic():
            changes = change(centre, version=version, **answers)
    except IntegrityError:
        raise ValidationError({"code": _("Another centre has this code.")}) from None
    record_activity("centre.changed", centre, by=by, changes=changes)
    return centre


@transaction.atomic
def create_body(
    organization: Organization, *, key: UUID, by: User, **answers: Any
) -> CertifyingBody:
    """Let certificates be issued in an organization's name, from one day until another.

    Raises ValidationError unless it is a certifying body and the only one in
    those days, and OtherContent.
    """
    sent = claim(key, by=by, content=[organization, answers])
    if sent.result:
        return CertifyingBody.objects.get(pk=sent.result)
    organization = lock(organization)
    _check_kind(organization, OrganizationKind.CERTIFYING_BODY)
    body = CertifyingBody(organization=organization, **answers)
    _check_body(body)
    with _one_at_a_time():
        body.save()
    settle(sent, body)
    record_activity("certifying_body.created", body, by=by)
    return body


@transaction.atomic
def change_body(body: CertifyingBody, *, version: int, by: User, **answers: Any) -> CertifyingBody:
    """Correct a certifying body. Raises StaleRecord and ValidationError.

    Once certificates were issued in its name, only its last day may change, and
    not to before the latest of them: another name begins as another body.
    """
    body = lock(body)
    latest = Certificate.objects.filter(body=body).order_by("-issued_on").first()
    if latest:
        _check_issued(body, answers, latest.issued_on)
    _check_body(CertifyingBody(pk=body.pk, organization_id=body.organization_id, **answers))
    with _one_at_a_time():
        changes = change(body, version=version, **answers)
    record_activity("certifying_body.changed", body, by=by, changes=changes)
    return body


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Raise ValidationError where somebody else was faster with a body for those days."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise ValidationError({"valid_from": _("Another body certifies in those days.")}) from None


def _check_issued(body: CertifyingBody, answers: dict[str, Any], latest: date) -> None:
    kept = _("Certificates were issued with it. Give this one a last day, and add another.")
    fixed = ["printed_name", "folio_prefix", "valid_from"]
    errors = {name: kept for name in fixed if answers[name] != getattr(body, name)}
    if answers["valid_until"] and answers["valid_until"] < latest:
        errors["valid_until"] = _("A certificate was issued on {day}.").format(
            day=date_format(latest, "SHORT_DATE_FORMAT")
        )
    if errors:
        raise ValidationError(errors)


def _check_body(body: CertifyingBody) -> None:
    """Say at the fields what the constraints would refuse."""
    if body.valid_until and body.valid_until < body.valid_from:
        raise ValidationError({"valid_until": _("The last day cannot come before the first.")})
    if not body.folio_prefix.isascii() or not body.folio_prefix.isalnum():
        raise ValidationError({"folio_prefix": _("Write capital letters and digits alone.")})
    if not body.folio_prefix[0].isalpha():
        raise ValidationError({"folio_prefix": _("Begin with a letter.")})
    for other in CertifyingBody.objects.exclude(pk=body.pk).order_by("valid_from"):
        if _overlap(body, other):
            until = other.valid_until
            raise ValidationError(
                {
                    "valid_from": _("“{body}” certifies in those days: {since} – {until}.").format(
                        body=other.printed_name,
                        since=date_format(other.valid_from, "SHORT_DATE_FORMAT"),
                        until=date_format(until, "SHORT_DATE_FORMAT") if until else "…",
                    )
                }
            )


def _overlap(one: CertifyingBody, other: CertifyingBody) -> bool:
    begins_in_time = other.valid_until is None or one.valid_from <= other.valid_until
    return begins_in_time and (one.valid_until is None or other.valid_from <= one.valid_until)
