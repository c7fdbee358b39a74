"""What is to be answered to people about their data, and until when: the part of «Hoy»."""

from collections.abc import Iterator

from django.db.models import Case, DateField, When
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.registry import SHOWN, Block, Line, Urgency
from accounts.roles import Permission
from beneficiaries.choices import ComplaintKind, ComplaintState, ErasureState, RightsState
from beneficiaries.models import Complaint, ErasureBatch, RightsRequest

VERBS = {
    "rights.received": gettext_lazy("Request about data taken down"),
    "rights.identity_verified": gettext_lazy("Identity verified"),
    "rights.identity_failed": gettext_lazy("Identity not proved"),
    "rights.in_review": gettext_lazy("Request about data looked at"),
    "rights.extended": gettext_lazy("Time to answer extended"),
    "rights.answered": gettext_lazy("Request about data answered"),
    "rights.closed": gettext_lazy("Request about data closed"),
    "rights.withdrawn": gettext_lazy("Request about data withdrawn"),
    "rights.restriction_lifted": gettext_lazy("Restriction of the data lifted"),
}
TONES = {
    RightsState.RECEIVED: "alerta",
    RightsState.IDENTITY_VERIFIED: "curso",
    RightsState.IN_REVIEW: "curso",
    RightsState.EXTENDED: "alerta",
    RightsState.ANSWERED: "ok",
}


def tone_of(asked: RightsRequest) -> str:
    return "mal" if asked.is_late else TONES.get(RightsState(asked.state), "plain")


def blocks(user: User) -> Iterator[Block]:
    """Requests to be answered or closed, the next due first; and what is to be erased."""
    if user.may(Permission.RIGHTS_MANAGE):
        yield _requests()
    if user.may(Permission.COMPLAINT_MANAGE):
        yield _complaints(user)
    if user.may(Permission.RETENTION_CONFIRM):
        yield _lists(ErasureState.PROPOSED)
    if user.may(Permission.RETENTION_APPROVE):
        yield _lists(ErasureState.CONFIRMED)


def _requests() -> Block:
    unfinished = RightsRequest.objects.unfinished().select_related("person", "task")
    lines = [
        Line(
            f"{each.person.file_number}: {each.get_right_display()}",
            each.get_absolute_url(),
            next_step_of(each),
            state=_("Overdue") if each.is_late else each.get_state_display(),
            tone=tone_of(each),
            person=each.person_id,
        )
        for each in unfinished.order_by("due_on", "pk")[: SHOWN + 1]
    ]
    url = reverse("beneficiaries:rights_list")
    return Block(_("Requests about data"), Urgency.ANSWER, lines, url)


def next_step_of(asked: RightsRequest) -> str:
    """What is to come of a request, and by when."""
    if asked.is_waiting:
        due = date_format(asked.due_on, "DATE_FORMAT")
        return _("To be answered by {day}").format(day=due)
    if (task := asked.task) and task.done_at is None:
        due = date_format(task.due_on, "DATE_FORMAT")
        return _("The office is to do it by {day}").format(day=due)
    return _("Close it when the answer has reached her or him")


def _complaints(user: User) -> Block:
    """Those to be triaged or answered, without a word of what they say: by their next step."""
    triaged_by = When(state=ComplaintState.RECEIVED, then="triage_by")
    next_due = Case(triaged_by, default="due_on", output_field=DateField())
    waiting = Complaint.objects.visible_to(user).waiting().order_by(next_due, "pk")
    url = reverse("beneficiaries:complaint_list")
    lines = [_complaint(each) for each in waiting[: SHOWN + 1]]
    return Block(_("Complaints and suggestions"), Urgency.ANSWER, lines, url)


def _complaint(waiting: Complaint) -> Line:
    """One of them, with the step that is due; thanks are not urgent."""
    to_triage = waiting.state == ComplaintState.RECEIVED
    step = _("To be triaged by {day}") if to_triage else _("To be answered by {day}")
    late = waiting.is_late and waiting.kind != ComplaintKind.THANKS
    return Line(
        f"{waiting.get_kind_display()}: {waiting.get_topic_display()}",
        waiting.get_absolute_url(),
        step.format(day=date_format(waiting.next_due_on, "DATE_FORMAT")),
        state=_("Overdue") if late else waiting.get_state_display(),
        tone="mal" if late else "plain" if waiting.kind == ComplaintKind.THANKS else "alerta",
    )


def _lists(state: ErasureState) -> Block:
    lines = [
        Line(each, each.get_absolute_url(), each.get_state_display())
        for each in ErasureBatch.objects.filter(state=state).order_by("proposed_at")[: SHOWN + 1]
    ]
    url = reverse("beneficiaries:erasure_list")
    return Block(_("What is to be erased"), Urgency.ANSWER, lines, url)
