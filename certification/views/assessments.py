"""The certification of a person, as staff see it at a desk."""

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects
from django.http import Http404
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries.choices import ConsentPurpose
from certification import permissions
from certification.actions import (
    judging,
)
from certification.actions.sampling import why_closely
from certification.choices import (
    DECIDED_STATES,
    FIELD_STATES,
    HELD_STATES,
    LEFT_STATES,
    Route,
)
from certification.choices import AssessmentState as State
from certification.contributions import next_step
from certification.filters import AssessmentFilter
from certification.models import (
    Assessment,
    Certificate,
    Decision,
    Training,
)
from certification.views.answers import (
    items_of,
    portfolio_of,
    shown_conflicts,
    shown_feedback,
    shown_result,
    shown_session,
    shown_times,
)
from certification.views.steps import steps_for
from certification.views.taking_steps import get_assessment
from genesis.lib.pages import paginate, render_page
from genesis.lib.policy import allow, require


@allow(Permission.ASSESSMENT_VIEW)
@require_safe
def assessment_list(request):
    assessments = Assessment.objects.visible_to(request.user).for_list()
    filterset = AssessmentFilter(request.GET, queryset=assessments)
    page = paginate(request, filterset.qs, orders=["-enrolled_at"])
    record_reading(request, people=[each.person_id for each in page.rows])
    user, context = request.user, {"filter": filterset, "page": page}
    if user.may(Permission.ASSESSMENT_DECIDE):
        context["batch_url"] = reverse("certification:batch_create")
    if user.may(Permission.ASSESSMENT_CANCEL):
        context["backup_url"] = reverse("evaluation:backup_take")
    return render_page(request, "certification/assessment_list.html", context, partials=["results"])


@allow(Permission.ASSESSMENT_VIEW)
@require_safe
def assessment_detail(request, public_id):
    assessment = get_assessment(request, public_id)
    asked = _of_its_state(assessment, request.user)
    judgement, version = judging.judgement_of(assessment), assessment.standard_version
    # Whoever is verified does not learn what was drawn: it would tell what is not (CERT-12).
    verifies = assessment.state == State.IN_VERIFICATION and permissions.can_verify(
        request.user, assessment
    )
    may_read_result = permissions.can_read_result(request.user, assessment)
    may_read = permissions.can_read_portfolio(request.user, assessment)
    plan = assessment.plans.newest() if may_read_result else None
    context = {
        "assessment": assessment,
        "buttons": steps_for(
            request.user, assessment, judgement, certificate=asked.get("certificate")
        ),
        "next_step": next_step(assessment),
        "may_read_result": may_read_result,
        "judgement": judgement,
        "feedback": shown_feedback(judgement) if judgement else [],
        "result": shown_result(judgement.result, version) if judgement else None,
        "may_read": bool(judgement) and may_read,
        "may_see_evidence": may_read and assessment.state in HELD_STATES,
        "may_see_papers": _may_see_papers(request.user, assessment, may_read=may_read),
        "diagnosis": getattr(assessment, "diagnosis", None),
        "plan": plan,
        "plan_times": shown_times(plan) if plan else [],
        "may_read_help": permissions.can_conduct(request.user, assessment)
        or permissions.can_prepare(request.user, assessment),
        "verifications": assessment.verifications.order_by("at"),
        "decisions": assessment.decisions.all(),
        "tells_items": assessment.evaluator_id != request.user.pk,
        "closely": why_closely(assessment, judgement) if verifies else "",
        **asked,
        "may_resolve": permissions.can_resolve(request.user, assessment),
        "may_prepare": permissions.can_prepare(request.user, assessment),
        "conflicts": shown_conflicts(assessment) if may_read else [],
        "may_open_certificate": request.user.may(Permission.CERTIFICATE_VIEW),
        "may_open_person": request.user.may(Permission.PERSON_VIEW),
    }
    if assessment.doubled and permissions.can_cancel(request.user, assessment):
        context["alerts"] = assessment.parts_alerts.open().select_related("user")
    record_reading(request, people=[assessment.person_id])
    return render_page(request, "certification/assessment_detail.html", context, partials=["pdf"])


def _may_see_papers(user, assessment, *, may_read):
    """Whether its forms on paper are shown: there are some, or one can still be printed."""
    if not assessment.on_paper and assessment.state not in FIELD_STATES:
        return False
    return may_read or permissions.can_transcribe(user, assessment)


def _of_its_state(assessment, user):
    """What only an assessment in some states, or on some way, can have: asked for only there."""
    asked = {}
    decisions = Decision.objects.select_related("appeal__resolved_by").order_by("at", "pk")
    prefetch_related_objects([assessment], Prefetch("decisions", decisions))
    if assessment.appeal:
        asked["panel"] = assessment.appeal.panel.order_by("sort_name", "pk")
    if assessment.state == State.IN_ASSESSMENT:
        asked["to_resolve"] = assessment.items_to_resolve().order_by("position")
    if assessment.state in {State.CERTIFIED, State.IN_APPEAL}:
        asked["certificate"] = _certificate(assessment, user)
    trained = assessment.route == Route.AFTER_TRAINING
    if trained or assessment.state in {State.IN_TRAINING, State.CLOSED_NOT_YET, *LEFT_STATES}:
        given = Training.objects.select_related("group", "provider").order_by("pk")
        prefetch_related_objects([assessment], Prefetch("trainings", given))
        asked["trainings"] = assessment.trainings.all()
    if assessment.state in DECIDED_STATES:
        prefetch_related_objects([assessment], "following")
        asked["following"] = assessment.next_attempt
    if assessment.attempt > 1:
        carried = assessment.carried.select_related("instrument")
        asked["carried"] = carried.order_by("instrument__position")
    return asked


def _certificate(assessment, user):
    """The last certificate that came of it, and whether this user may open it."""
    seen = Certificate.objects.visible_to(user).filter(pk=OuterRef("pk"))
    found = assessment.certificates.annotate(is_seen=Exists(seen)).order_by("-pk").first()
    if found:
        found.assessment = assessment
    return found


@allow(Permission.ASSESSMENT_VIEW)
@require_safe
def portfolio_detail(request, public_id):
    """What a judgement rests upon: who was seen, what was signed, each answer with its note."""
    assessment = get_assessment(request, public_id)
    require(permissions.can_read_portfolio(request.user, assessment))
    judgement = judging.judgement_of(assessment)
    if judgement is None:  # whoever watches somebody work sees no results before
        raise Http404
    items = items_of(assessment.standard_version)
    session = assessment.sessions.with_pauses().order_by("-started_at").first()
    context = {
        "assessment": assessment,
        "buttons": steps_for(request.user, assessment, judgement),
        "result": shown_result(judgement.result, assessment.standard_version, items=items),
        "session": session,
        "told": shown_session(session),
        "signatures": assessment.signatures.filter(cleared_at=None).order_by("signed_at"),
        "answers": portfolio_of(assessment, items=items),
        "carried": judgement.result.get("carried", []),
        "consent": assessment.person.consents.in_force()
        .for_purpose(ConsentPurpose.ASSESSMENT)
        .first(),
        "diagnosis": getattr(assessment, "diagnosis", None),
    }
    record_reading(request, people=[assessment.person_id])
    return render_page(request, "certification/portfolio_detail.html", context)
