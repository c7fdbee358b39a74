"""What certification puts on «Hoy»: the assessments that wait, and those that stand still."""

from collections.abc import Iterator
from datetime import date
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db.models import Case, F, When
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.registry import SHOWN, Block, Line, Urgency
from accounts.roles import Permission
from certification.choices import TO_BEGIN_STATES, AssessmentState, PaperState
from certification.contributions import next_step
from certification.models import Assessment, Certificate, HolderNotice, Revocation

MOST_ASKED = 5 * SHOWN  # those that wait, and behind them the certificates that end
TAKES_PART = [
    Permission.ASSESSMENT_PLAN,
    Permission.ASSESSMENT_CONDUCT,
    Permission.ASSESSMENT_VERIFY,
    Permission.ASSESSMENT_DECIDE,
    Permission.ASSESSMENT_CANCEL,
]
# What is said to whose turn it is; `next_step` says it of somebody else.
YOURS = {
    AssessmentState.ENROLLED: gettext_lazy("It is your turn to record the diagnosis."),
    AssessmentState.DIAGNOSED: gettext_lazy("It is your turn to admit her or him."),
    AssessmentState.IN_TRAINING: gettext_lazy("The training is over: it is your turn to close it."),
    AssessmentState.ADMITTED: gettext_lazy("It is your turn to plan the day."),
    AssessmentState.PLANNED: gettext_lazy("It is your turn to agree on the plan with the person."),
    AssessmentState.PLAN_AGREED: gettext_lazy("It is your turn to begin it on %(day)s."),
    AssessmentState.IN_ASSESSMENT: gettext_lazy("It is your turn to record the assessment."),
    AssessmentState.EVIDENCE_CLOSED: gettext_lazy("It is your turn to sign the judgement."),
    AssessmentState.JUDGED: gettext_lazy(
        "It is your turn to explain the result, if you have not, and send it to verification."
    ),
    AssessmentState.IN_VERIFICATION: gettext_lazy("It is your turn to look at the portfolio."),
    AssessmentState.VERIFIED: gettext_lazy("It is your turn to decide."),
}
# The same, of a paper form that somebody typed.
ON_PAPER = {
    PaperState.TYPED_ONCE: gettext_lazy("Its paper form waits for a second person to type it."),
    PaperState.DIFFERS: gettext_lazy("Two people typed its paper form differently: settle it."),
    PaperState.AGREED: gettext_lazy("Two people typed its paper form alike: keep it."),
}


def blocks(user: User) -> Iterator[Block]:
    """The assessments in which it is the turn of `user`, and those that stand still.

    By the day for which they are planned; and the certificates that end. Both are one question.
    """
    if not any(user.may(each) for each in TAKES_PART):
        return
    waiting = Assessment.objects.turn_of(user).for_list()
    today = timezone.localdate()
    first = Case(When(state=AssessmentState.CERTIFIED, then=1), default=0)
    found = list(
        waiting.order_by(first, F("scheduled_for").asc(nulls_last=True), "pk")[:MOST_ASKED]
    )
    ending = [each for each in found if _is_ending(each, user)]
    lines = [_line(each, user, today) for each in found if not _is_ending(each, user)]
    conducts = user.may(Permission.ASSESSMENT_CONDUCT)
    url = reverse("evaluation:agenda" if conducts else "certification:assessment_list")
    yield Block(_("Assessments that wait for you"), Urgency.SOON, lines[: SHOWN + 1], url)
    if ending:
        by_day = sorted(ending, key=attrgetter("ends_on"))[: SHOWN + 1]
        ends = [_ending(each, user, today) for each in by_day]
        url = reverse("certification:certificate_list")
        yield Block(_("Certificates that end"), Urgency.SOON, ends, url)


def _line(assessment: Any, user: User, today: date) -> Line:
    late = assessment.state in TO_BEGIN_STATES and assessment.scheduled_for < today
    late = late and not assessment.paper
    overdue = assessment.appeal_due is not None and assessment.appeal_due < today
    state = _("The day has passed") if late else assessment.get_state_display()
    name = f"{assessment.person.given_names} {assessment.person.surnames[:1]}."
    papers = reverse("certification:paper_list", args=[assessment.public_id])
    if assessment.paper:
        state = _("On paper")
    return Line(
        f"{name}: {assessment.standard_version.title}",
        papers if assessment.paper else assessment.get_absolute_url(),
        f"{assessment.reference} · {_what(assessment, user, late=late)}",
        state=_("Two devices differ") if assessment.differs else state,
        tone="mal" if overdue or assessment.doubled else _tone(assessment, late=late),
        person=assessment.person_id,
    )


def _tone(assessment: Any, *, late: bool) -> str:
    differs = assessment.differs or assessment.paper == PaperState.DIFFERS
    alarms = late or differs or assessment.to_revoke
    return "alerta" if alarms else "curso"


def _is_ending(assessment: Any, user: User) -> bool:
    """Whether it stands here for its certificate alone, and for nothing that coordination does."""
    waits = assessment.doubled or assessment.unsettled
    if assessment.state != AssessmentState.CERTIFIED or assessment.ends_on is None:
        return False
    return not (waits and user.may(Permission.ASSESSMENT_CANCEL))


def _ending(assessment: Any, user: User, today: date) -> Line:
    """A certificate that ends: whoever accompanies its holder tells her, and renews it.

    Coordination is told of those whom nobody accompanies, to give them somebody who does.
    """
    left = (assessment.ends_on - today).days
    name = f"{assessment.person.given_names} {assessment.person.surnames[:1]}."
    day = {"day": date_format(assessment.ends_on, "DATE_FORMAT")}
    to_assign = user.may(Permission.ASSESSMENT_CANCEL) and not user.may(Permission.ASSESSMENT_ENROL)
    words = {
        (False, False): _("It holds until %(day)s: tell her or him, and renew it."),
        (True, False): _("Its last day was %(day)s: it can be renewed."),
        (False, True): _(
            "It holds until %(day)s, and nobody accompanies her or him: assign somebody."
        ),
        (True, True): _(
            "Its last day was %(day)s, and nobody accompanies her or him: assign somebody."
        ),
    }[left < 0, to_assign]
    return Line(
        f"{name}: {assessment.standard_version.title}",
        assessment.get_absolute_url(),
        f"{assessment.reference} · {words % day}",
        state=_("Expired") if left < 0 else _("Ends soon"),
        tone="mal" if left <= settings.RENEWAL_URGENT_DAYS else "alerta",
        person=assessment.person_id,
    )


def _of_a_decision(assessment: Any, user: User) -> str:
    """What an appeal asks of its panel or of coordination, and two parts of one person of it."""
    coordinates = user.may(Permission.ASSESSMENT_CANCEL)
    if assessment.doubled and coordinates:
        return _("One person has or had two parts in it: look into it.")
    if assessment.to_revoke and coordinates:
        return _("An appeal took its decision back: propose to revoke the certificate.")
    if assessment.appeal_due is None:
        return ""
    day = {"day": date_format(assessment.appeal_due, "DATE_FORMAT")}
    if assessment.judges:
        return _("It is your turn to resolve the appeal by %(day)s.") % day
    if assessment.has_panel:
        return _("The appeal is to be resolved by %(day)s.") % day
    return _("It is your turn to name who resolves the appeal, which is due by %(day)s.") % day


def _of_its_day(assessment: Any, *, conducts: bool, late: bool) -> str:
    """What is said of one that has not begun: its standard was retired, or its day has passed."""
    if assessment.state in TO_BEGIN_STATES and assessment.is_of_a_retired_standard:
        return _("Its version of the standard was retired: see whether it is held all the same.")
    if assessment.day_is_missed:
        return next_step(assessment)
    if not late:
        return ""
    day = {"day": date_format(assessment.last_day, "DATE_FORMAT")}
    if conducts:
        return _("It is your turn to begin it: it may begin until %(day)s.") % day
    return _("The evaluator may begin it until %(day)s.") % day


def _what(assessment: Any, user: User, *, late: bool) -> str:
    """What is to be done, said to `user` where it is for them to do."""
    if words := _of_a_decision(assessment, user):
        return words
    conducts = assessment.evaluator_id == user.pk
    if assessment.unsettled and conducts and assessment.state == AssessmentState.EVIDENCE_CLOSED:
        return _("Coordination settles first what a telephone sent too late.")
    if assessment.unsettled and not conducts and user.may(Permission.ASSESSMENT_CANCEL):
        return _("It is your turn to settle what a telephone sent too late.")
    if assessment.differs:
        if conducts:
            return _("Coordination decides which answer counts.")
        return _("It is your turn to decide which answer counts.")
    if assessment.paper:
        return str(ON_PAPER[PaperState(assessment.paper)])
    if words := _of_its_day(assessment, conducts=conducts, late=late):
        return words
    if assessment.stopped_at and assessment.state == AssessmentState.IN_ASSESSMENT:
        return _("It is your turn to close the evidence.")
    if assessment.state == AssessmentState.ADMITTED and assessment.centre:
        return _("Its centre was asked to plan the day, and you may plan it, too.")
    words = str(YOURS[AssessmentState(assessment.state)])
    if assessment.state == AssessmentState.PLAN_AGREED:
        return words % {"day": date_format(assessment.scheduled_for, "DATE_FORMAT")}
    return words


def revocations(user: User) -> Iterator[Block]:
    """The certificates that somebody else proposes to revoke, for who may decide on it."""
    if not user.may(Permission.CERTIFICATE_KEEP):
        return
    seen = Certificate.objects.visible_to(user)
    waiting = Revocation.objects.to_decide(user).filter(certificate__in=seen)
    lines = [
        Line(
            each.certificate.holder_name,
            each.get_absolute_url(),
            f"{each.certificate.folio} · {each.get_reason_display()}",
            state=_("Waits for your decision"),
            tone="alerta",
            person=each.person_id,
        )
        for each in waiting.select_related("certificate__assessment").order_by("proposed_at", "pk")[
            : SHOWN + 1
        ]
    ]
    yield Block(_("Certificates that somebody proposes to revoke"), Urgency.ANSWER, lines)


def notices(user: User) -> Iterator[Block]:
    """The holders whom nobody can write to what became of their certificate: somebody tells."""
    if not (user.may(Permission.CERTIFICATE_SHARE) or user.may(Permission.ASSESSMENT_CANCEL)):
        return
    found = HolderNotice.objects.turn_of(user).select_related(
        "event__certificate__assessment__person"
    )
    lines = [
        Line(
            each.event.certificate.holder_name,
            each.get_absolute_url(),
            f"{each.event.certificate.folio} · {each.event.get_kind_display()}",
            state=_("To be told"),
            tone="alerta",
            person=each.person_id,
        )
        for each in found.order_by("pk")[: SHOWN + 1]
    ]
    yield Block(_("Holders to tell what became of their certificate"), Urgency.ANSWER, lines)
