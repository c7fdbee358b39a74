"""What an accreditation rests upon and that ends: certificates, calibrations, the signing key.

Asked for together with the accreditations (`expiring`), for who accredits and who manages a
centre; a key that is old for who keeps the installation going.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Concat, TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from accounts.registry import SHOWN, Line
from certification.choices import EVALUATOR_HELD, HELD, KEY_DAYS, CertificateState, Condition
from certification.models import (
    Centre,
    CentreAccreditation,
    CentreEquipment,
    Evaluator,
    EvaluatorAccreditation,
    SigningKey,
)

TRAINING, PROOF, CALIBRATION, KEY = "training", "proof", "calibration", "key"
NAMED = Concat("evaluator__user__first_name", Value(" "), "evaluator__user__last_name")


def _days_told() -> tuple[date, date]:
    """From which day to which it is told of: what ended longer ago hides nothing that comes."""
    today, notice = timezone.localdate(), timedelta(days=settings.ACCREDITATION_NOTICE_DAYS)
    return today - notice, today + notice


def trainings(user: User) -> QuerySet[Any, Any]:
    """The certificates of the training as an evaluator that end, of who is accredited (GS-1.8)."""
    held = EvaluatorAccreditation.objects.filter(
        evaluator=OuterRef("pk"), state__in=EVALUATOR_HELD, valid_until__gte=timezone.localdate()
    )
    found = Evaluator.objects.visible_to(user).filter(
        Exists(held), certificate_expires_on__range=_days_told(), user__is_active=True
    )
    return found.order_by("certificate_expires_on", "pk").values(
        kind=Value(TRAINING),
        page=F("public_id"),
        named=Concat("user__first_name", Value(" "), "user__last_name"),
        says=F("certificate_number"),
        day=F("certificate_expires_on"),
    )[: SHOWN + 1]


def proofs(user: User) -> QuerySet[Any, Any]:
    """The own certificates in their standard that end, upon which somebody evaluates (CERT-4)."""
    found = EvaluatorAccreditation.objects.visible_to(user).filter(
        state__in=EVALUATOR_HELD,
        valid_until__gte=timezone.localdate(),
        own_certificate__state=CertificateState.VALID,
        own_certificate__valid_until__range=_days_told(),
        evaluator__user__is_active=True,
    )
    return found.order_by("own_certificate__valid_until", "pk").values(
        kind=Value(PROOF),
        page=F("evaluator__public_id"),
        named=NAMED,
        says=F("standard__code"),
        day=F("own_certificate__valid_until"),
    )[: SHOWN + 1]


def calibrations(user: User) -> QuerySet[Any, Any]:
    """The equipment whose calibration ends, where the standard that asks for it is accredited."""
    held = CentreAccreditation.objects.filter(
        centre=OuterRef("centre"),
        standard=OuterRef("requirement__standard_version__standard"),
        state__in=HELD,
        valid_until__gte=timezone.localdate(),
    )
    found = CentreEquipment.objects.filter(
        Exists(held),
        centre__in=Centre.objects.visible_to(user),
        centre__organization__ended_at=None,
        calibration_due__range=_days_told(),
    ).exclude(condition=Condition.BROKEN)
    return found.order_by("calibration_due", "pk").values(
        kind=Value(CALIBRATION),
        page=F("centre__organization__public_id"),
        named=F("centre__organization__name"),
        says=F("requirement__name"),
        day=F("calibration_due"),
    )[: SHOWN + 1]


def keys(_user: User) -> QuerySet[Any, Any]:
    """The key that signs credentials, once it is older than a year."""
    old = SigningKey.objects.active().filter(
        active_from__lt=timezone.now() - timedelta(days=KEY_DAYS)
    )
    return old.order_by("pk").values(
        kind=Value(KEY),
        page=Value(None, output_field=Evaluator._meta.get_field("public_id")),
        named=Value(""),
        says=Value(""),
        day=TruncDate("active_from"),
    )[:1]


RESTS: dict[str, Callable[[User], QuerySet[Any, Any]]] = {
    TRAINING: trainings,
    PROOF: proofs,
    CALIBRATION: calibrations,
}


def line(row: dict[str, Any]) -> Line:
    """Something upon which an accreditation rests, and its last day."""
    page = "centre_detail" if row["kind"] == CALIBRATION else "evaluator_detail"
    left = (row["day"] - timezone.localdate()).days
    what = {
        TRAINING: _("Certificate of the training as an evaluator until %(day)s"),
        PROOF: _("Own certificate in the standard until %(day)s"),
        CALIBRATION: _("Calibrated until %(day)s"),
    }[row["kind"]]
    return Line(
        f"{row['named']}: {row['says']}",
        reverse(f"certification:{page}", args=[row["page"]]),
        what % {"day": date_format(row["day"])},
        state=pgettext("accreditation", "Expired") if left < 0 else _("Ends soon"),
        tone="mal" if left <= settings.ACCREDITATION_URGENT_DAYS else "alerta",
    )


def key_line(row: dict[str, Any]) -> Line:
    """That a signing key is to be replaced, which only who runs the installation can do."""
    return Line(
        _("The key that signs the certificates is more than a year old"),
        reverse("accounts:work_list"),
        _("In use since %(day)s: have make_signing_key run. What it signed holds.")
        % {"day": date_format(row["day"])},
        state=_("To be replaced"),
        tone="alerta",
    )
