"""Who evaluates: the register, the accreditation in each standard, and the centres."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.roles import Permission
from certification import permissions
from certification.actions import evaluators as actions
from certification.actions import interests
from certification.choices import EvaluatorState
from certification.contributions.outliers import find_outliers, open_outliers
from certification.contributions.register import history_of
from certification.filters import EvaluatorFilter
from certification.forms import evaluators as forms
from certification.models import (
    DeclaredInterest,
    Evaluator,
    EvaluatorAccreditation,
    EvaluatorCentre,
    OutlierReview,
    who_may_lift,
)
from certification.rules.outliers import Sign
from certification.views.accreditation import ASK, NAMED, take_answers
from genesis.lib.pages import paginate, render_page
from genesis.lib.policy import allow, require


def get_evaluator(request, public_id):
    seen = Evaluator.objects.visible_to(request.user).select_related("user", "department")
    return get_object_or_404(seen, public_id=public_id)


@allow(Permission.EVALUATOR_VIEW)
@require_safe
def evaluator_list(request):
    """The evaluators, with what each is accredited for and until when."""
    filterset = EvaluatorFilter(request.GET, queryset=Evaluator.objects.visible_to(request.user))
    found = filterset.qs.for_list()
    page = paginate(request, found, orders=["user__sort_name"])
    accredits = request.user.may(Permission.ACCREDIT)
    outliers = open_outliers() if accredits else {}
    for evaluator in page.rows:
        evaluator.stands_out = evaluator.pk in outliers and evaluator.user_id != request.user.pk
    context = {"filter": filterset, "page": page, "accredits": accredits}
    return render_page(request, "certification/evaluator_list.html", context, partials=["results"])


@allow(Permission.EVALUATOR_VIEW)
@require_safe
def evaluator_detail(request, public_id):
    evaluator = get_evaluator(request, public_id)
    accreditations = evaluator.accreditations.select_related("standard", "own_certificate")
    centres = evaluator.centres.select_related("centre__organization")
    decides = permissions.can_accredit(request.user, evaluator)
    accreditations = list(accreditations.order_by("standard__code", "-state_since", "-pk"))
    suspended = (each for each in accreditations if each.state == EvaluatorState.SUSPENDED)
    own = next((each for each in suspended if each.state_by_id == request.user.pk), None)
    context = {
        "evaluator": evaluator,
        "accreditations": accreditations,
        "centres": centres.order_by("-valid_from", "pk"),
        "today": timezone.localdate(),
        "accredits": request.user.may(Permission.ACCREDIT),
        "decides": decides,
        "outliers": shown_outliers(find_outliers().get(evaluator.pk, [])) if decides else [],
        "looked": _looked_at(evaluator) if decides else None,
        "interests": _interests_of(evaluator) if decides else [],
        "states": EvaluatorState,
        "own": own,
        "lifters": who_may_lift(own).order_by("sort_name", "pk")[:NAMED] if own else [],
        "history": history_of(
            {
                Evaluator: [evaluator.pk],
                EvaluatorAccreditation: evaluator.accreditations.values("pk"),
                EvaluatorCentre: evaluator.centres.values("pk"),
                DeclaredInterest: evaluator.interests.values("pk"),
                OutlierReview: evaluator.outlier_reviews.values("pk"),
            }
        ),
    }
    return render_page(request, "certification/evaluator_detail.html", context)


def _looked_at(evaluator):
    """What was found the last time that somebody looked at what stands out; None before."""
    return evaluator.outlier_reviews.select_related("by").order_by("-pk").first()


def _interests_of(evaluator):
    """The conflicts that were declared, the latest first; of a person her file number."""
    found = evaluator.interests.select_related("person", "organization")
    return found.order_by("-valid_from", "-pk")


OUTLIERS = {
    Sign.PASSES_MORE: gettext_lazy(
        "More people are competent with her or him: {own} %, with others {others} %."
    ),
    Sign.PASSES_LESS: gettext_lazy(
        "Fewer people are competent with her or him: {own} %, with others {others} %."
    ),
    Sign.SHORT: gettext_lazy("The assessments are short: {own} minutes, with others {others}."),
    Sign.SAME: gettext_lazy("{own} portfolios have the very same answers."),
}


def shown_outliers(outliers):
    """Each sign in words, under the code of its standard; shares in hundredths."""
    shares = {Sign.PASSES_MORE, Sign.PASSES_LESS}
    return [
        (
            each.standard,
            str(OUTLIERS[each.sign]).format(
                own=round(each.own * 100 if each.sign in shares else each.own),
                others=round(each.others * 100 if each.sign in shares else each.others),
            ),
        )
        for each in outliers
    ]


@allow(Permission.ACCREDIT)
@ASK
def evaluator_create(request):
    form = forms.EvaluatorForm(request.POST or None)
    return take_answers(
        request,
        form,
        lambda: actions.register_evaluator(**form.cleaned_data, by=request.user),
        title=_("Register an evaluator"),
        done=_("Registered: propose her or him for a standard."),
        then=reverse("certification:evaluator_list"),
    )


@allow(Permission.ACCREDIT)
@ASK
def evaluator_change(request, public_id):
    evaluator = get_evaluator(request, public_id)
    require(permissions.can_accredit(request.user, evaluator))
    form = forms.EvaluatorForm(request.POST or None, instance=evaluator)
    return take_answers(
        request,
        form,
        lambda: actions.change_evaluator(evaluator, **form.cleaned_data, by=request.user),
        title=_("Correct details of the evaluator"),
        lead=str(evaluator),
        done=_("Changes saved."),
        then=evaluator,
        evaluator=evaluator,
    )


@allow(Permission.ACCREDIT)
@ASK
def evaluator_propose(request, public_id):
    evaluator = get_evaluator(request, public_id)
    form = forms.ProposeForm(request.POST or None)
    return take_answers(
        request,
        form,
        lambda: actions.propose_evaluator(evaluator, **form.cleaned_data, by=request.user),
        title=_("Propose for a standard"),
        lead=_("Whoever evaluates holds the certificate of the standard."),
        done=_("Proposed."),
        then=evaluator,
        evaluator=evaluator,
    )


def _take_step(request, public_id, form_class, action, *, title, done, lead=""):
    """One step of the accreditation of an evaluator, by who accredits; never one's own."""
    seen = EvaluatorAccreditation.objects.visible_to(request.user)
    seen = seen.select_related("evaluator__user", "standard", "own_certificate")
    accreditation = get_object_or_404(seen, public_id=public_id)
    require(permissions.can_accredit(request.user, accreditation.evaluator))
    form = form_class(request.POST or None, instance=accreditation)
    return take_answers(
        request,
        form,
        lambda: action(accreditation, **form.cleaned_data, by=request.user),
        title=title,
        lead=lead or str(accreditation),
        done=done,
        then=accreditation.evaluator,
        evaluator=accreditation.evaluator,
    )


@allow(Permission.ACCREDIT)
@ASK
def evaluator_accredit(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.EvaluatorAccreditForm,
        actions.accredit_evaluator,
        title=_("Accredit the evaluator"),
        done=_("Accredited."),
    )


@allow(Permission.ACCREDIT)
@ASK
def evaluator_suspend(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.EvaluatorSuspendForm,
        actions.suspend_evaluator,
        title=_("Suspend the evaluator"),
        done=_("Suspended."),
    )


@allow(Permission.ACCREDIT)
@ASK
def evaluator_lift(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.EvaluatorLiftForm,
        actions.lift_evaluator_suspension,
        title=_("Lift the suspension of the evaluator"),
        done=_("The suspension is lifted."),
    )


@allow(Permission.ACCREDIT)
@ASK
def evaluator_revoke(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.EvaluatorRevokeForm,
        actions.revoke_evaluator,
        title=_("Revoke the accreditation of the evaluator"),
        done=_("Revoked."),
    )


@allow(Permission.ACCREDIT)
@ASK
def centre_join(request, public_id):
    evaluator = get_evaluator(request, public_id)
    require(permissions.can_accredit(request.user, evaluator))
    form = forms.JoinForm(request.POST or None)
    return take_answers(
        request,
        form,
        lambda: actions.join_centre(evaluator, **form.cleaned_data, by=request.user),
        title=_("Add a centre"),
        lead=str(evaluator),
        done=_("Changes saved."),
        then=evaluator,
        evaluator=evaluator,
    )


@allow(Permission.ACCREDIT)
@ASK
def centre_leave(request, public_id):
    seen = EvaluatorCentre.objects.filter(evaluator__in=Evaluator.objects.visible_to(request.user))
    membership = get_object_or_404(
        seen.select_related("evaluator__user", "centre__organization"), public_id=public_id
    )
    require(permissions.can_accredit(request.user, membership.evaluator))
    form = forms.LeaveCentreForm(request.POST or None, instance=membership)
    return take_answers(
        request,
        form,
        lambda: actions.leave_centre(membership, **form.cleaned_data, by=request.user),
        title=_("Last day at the centre"),
        lead=str(membership.centre),
        done=_("Changes saved."),
        then=membership.evaluator,
        evaluator=membership.evaluator,
    )


@allow(Permission.ACCREDIT)
@ASK
def interest_note(request, public_id):
    """Whom an evaluator may not assess, from one day to another."""
    evaluator = get_evaluator(request, public_id)
    require(permissions.can_accredit(request.user, evaluator))
    form = forms.InterestForm(request.POST or None, user=request.user)
    return take_answers(
        request,
        form,
        lambda: interests.note_interest(evaluator, **form.cleaned_data, by=request.user),
        title=_("Note a conflict of interest"),
        lead=_("While it runs, %(person)s does not assess her or him, nor whom that body trained.")
        % {"person": evaluator},
        done=_("Conflict of interest noted."),
        then=evaluator,
        evaluator=evaluator,
    )


@allow(Permission.ACCREDIT)
@ASK
def interest_end(request, public_id):
    evaluators = Evaluator.objects.visible_to(request.user)
    seen = DeclaredInterest.objects.filter(evaluator__in=evaluators)
    interest = get_object_or_404(
        seen.select_related("evaluator__user", "person", "organization"), public_id=public_id
    )
    require(permissions.can_accredit(request.user, interest.evaluator))
    form = forms.EndInterestForm(request.POST or None, instance=interest)
    return take_answers(
        request,
        form,
        lambda: interests.end_interest(interest, **form.cleaned_data, by=request.user),
        title=_("Last day of the conflict of interest"),
        lead=str(interest),
        done=_("Changes saved."),
        then=interest.evaluator,
        evaluator=interest.evaluator,
    )
