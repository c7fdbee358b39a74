"""How a step of an assessment is asked for, taken, and refused."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from accounts.actions.history import OtherContent, record_reading
from certification.actions import (
    appealing,
    enrolling,
    evidence,
    helping,
    judging,
    planning,
    refusals,
    sessions,
    signatures,
)
from certification.actions.parts import OUT_OF_STEP, keep_refused
from certification.actions.refusals import NotPossible
from certification.choices import AssessmentState as State
from certification.forms.signatures import ask_once_more
from certification.models import (
    Appeal,
    Assessment,
    PaperForm,
    PartsAlert,
)
from certification.rules.scoring import InvalidAnswer
from genesis.lib.forms import add_errors
from genesis.lib.pages import render_form
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
    judging.FeedbackMissing: "recommendations",
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
    signatures.HandMissing: "signature",
    signatures.SignedAndNot: "unsigned_because",
}


def get_assessment(request, public_id, *, seen=None):
    """Return the assessment, or 404 when it is not for this user to see.

    `seen` are those that this page shows, where these are others.
    """
    alerts = PartsAlert.objects.open().filter(assessment=OuterRef("pk"))
    papers = PaperForm.objects.filter(assessment=OuterRef("pk"))
    seen = Assessment.objects.visible_to(request.user) if seen is None else seen
    found = seen.with_plan_until().annotate(doubled=Exists(alerts), on_paper=Exists(papers))
    visible = found.select_related(
        "person__office",
        "standard_version__standard",
        "standard_version__retirement",
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
    ask_once_more(form)
    if isinstance(error, OUT_OF_STEP):
        keep_refused(assessment, step=request.resolver_match.view_name, by=request.user)
        return 409
    return 409 if isinstance(error, StaleRecord) else 422


def take_step(request, assessment, form, act, *, title, done, lead="", then=None, back="", **shown):
    """Show the form of one step; when it is filled in, act and go on.

    `done` is what is said then, or a function of what the action made; `back` is where those
    come from, and go on, to whom the page of the assessment is closed.
    """
    status = 422
    if form.is_valid():
        try:
            made = act(version=form.cleaned_data["version"], by=request.user)
        except REFUSALS as error:
            status = answer_refusal(request, assessment, form, error)
        else:
            messages.success(request, done(made) if callable(done) else done)
            return redirect(then or back or assessment)
    record_reading(request, people=[assessment.person_id])
    return render_form(
        request,
        "certification/step_form.html",
        form,
        status=status,
        assessment=assessment,
        title=title,
        lead=lead,
        back=back,
        cancel_url=back or assessment.get_absolute_url(),
        **{"person": assessment.person} | shown,
    )
