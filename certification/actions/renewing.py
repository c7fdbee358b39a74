"""The renewal of a certificate that ends: a short way to another one (CERT-17)."""

from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.actions.cases import current_case
from beneficiaries.actions.casework import reopen_case
from beneficiaries.actions.consents import has_consent
from beneficiaries.choices import REOPENED_FROM, ConsentPurpose, OpenReason, Outcome
from beneficiaries.models import Person
from certification.actions.enrolling import (
    NoAssessmentConsent,
    OutsideTheTrack,
    StandardNotInForce,
    begin,
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
    planned; `candidate_name` acknowledges rights and duties. Of whose case is closed the
    next episode is opened. The old certificate holds until its own end, whatever comes of
    it. Raises NothingToRenew, TooEarlyToRenew, RenewedAlready, SignatureMissing,
    NoAssessmentConsent, OutsideTheTrack, and StandardNotInForce.
    """
    sent = claim(key, by=by, content=[certificate, standard_version, candidate_name])
    if sent.result:
        return Assessment.objects.get(pk=sent.result)
    person = lock(certificate.assessment.person)
    certificate = lock(certificate)
    before = lock(certificate.assessment)
    _check(certificate, before)
    _check_holder(person)
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
    _open_case(person, certificate, by=by)
    begin(assessment, by=by)
    sign(assessment, SignatureKind.RIGHTS, candidate_name, by=by)
    settle(sent, assessment)
    record_activity("assessment.admitted", assessment, by=by, renews=certificate.folio)
    return assessment


def _check_holder(person: Person) -> None:
    """Raise NoAssessmentConsent, or OutsideTheTrack for whose open case says that she is not.

    That she was eligible, the certificate says: it is not asked anew of another episode.
    """
    case = current_case(person)
    if case is None or (not case.closed_on and case.outcome == Outcome.NOT_ELIGIBLE):
        raise OutsideTheTrack
    if not has_consent(person, ConsentPurpose.ASSESSMENT):
        raise NoAssessmentConsent


def _open_case(person: Person, certificate: Certificate, *, by: User) -> None:
    """Open the next episode of whose case is closed: she needs somebody again (CASE-33)."""
    case = current_case(person)
    if case is None or case.state not in REOPENED_FROM:
        return
    reopen_case(
        person,
        key=uuid4(),
        because=OpenReason.NEW_NEED,
        note=_("Renewal of the certificate %(folio)s") % {"folio": certificate.folio},
        by=by,
    )


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
