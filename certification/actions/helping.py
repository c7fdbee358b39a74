"""The help with which somebody is assessed: written down with consent, agreed on with the plan."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from beneficiaries.actions.consents import has_consent
from beneficiaries.choices import ConsentPurpose
from beneficiaries.models import Person
from certification.actions.refusals import NotPossible
from certification.choices import MOST_EXTRA_MINUTES, Accommodation
from certification.models import Plan, PlanHelp
from certification.rules.accommodations import Accommodations


class NoSensitiveConsent(NotPossible):
    """The help that somebody needs tells of her health: it is kept of who agrees (CASE-3)."""

    sentence = gettext_noop(
        "The person has not agreed that sensitive data are kept: ask for that consent first, or"
        " plan without this help."
    )


def check_help(person: Person, needed: Accommodations) -> None:
    """Raise NoSensitiveConsent, or ValidationError for help that is not whole."""
    if not has_consent(person, ConsentPurpose.SENSITIVE):
        raise NoSensitiveConsent
    if not needed.kinds or not set(needed.kinds) <= set(Accommodation.values):
        raise ValidationError({"kinds": _("Choose the help that is needed.")})
    minutes = needed.extra_minutes or 0
    if Accommodation.EXTRA_TIME in needed.kinds and not 0 < minutes <= MOST_EXTRA_MINUTES:
        raise ValidationError({"extra_minutes": _("Say how many minutes more.")})
    if Accommodation.OTHER in needed.kinds and not needed.note.strip():
        raise ValidationError({"note": _("Say what else is needed.")})


def keep_help(plan: Plan, needed: Accommodations) -> PlanHelp:
    """Write down the help of a plan, once `check_help` has looked at it."""
    more_time = Accommodation.EXTRA_TIME in needed.kinds
    return PlanHelp.objects.create(
        plan=plan,
        kinds=[each for each in Accommodation.values if each in needed.kinds],
        extra_minutes=needed.extra_minutes if more_time else None,
        note=needed.note.strip(),
    )
