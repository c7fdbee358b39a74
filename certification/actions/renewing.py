"""The renewal of a certificate that ends: a short way to another one (CERT-17)."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from certification.actions.enrolling import (
    StandardNotInForce,
    begin,
    check_candidate,
    in_force,
)
from certification.actions.parts import check_state
from certification.actions.refusals import NotPossible
from certification.actions.signatures import sign
from certification.choices import AssessmentState, CertificateState, Route, SignatureKind
from certification.models import Assessment, Certificate, StandardVersion
from genesis.lib.states import lock


class NothingToRenew(NotPossible):
    """What was suspended, revoked or replaced is not renewed, and what never ends need not be."""

    sentence = gettext_noop("Only a certificate that holds and has a last day is renewed.")


class TooEarlyToRenew(NotPossible):
    """The old one would still hold for long."""


class RenewedAlready(NotPossible):
    """One assessment follows another."""

    sentence = gettext_noop("It is being renewed already, or was.")


def can_be_renewed(certificate: Certificate) -> bool:
    """Whether a certificate can be renewed today; `renew` says why not."""
    first = certificate.renewable_from
    return (
        certificate.state == CertificateState.VALID
        and first is not None
        and first <= timezone.localdate()
        and certificate.assessment.state == AssessmentState.CERTIFIED
        and certificate.assessment.next_attempt is None
    )


@transaction.atomic
def renew(
    certificate: Certificate,
    *,
    key: UUID,
    standard_version: StandardVersion,
    candidate_name: str,
    by: User,
) -> Assessment:
    """Begin the assessment that renews a certificate: no diagnosis, one session.

    It is against the version that is published now, and begins where its day is
    planned; `candidate_name` acknowledges rights and duties. The old certificate holds
    until its own end, whatever comes of it. Raises NothingToRenew, TooEarlyToRenew,
    RenewedAlready, SignatureMissing, and what `enrol` raises.
    """
    sent = claim(key, by=by, content=[certificate, standard_version, candidate_name])
    if sent.result:
        return Assessment.objects.get(pk=sent.result)
    person = lock(certificate.assessment.person)
    certificate = lock(certificate)
    before = lock(certificate.assessment)
    _check(certificate, before)
    check_candidate(person)
    version = in_force(standard_version)
    if version.standard_id != before.standard_id:
        raise StandardNotInForce
    assessment = Assessment(
        person=person,
        standard=before.standard,
        standard_version=version,
        state=AssessmentState.ADMITTED,
        route=Route.RENEWAL,
        attempt=before.attempt + 1,
        previous=before,
        enrolled_by=by,
    )
    begin(assessment, by=by)
    sign(assessment, SignatureKind.RIGHTS, candidate_name, by=by)
    settle(sent, assessment)
    record_activity("assessment.admitted", assessment, by=by, renews=certificate.folio)
    return assessment


def _check(certificate: Certificate, assessment: Assessment) -> None:
    first = certificate.renewable_from
    if certificate.state != CertificateState.VALID or first is None:
        raise NothingToRenew
    check_state(assessment, AssessmentState.CERTIFIED)
    if first > timezone.localdate():
        raise TooEarlyToRenew(
            _("It can be renewed from %(day)s on.") % {"day": date_format(first, "DATE_FORMAT")}
        )
    if assessment.next_attempt:
        raise RenewedAlready
