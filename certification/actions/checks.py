"""The public register: how often it may be asked, and how often it was, never by whom."""

from datetime import date

from django.db import transaction
from django.db.models import F, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from certification.choices import CertificateState
from certification.models import Certificate, CheckCount, VerificationCount
from genesis.lib.turns import take, take_turn

MINUTE, HOUR = 60, 3600
CHECKS_OF_ONE, CHECKS_OF_ALL = 10, 600  # in a minute
TRIES = 5  # in an hour, to confirm the holder of one certificate


class CheckResult(TextChoices):
    """What the public check of a code answered."""

    VALID = "valid", _("Valid certificate")
    EXPIRED = "expired", _("Expired certificate")
    SUSPENDED = "suspended", _("Suspended certificate")
    REVOKED = "revoked", _("Revoked certificate")
    REPLACED = "replaced", _("Replaced certificate")
    UNKNOWN = "unknown", _("We find no such certificate")
    HOLDER_MATCHES = "holder_matches", _("The holder matches")
    HOLDER_DIFFERS = "holder_differs", _("The holder does not match")


def result_of(certificate: Certificate | None, day: date) -> CheckResult:
    """How a certificate stands on `day`: that it has expired follows from its dates."""
    if certificate is None:
        return CheckResult.UNKNOWN
    last = certificate.valid_until
    if certificate.state == CertificateState.VALID and last is not None and last < day:
        return CheckResult.EXPIRED
    return CheckResult(certificate.state)


@transaction.atomic
def count_check(result: CheckResult, certificate: Certificate | None = None) -> None:
    """Count one answer of the public check, under its day and result, and of its certificate.

    This is the log of what the public register was read for, and so the one
    write that a page which only shows something may do: one UPDATE of one row
    per day and result, and one of the certificate's day. No address and no code
    is kept, nor the hour.
    """
    if certificate:
        _count_of(certificate)
    rows = CheckCount.objects.filter(day=timezone.localdate(), result=result)
    if not rows.update(times=F("times") + 1):
        first = CheckCount(day=timezone.localdate(), result=result)
        CheckCount.objects.bulk_create([first], ignore_conflicts=True)
        rows.update(times=F("times") + 1)


def _count_of(certificate: Certificate) -> None:
    rows = VerificationCount.objects.filter(day=timezone.localdate(), certificate=certificate)
    if not rows.update(times=F("times") + 1):
        first = VerificationCount(day=timezone.localdate(), certificate=certificate)
        VerificationCount.objects.bulk_create([first], ignore_conflicts=True)
        rows.update(times=F("times") + 1)


def may_check(address: str | None) -> bool:
    """Whether a certificate may be checked once more, from there and by everybody together."""
    return take_turn(
        "certificate-checks", address, of_one=CHECKS_OF_ONE, of_all=CHECKS_OF_ALL, seconds=MINUTE
    )


def may_try_holder(certificate: Certificate) -> bool:
    """Whether the holder of a certificate may be guessed once more, from wherever."""
    what = f"certificate-holder-{certificate.pk}"
    return take(what, "", of_one=TRIES, of_all=TRIES, seconds=HOUR)
