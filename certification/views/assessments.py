"""The certification of a person, step by step, as staff see it at a desk."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.history import OtherContent, record_reading
from accounts.roles import Permission
from beneficiaries.choices import ConsentPurpose
from beneficiaries.models import Person
from beneficiaries.views.gate import where_to_agree
from certification import permissions
from certification.actions import (
    appealing,
    deciding,
    enrolling,
    evidence,
    helping,
    judging,
    leaving,
    planning,
    refusals,
    sessions,
    settling,
    two_parts,
)
from certification.actions.parts import OUT_OF_STEP, keep_refused
from certification.actions.refusals import NotPossible
from certification.actions.sampling import items_to_look_at, why_closely
from certification.choices import (
    DECIDED_STATES,
    FIELD_STATES,
    HELD_STATES,
    LEFT_STATES,
    Recommendation,
    Route,
)
from certification.choices import AssessmentState as State
from certification.contributions import next_step
from certification.filters import AssessmentFilter
from certification.forms import steps as forms
from certification.forms.phones import SettleForm
from certification.models import (
    Appeal,
    Assessment,
    Certificate,
    Conflict,
    Decision,
    Observation,
    PaperForm,
    PartsAlert,
    Training,
)
from certification.rules.scoring import InvalidAnswer
from certification.views.answers import (
    items_of,
    portfolio_of,
    shown_conflict,
    shown_conflicts,
    shown_diagnosis,
    shown_facts,
    shown_plan,
    shown_result,
)
from certification.views.steps import steps_for
from genesis.lib.forms import add_errors
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, require
from genesis.lib.states import MoveNotAllowed, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
REFUSALS = (
    NotPossible,
    MoveNotAllowed,
    StaleRecord,
    ValidationError,
    OtherContent,
    InvalidAnswer,
)
# At which field of a form a refusal is shown, if the form has it.
AT_FIELD = {
    InvalidAnswer: "value",
    appealing.NotOnThatDay: "lodged_on",
    appealing.NobodyNamed: "panel",
    judging.FeedbackMissing: "feedback",
    planning.CentreNotReady: "centre",
    planning.ConflictOfInterest: "evaluator",
    planning.EvaluatorNotReady: "evaluator",
    planning.NoRoom: "scheduled_for",
    enrolling.EntryNotMet: "entry_reason",
    evidence.FileRefused: "file",
    evidence.NoPhotoConsent: "file",
    evidence.SameFile: "file",
    helping.NoSensitiveConsent: "kinds",
    refusals.NotInThatRole: "evaluator",
    sessions.NoteMissing: "note",
    refusals.ReasonMissing: "reason",
    refusals.SignatureMissing: "candidate_name",
}


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


def get_assessment(request, public_id):
    """Return the assessment, or 404 when it is not for this user to see."""
    alerts = PartsAlert.objects.open().filter(assessment=OuterRef("pk"))
    papers = PaperForm.objects.filter(assessment=OuterRef("pk"))
    found = Assessment.objects.visible_to(request.user).annotate(
        doubled=Exists(alerts), on_paper=Exists(papers)
    )
    visible = found.select_related(
        "person__office",
        "standard_version__standard",
        "centre__organization",
        "evaluator",
        "verifier",
        "officer",
        "diagnosis",
        "previous",
    )
    assessment = get_object_or_404(visible, public_id=public_id)
    if assessment.state == State.IN_APPEAL:
        prefetch_related_objects([assessment], Prefetch("appeals", Appeal.objects.with_panel()))
    return assessment


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
    context = {
        "assessment": assessment,
        "buttons": steps_for(
            request.user, assessment, judgement, certificate=asked.get("certificate")
        ),
        "next_step": next_step(assessment),
        "may_read_result": may_read_result,
        "judgement": judgement,
        "result": shown_result(judgement.result, version) if judgement else None,
        "may_read": bool(judgement) and may_read,
        "may_see_evidence": may_read and assessment.state in HELD_STATES,
        "may_see_papers": _may_see_papers(request.user, assessment, may_read=may_read),
        "diagnosis": getattr(assessment, "diagnosis", None),
        "plan": assessment.plans.newest() if may_read_result else None,
        "may_read_help": permissions.can_conduct(request.user, assessment)
        or permissions.can_prepare(request.user, assessment),
        "verifications": assessment.verifications.order_by("at"),
        "decisions": assessment.decisions.all(),
        "tells_items": assessment.evaluator_id != request.user.pk,
        "closely": why_closely(assessment, judgement) if verifies else "",
        **asked,
        "may_resolve": permissions.can_resolve(request.user, assessment),
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
    context = {
        "assessment": assessment,
        "buttons": steps_for(request.user, assessment, judgement),
        "result": shown_result(judgement.result, assessment.standard_version, items=items),
        "session": assessment.sessions.order_by("-started_at").first(),
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


@allow(Permission.ASSESSMENT_ENROL)
@ASK
def assessment_enrol(request, public_id):
    person = get_object_or_404(Person.objects.visible_to(request.user), public_id=public_id)
    require(permissions.can_enrol(request.user, person))
    form = forms.EnrolForm(request.POST or None, person=person)
    if form.is_valid():
        try:
            assessment = enrolling.enrol(person, **form.cleaned_data, by=request.user)
        except REFUSALS as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Enrolled."))
            return redirect(assessment)
    record_reading(request, people=[person.pk])
    return render_form(
        request,
        "certification/step_form.html",
        form,
        person=person,
        title=_("Enrol for assessment"),
        cancel_url=person.get_absolute_url(),
    )


def show_refusal(form, error):
    """Say what an action refused: at the field that it is about, or above them all."""
    name = AT_FIELD.get(type(error))
    if name in form.fields:
        form.add_error(name, str(error))
    else:
        add_errors(form, error)


def answer_refusal(request, assessment, form, error):
    """Say what an action refused; return the status. A step that does not follow is recorded."""
    show_refusal(form, error)
    if isinstance(error, OUT_OF_STEP):
        keep_refused(assessment, step=request.resolver_match.view_name, by=request.user)
        return 409
    return 409 if isinstance(error, StaleRecord) else 422


def take_step(request, assessment, form, act, *, title, done, lead="", then=None, **shown):
    """Show the form of one step; when it is filled in, act and go on.

    `done` is what is said then, or a function of what the action made.
    """
    status = 422
    if form.is_valid():
        try:
            made = act(version=form.cleaned_data["version"], by=request.user)
        except REFUSALS as error:
            status = answer_refusal(request, assessment, form, error)
        else:
            messages.success(request, done(made) if callable(done) else done)
            return redirect(then or assessment)
    record_reading(request, people=[assessment.person_id])
    return render_form(
        request,
        "certification/step_form.html",
        form,
        status=status,
        person=assessment.person,
        assessment=assessment,
        title=title,
        lead=lead,
        cancel_url=assessment.get_absolute_url(),
        **shown,
    )


@allow(Permission.ASSESSMENT_PLAN)
@ASK
def diagnosis_record(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_prepare(request.user, assessment))
    form = forms.DiagnosisForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: enrolling.record_diagnosis(assessment, answers=form.answers(), **safe),
        title=assessment.standard_version.diagnostic_title,
        lead=_("Ask one by one. A low result warns, and never forbids."),
        done=lambda diagnosis: " ".join(
            [
                _("Diagnosis saved."),
                *(f"{label}: {text}." for label, text in shown_diagnosis(diagnosis.assessment)),
            ]
        ),
    )


@allow(Permission.ASSESSMENT_PLAN)
@ASK
def assessment_admit(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_prepare(request.user, assessment))
    form = forms.AdmitForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: enrolling.admit(
            assessment, candidate_name=form.cleaned_data["candidate_name"], **safe
        ),
        title=_("Admit to the assessment"),
        lead=_warning(assessment),
        facts=shown_diagnosis(assessment),
        done=_("Admitted."),
    )


def _warning(assessment):
    """That the diagnosis advises a training first; empty where it does not."""
    diagnosis = getattr(assessment, "diagnosis", None)
    if diagnosis is None or diagnosis.recommendation == Recommendation.ASSESSMENT:
        return ""
    return _("The diagnosis recommends a training first. It warns, and never forbids.")


@allow(Permission.ASSESSMENT_PLAN)
@ASK
def plan_propose(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_prepare(request.user, assessment))
    form = forms.PlanForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: enrolling.propose_plan(assessment, **form.answers(), **safe),
        title=_("Change the plan") if form.replaces else _("Plan the assessment"),
        agree_url=where_to_agree(request, assessment.person),
        done=_("Plan proposed."),
    )


@allow(Permission.ASSESSMENT_CONDUCT)
@ASK
def plan_agree(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_agree(request.user, assessment))
    plan = assessment.plans.newest()
    form = forms.AgreeForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: enrolling.agree_plan(
            assessment, candidate_name=form.cleaned_data["candidate_name"], **safe
        ),
        title=_("Agree on the plan"),
        lead=_("Read it to the person: this is what both agree on."),
        facts=shown_plan(plan) if plan else [],
        done=_("Plan agreed."),
    )


@allow(Permission.ASSESSMENT_VERIFY)
@ASK
def portfolio_approve(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_verify(request.user, assessment))
    closely = why_closely(assessment, judging.judgement_of(assessment))
    portfolio = portfolio_of(assessment)
    given = [each["item"].code for each in portfolio]
    needed = items_to_look_at(assessment, closely=closely, given=given)
    answers = [each for each in portfolio if each["item"].code in needed]
    if needed and not closely:
        closely = _("They were sent back to the evaluator.")
    form = forms.VerifyForm(request.POST or None, instance=assessment, answers=answers)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: deciding.approve_portfolio(
            assessment,
            checklist=form.cleaned_data["checklist"],
            officer=form.cleaned_data["officer"],
            items=forms.ticked_items(form),
            **safe,
        ),
        title=_("Verify the portfolio"),
        lead=_("Look at each item and tick it. {reason}").format(reason=closely) if closely else "",
        portfolio_url=reverse("certification:portfolio_detail", args=[assessment.public_id]),
        noted=[each for each in portfolio if each["met"] and each["note"]],
        done=_("Verified."),
        then=reverse("certification:assessment_list"),
    )


@allow(Permission.ASSESSMENT_VERIFY)
@ASK
def portfolio_return(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_verify(request.user, assessment))
    answers = portfolio_of(assessment)
    form = forms.ReturnForm(request.POST or None, instance=assessment, answers=answers)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: deciding.return_to_evaluator(
            assessment,
            reason=form.cleaned_data["reason"],
            items=forms.ticked_items(form),
            **safe,
        ),
        title=_("Return to the evaluator"),
        lead=_(
            "Tick the items that do not hold, if any: the evaluator can answer these anew, and no"
            " others. The judgement is archived; the evaluator signs another."
        ),
        done=_("Returned to the evaluator."),
    )


@allow(Permission.ASSESSMENT_DECIDE)
@ASK
def certification_grant(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_decide(request.user, assessment))
    form = forms.ConfirmForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: deciding.certify(assessment, **safe),
        title=_("Grant the certificate"),
        lead=_("The folio is taken now and the certificate is printed in the background."),
        facts=shown_facts(assessment),
        done=lambda certificate: _(
            "Certificate granted: folio {folio}, {standard}. Your part in it is over."
        ).format(folio=certificate.folio, standard=assessment.standard_version),
        then=reverse("certification:assessment_list"),
    )


@allow(Permission.ASSESSMENT_DECIDE)
@ASK
def not_yet_confirm(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_decide(request.user, assessment))
    form = forms.ConfirmForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: deciding.confirm_not_yet(assessment, **safe),
        title=_("Confirm: not yet competent"),
        lead=_(
            "The assessment ends with this result. Another attempt may follow after a training or"
            " some days of practice."
        ),
        facts=shown_facts(assessment),
        done=_("Closed as not yet competent: {assessment}. Your part in it is over.").format(
            assessment=assessment
        ),
        then=reverse("certification:assessment_list"),
    )


@allow(Permission.ASSESSMENT_DECIDE)
@ASK
def verification_return(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_decide(request.user, assessment))
    form = forms.ReasonForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: deciding.return_to_verification(
            assessment, reason=form.cleaned_data["reason"], **safe
        ),
        title=_("Return to verification"),
        done=_("Returned to verification."),
    )


@allow(Permission.ASSESSMENT_ENROL)
@ASK
def assessment_withdraw(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_withdraw(request.user, assessment))
    return _leave(request, assessment, leaving.withdraw, title=_("Withdraw the person"))


@allow(Permission.ASSESSMENT_CANCEL)
@ASK
def assessment_cancel(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_cancel(request.user, assessment))
    return _leave(request, assessment, leaving.cancel, title=_("Cancel the assessment"))


def _leave(request, assessment, act, *, title):
    form = forms.LeaveForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: act(assessment, reason=form.cleaned_data["reason"], **safe),
        title=title,
        lead=_("It cannot be taken up again: a new one may be begun."),
        done=_("The assessment has ended."),
    )


@allow(Permission.ASSESSMENT_CANCEL)
@ASK
def item_resolve(request, public_id, code):
    assessment = get_assessment(request, public_id)
    require(permissions.can_resolve(request.user, assessment))
    item = get_object_or_404(assessment.items_to_resolve(), code=code)
    given = Observation.objects.counting().filter(session__assessment=assessment, item=item)
    answers = given.current()
    observations = Observation.objects.filter(pk__in=answers.values("pk")).select_related("by")
    form = forms.ResolveForm(
        request.POST or None, instance=assessment, item=item, observations=observations
    )
    return take_step(
        request,
        assessment,
        form,
        lambda version, by: sessions.resolve_item(
            assessment,
            item=item,
            observation=form.cleaned_data["observation"],
            reason=form.cleaned_data["reason"],
            by=by,
        ),
        title=_("Two devices differ on {item}").format(item=item.code),
        lead=item.text,
        done=_("Decided."),
    )


@allow(Permission.ASSESSMENT_VIEW)
@ASK
def conflict_settle(request, public_id, conflict_id):
    """What a telephone noted and what counts, side by side: coordination decides."""
    assessment = get_assessment(request, public_id)
    require(permissions.can_resolve(request.user, assessment))
    found = Conflict.objects.open().select_related("receipt__by", "receipt__phone", "item")
    conflict = get_object_or_404(found, public_id=conflict_id, assessment=assessment)
    conflict.assessment = assessment
    may_take = settling.can_be_taken(conflict)
    form = SettleForm(request.POST or None, instance=assessment, may_take=may_take)
    return take_step(
        request,
        assessment,
        form,
        lambda version, by: settling.settle_conflict(
            conflict,
            settlement=form.cleaned_data["settlement"],
            reason=form.cleaned_data["reason"],
            by=by,
        ),
        title=_("A telephone sent it too late"),
        lead=conflict.item.text if conflict.item else "",
        facts=shown_conflict(conflict)["facts"],
        done=_("Decided."),
    )


@allow(Permission.ASSESSMENT_CANCEL)
@ASK
def parts_settle(request, public_id, user_id):
    """Coordination has looked into it that somebody has two parts, and says what came of it."""
    assessment = get_assessment(request, public_id)
    found = assessment.parts_alerts.open().select_related("user")
    alert = get_object_or_404(found, user__public_id=user_id)
    alert.assessment = assessment
    require(permissions.can_settle_parts(request.user, alert))
    form = forms.SettlePartsForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda version, by: two_parts.settle_parts(
            alert, reason=form.cleaned_data["reason"], by=by
        ),
        title=_("Two parts of one person: {person}").format(person=alert.user),
        lead=_("Somebody else looks at what she or he did in it, before this is settled."),
        done=_("Decided."),
    )
