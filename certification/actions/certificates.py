"""Making a certificate out of a decision: its numbers, and what it says for ever."""

import secrets
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from beneficiaries.choices import DUI_TYPES, DocStatus
from beneficiaries.models import IdentityDocument, Person
from certification.actions.logos import marks_as_printed
from certification.actions.refusals import NotPossible
from certification.actions.sheltering import lookup_of
from certification.models import (
    Assessment,
    Certificate,
    CertifyingBody,
    FolioCounter,
    Standard,
    StandardVersion,
    StatusList,
)
from genesis.lib.background import enqueue
from genesis.lib.codes import folio, short_code
from genesis.lib.days import add_months

SEEN = [DocStatus.VALID, DocStatus.EXPIRED]  # documents that were there to be looked at


class IdentityNotVerified(NotPossible):
    """A certificate names somebody whose document was seen, whichever it is (story S01)."""

    sentence = gettext_noop("Record a valid or expired identity document with its number first.")


class NoCertifyingBody(NotPossible):
    """Certificates are issued in the name of a body that certifies on that day."""

    def __init__(self, day: date) -> None:
        super().__init__(
            _("No certifying body is in force on %(day)s: ask coordination.")
            % {"day": date_format(day, "DATE_FORMAT")}
        )


def issue_certificate(
    assessment: Assessment, *, replaces: Certificate | None = None, by: User
) -> Certificate:
    """Issue the certificate of an assessment that was just decided; call it in its transaction.

    All that it prints is copied here, and stays (CERT-15). The folio is the next
    of its year and standard, without gaps (CERT-14). It `replaces` one of before an
    appeal, which has ended. Raises IdentityNotVerified and NoCertifyingBody.
    """
    day = timezone.localdate(assessment.decided_at)
    version = _version_of(assessment)
    last = _valid_until(day, version)
    return _issue(assessment, version, day, valid_until=last, by=by, replaces=replaces)


def issue_in_place_of(old: Certificate, *, by: User) -> Certificate:
    """Issue another certificate of the same assessment, with what is so today; the end stays.

    The old one is replaced before; call it in that transaction.
    """
    assessment, day = old.assessment, timezone.localdate()
    version = _version_of(assessment)
    return _issue(assessment, version, day, valid_until=old.valid_until, by=by, replaces=old)


def _version_of(assessment: Assessment) -> StandardVersion:
    return StandardVersion.objects.select_related("standard").get(pk=assessment.standard_version_id)


def _issue(
    assessment: Assessment,
    version: StandardVersion,
    day: date,
    *,
    valid_until: date | None,
    by: User,
    replaces: Certificate | None = None,
) -> Certificate:
    person = Person.objects.select_related("district__department").get(pk=assessment.person_id)
    body = _body_on(day)
    document = document_of(person)
    sequence = _take_sequence(day.year, version.standard)
    status_list, index = _take_bit()
    certificate = Certificate.objects.create(
        assessment=assessment,
        replaces=replaces,
        folio=folio(body.folio_prefix, day.year, version.standard.code, sequence),
        year=day.year,
        standard=version.standard,
        sequence=sequence,
        code=short_code(),
        secret_key_number=1,
        body=body,
        body_name=body.printed_name,
        **marks_as_printed(body.organization, assessment),
        issued_on=day,
        valid_until=valid_until,
        holder_name=person.display_name,
        holder_initials=person.initials,
        holder_document=last_three(document.number),
        officer_name=str(by),
        department=person.district.department if person.district else None,
        status=person.status,
        sector=version.own_sector,
        public_lookup=lookup_of(person, replaces),
        status_list=status_list,
        status_index=index,
        **standard_as_printed(version),
        **_place_as_printed(assessment),
    )
    enqueue("certification.tasks.render_certificate", certificate_id=certificate.pk)
    return certificate


def _take_bit() -> tuple[StatusList, int]:
    """A place of its own in the newest list, drawn by lot so that it tells no order.

    Half of a list stays empty: then another is begun. Whoever comes second waits.
    """
    StatusList.objects.get_or_create(number=1)
    newest = StatusList.objects.select_for_update(no_key=True).order_by("-number")[0]
    if newest.certificates.count() >= StatusList.SIZE // 2:
        newest = StatusList.objects.create(number=newest.number + 1)
    if not newest.text:
        enqueue("certification.tasks.sign_status_list", list_id=newest.pk)
    index = secrets.randbelow(StatusList.SIZE)
    while newest.certificates.filter(status_index=index).exists():
        index = secrets.randbelow(StatusList.SIZE)
    return newest, index


def last_three(number: str) -> str:
    """The last letters or figures of a document's number, whatever hyphens it is written with."""
    return "".join(filter(str.isalnum, number))[-3:].upper()


def _body_on(day: date) -> CertifyingBody:
    body = CertifyingBody.objects.on(day).order_by("-valid_from", "-pk").first()
    if body is None:
        raise NoCertifyingBody(day)
    return body


def document_of(person: Person) -> IdentityDocument:
    """The document that the certificate names the person by: a DUI before any other."""
    documents = person.documents.filter(status__in=SEEN, active=True).order_by("pk")
    best = sorted(
        documents, key=lambda each: (each.doc_type not in DUI_TYPES, each.status != DocStatus.VALID)
    )
    if not best:
        raise IdentityNotVerified
    return best[0]


def _take_sequence(year: int, standard: Standard) -> int:
    """The next number of a year and standard: whoever comes second waits, and none is lost."""
    FolioCounter.objects.get_or_create(year=year, standard=standard)
    counter = FolioCounter.objects.select_for_update().get(year=year, standard=standard)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def _valid_until(day: date, version: StandardVersion) -> date | None:
    months = version.certificate_months
    return add_months(day, months) if months else None


def standard_as_printed(version: StandardVersion) -> dict[str, Any]:
    """What a certificate keeps of its standard, by the names of its own fields (CERT-15)."""
    units = version.units.prefetch_related("elements").order_by("position")
    return {
        "standard_code": version.standard.code,
        "standard_title": version.title,
        "standard_version": version.number,
        "level": version.level,
        "license_note": version.license_note,
        "units": [
            {
                "code": unit.code,
                "title": unit.title,
                "elements": [
                    each.title for each in sorted(unit.elements.all(), key=lambda e: e.position)
                ],
            }
            for unit in units
        ],
    }


def _place_as_printed(assessment: Assessment) -> dict[str, Any]:
    centre = assessment.centre
    assert centre is not None  # the database refuses a decision without one
    session = assessment.last_session()
    assert session is not None  # nothing is decided without one
    return {
        "centre_code": centre.code,
        "place": f"{centre.district.name}, {centre.district.department.name}",
        "assessed_on": timezone.localdate(session.started_at),
    }
