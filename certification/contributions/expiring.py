"""What accreditation puts on «Hoy»: what ends soon or has ended, what waits, what is overdue."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from accounts.registry import SHOWN, Block, Line, Urgency
from accounts.roles import Permission
from certification.choices import AccreditationState
from certification.models import CentreAccreditation, CorrectiveAction, EvaluatorAccreditation

# Whose turn it is then: who accredits.
WAITING = [
    AccreditationState.REQUESTED,
    AccreditationState.RENEWAL_REQUESTED,
    AccreditationState.DOCUMENTS_OK,
    AccreditationState.VISIT_PLANNED,
    AccreditationState.VISITED,
]


def blocks(user: User) -> Iterator[Block]:
    """The accreditations that end or wait, for who accredits and who manages a centre."""
    if not (user.may(Permission.ACCREDIT) or user.may(Permission.CENTRE_APPLY)):
        return
    lines = _ending(user)
    urgent = any(line.tone == "mal" for line in lines)
    yield Block(_("Accreditations that end"), Urgency.LATE if urgent else Urgency.SOON, lines)
    yield Block(_("To be put right at the centres"), Urgency.SOON, _corrections(user))
    if user.may(Permission.ACCREDIT):
        yield Block(_("Accreditations that wait for you"), Urgency.ANSWER, _waiting(user))


def _ending(user: User) -> list[Line]:
    """Those that end within the days of notice or have ended, and nothing follows them."""
    last = timezone.localdate() + timedelta(days=settings.ACCREDITATION_NOTICE_DAYS)
    centres = CentreAccreditation.objects.visible_to(user).ending_until(last)
    people = EvaluatorAccreditation.objects.visible_to(user).ending_until(last)
    found = [
        *centres.select_related("centre__organization", "standard").order_by("valid_until", "pk")[
            : SHOWN + 1
        ],
        *people.select_related("evaluator__user", "standard").order_by("valid_until", "pk")[
            : SHOWN + 1
        ],
    ]
    found.sort(key=lambda each: each.valid_until)
    return [_ending_line(each) for each in found[: SHOWN + 1]]


def _ending_line(each: CentreAccreditation | EvaluatorAccreditation) -> Line:
    assert each.valid_until is not None  # the database refuses one that is held without days
    urgent = each.days_left() <= settings.ACCREDITATION_URGENT_DAYS
    name = each.centre if isinstance(each, CentreAccreditation) else each.evaluator
    return Line(
        f"{name}: {each.standard.code}",
        each.get_absolute_url(),
        _("Until %(day)s") % {"day": date_format(each.valid_until, "DATE_FORMAT")},
        state=pgettext("accreditation", "Expired") if each.is_expired() else _("Ends soon"),
        tone="mal" if urgent else "alerta",
    )


def _corrections(user: User) -> list[Line]:
    seen = CentreAccreditation.objects.visible_to(user)
    open_ones = CorrectiveAction.objects.open().filter(accreditation__in=seen)
    found = open_ones.select_related("accreditation__centre__organization")
    return [
        Line(
            each.text,
            each.accreditation.get_absolute_url(),
            _("%(centre)s · by the day %(day)s")
            % {"centre": each.accreditation.centre, "day": date_format(each.due_on, "DATE_FORMAT")},
            state=pgettext("accreditation", "Overdue")
            if each.is_overdue()
            else pgettext("accreditation", "Open"),
            tone="mal" if each.is_overdue() else "curso",
        )
        for each in found.order_by("due_on", "pk")[: SHOWN + 1]
    ]


def _waiting(user: User) -> list[Line]:
    seen = CentreAccreditation.objects.visible_to(user).filter(state__in=WAITING)
    found = seen.select_related("centre__organization", "standard")
    return [
        Line(
            f"{each.centre}: {each.standard.code}",
            each.get_absolute_url(),
            _("Asked for on %(day)s")
            % {"day": date_format(timezone.localdate(each.requested_at), "DATE_FORMAT")},
            state=each.get_state_display(),
            tone="curso",
        )
        for each in found.order_by("requested_at", "pk")[: SHOWN + 1]
    ]
