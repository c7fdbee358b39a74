"""What «Hoy» tells a centre: the assessments that it plans or sends to verification."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.registry import SHOWN, Block, Line, Urgency
from accounts.roles import Permission
from certification.choices import AssessmentState
from certification.models import to_arrange

PAGES = {
    AssessmentState.ADMITTED: "certification:plan_propose",
    AssessmentState.JUDGED: "certification:verification_send",
}
STATES = {
    AssessmentState.ADMITTED: gettext_lazy("To plan"),
    AssessmentState.JUDGED: gettext_lazy("To send to verification"),
}


def blocks(user: User) -> Iterator[Block]:
    """Those to be planned, and those explained that are to be verified, the oldest first."""
    if not (user.may(Permission.CENTRE_APPLY) or user.may(Permission.ASSESSMENT_CONDUCT)):
        return
    turns = [AssessmentState.ADMITTED, AssessmentState.JUDGED]
    waiting = to_arrange(user).filter(state__in=turns).for_list()
    lines = [
        Line(
            f"{each.person.masked_name}: {each.standard_version.title}",
            reverse(PAGES[each.state], args=[each.public_id]),
            f"{each.reference} · {each.centre}",
            state=STATES[each.state],
            tone="curso",
            person=each.person_id,
        )
        for each in waiting.order_by("enrolled_at", "pk")[: SHOWN + 1]
    ]
    if lines:
        url = reverse("certification:arrange_list")
        yield Block(_("Assessments that wait for the centre"), Urgency.SOON, lines, url)
