"""What the registry itself answers on a person's page: her file, and her eligibility."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from beneficiaries.choices import Outcome
from beneficiaries.registry import Step

TONES = {
    Outcome.ELIGIBLE: "ok",
    Outcome.EXCEPTION: "ok",
    Outcome.ELIGIBLE_PARTIAL: "curso",
    Outcome.PENDING: "alerta",
    Outcome.NOT_ELIGIBLE: "plain",
}
