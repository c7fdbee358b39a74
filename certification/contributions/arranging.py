"""What «Hoy» tells a centre: the assessments that it is asked to plan."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.registry import SHOWN, Block, Line, Urgency
from accounts.roles import Permission
from certification.choices import AssessmentState
from certification.models import to_arrange


def blocks(user: User) -> Iterator[Block]:
    """Those for which a plan is still to be proposed, the oldest first."""
    if not (user.may(Permission.CENTRE_APPLY) or user.may(Permission.ASSESSMENT_CONDUCT)):
        return
    waiting = to_arrange(user).filter(state=AssessmentState.ADMITTED).for_list()
    lines = [
        Line(
            f"{each.person.given_names} {each.person.surnames[:1]}.: {each.standard_version.title}",
            reverse("certification:plan_propose", args=[each.public_id]),
            f"{each.reference} · {each.centre}",
            state=_("To plan"),
            tone="curso",
            person=each.person_id,
        )
        for each in waiting.order_by("enrolled_at", "pk")[: SHOWN + 1]
    ]
    if lines:
        url = reverse("certification:arrange_list")
        yield Block(_("Assessments that a centre is asked to plan"), Urgency.SOON, lines, url)
