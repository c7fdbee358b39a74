"""The certificates that the benchmark prints: each of an assessment and a person of its own."""

from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from accounts.choices import OrganizationKind
from accounts.models import Organization, User
from benchmarks import fill
from beneficiaries.models import District, Person
from certification.actions.certificates import standard_as_printed
from certification.actions.standards import keep_version, lock_standard
from certification.choices import VersionState
from certification.models import (
    Assessment,
    Centre,
    Certificate,
    CertifyingBody,
    StandardVersion,
    StatusList,
)
from certification.rules.standards import read_standard
from genesis.lib.codes import folio, short_code

STANDARD = Path(settings.BASE_DIR) / "data" / "standards" / "CON-002.yaml"
NAMES = ["by", "evaluator", "verifier", "officer"]


def write(count: int) -> list[int]:
    """Write so many certificates that wait to be printed; return their keys."""
    fill.fill(count)
    call_command("make_signing_key", verbosity=0)
    body, centre = _body_and_centre()
    version = _published()
    assessments = _assessments(version, centre, count)
    same = standard_as_printed(version) | {
        "body": body,
        "body_name": body.printed_name,
        "status_list": StatusList.objects.create(number=1),
    }
    made = Certificate.objects.bulk_create(
        _certificate(assessment, place, **same)
        for place, assessment in enumerate(assessments, start=1)
    )
    return [each.pk for each in made]


@transaction.atomic
def _published() -> StandardVersion:
    content = read_standard(STANDARD.read_bytes())
    kept, state = lock_standard(content), VersionState.PUBLISHED
    return keep_version(kept, content, "0" * 64, state=state, by=None)


def _body_and_centre() -> tuple[CertifyingBody, Centre]:
    office = Organization.objects.create(
        code="bench",
        name="Centro de medición",
        kinds=[OrganizationKind.EVALUATION_CENTRE, OrganizationKind.CERTIFYING_BODY],
    )
    body = CertifyingBody.objects.create(
        organization=office,
        printed_name="Instituto de Medición",
        folio_prefix="ME",
        valid_from=date(2020, 1, 1),
    )
    centre = Centre.objects.create(
        organization=office, code="CE-ME-01", district=District.objects.first()
    )
    return body, centre


def _assessments(version: StandardVersion, centre: Centre, count: int) -> list[Assessment]:
    by, evaluator, verifier, officer = (
        User.objects.create_user(f"bench-{name}@demo.test", None, first_name="B", last_name=name)
        for name in NAMES
    )
    people = Person.objects.select_related("district").order_by("pk")[:count]
    return Assessment.objects.bulk_create(
        Assessment(
            reference=f"PC-2000-{place:06}",
            person=person,
            standard=version.standard,
            standard_version=version,
            state="certified",
            enrolled_by=by,
            centre=centre,
            scheduled_for=timezone.localdate(),
            evaluator=evaluator,
            verifier=verifier,
            officer=officer,
            decided_at=timezone.now(),
        )
        for place, person in enumerate(people)
    )


def _certificate(assessment: Assessment, place: int, **same: Any) -> Certificate:
    person, standard, today = assessment.person, assessment.standard, timezone.localdate()
    return Certificate(
        assessment=assessment,
        folio=folio("ME", today.year, standard.code, place),
        year=today.year,
        standard=standard,
        sequence=place,
        code=short_code(),
        issued_on=today,
        holder_name=person.display_name,
        holder_initials=person.initials,
        holder_document="017",
        officer_name=str(assessment.officer),
        centre_code=assessment.centre.code,
        place="Soyapango, San Salvador",
        assessed_on=today,
        department_id=person.district.department_id,
        status=person.status,
        sector=standard.sector,
        status_index=place,
        **same,
    )
