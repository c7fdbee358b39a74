"""The page by which an institution without an account answers one referral.

Whoever has its address reads what was ticked for them, until it expires or she
takes back her agreement. An address that is unknown, shut or expired gets the
same answer after the same work. No name stands in a title or an address.
"""

from django.core.exceptions import BadRequest, ValidationError
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from beneficiaries.actions import referral_links, referrals
from beneficiaries.choices import ReferralState
from beneficiaries.contributions.referrals import facts_of
from beneficiaries.forms.referrals import InstitutionAnswerForm
from genesis.lib.forms import add_errors
from genesis.lib.origin import origin
from genesis.lib.policy import public
from genesis.lib.states import MoveNotAllowed, StaleRecord
from genesis.lib.unlisted import unlisted

REFUSALS = (ValidationError, StaleRecord, MoveNotAllowed)
BEFORE_AN_ANSWER = {ReferralState.SENT, ReferralState.ACKNOWLEDGED, ReferralState.NO_RESPONSE}


@public
@csrf_exempt  # no-referrer makes browsers send «Origin: null»; nothing here is done for a session
@unlisted
@require_http_methods(["GET", "HEAD", "POST"])
def referral_page(request, secret):
    if not referral_links.may_visit(origin.get().ip):
        return render(request, "429.html", status=429)
    link = referral_links.find_link(secret)
    if link is None:
        return render(request, "beneficiaries/referral_page.html", {}, status=404)
    form = InstitutionAnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            _answer(link.referral, request.POST.get("step", ""), form.cleaned_data)
        except REFUSALS as error:
            add_errors(form, error)
        else:
            referral_links.record_visit(link, answered=True)
            return redirect("referral_page", secret)
        link = referral_links.find_link(secret) or link  # as it stands, not as it was refused
    referral_links.record_visit(link)
    return _show(request, link, form)


def _answer(referral, step, said):
    """What the institution says; `by` is nobody, and the history says so."""
    version, feedback = said["version"], said["feedback"]
    match step:
        case "recibida":
            referrals.acknowledge_referral(referral, version=version, by=None)
        case "aceptada":
            referrals.accept_referral(referral, version=version, by=None)
        case "no-aceptada":
            referrals.decline_referral(referral, version=version, feedback=feedback, by=None)
        case "terminada":
            referrals.finish_referral(
                referral,
                version=version,
                outcome=said["outcome"],
                feedback=feedback,
                by=None,
            )
        case _:
            raise BadRequest(_("There is no such step."))


def _show(request, link, form):
    referral = link.referral
    closed = not referral.is_open or referral.state == ReferralState.DECLINED
    context = {
        "referral": referral,
        "facts": [] if closed else facts_of(referral),
        "closed": closed,
        "form": form if form.is_bound else InstitutionAnswerForm(),
        "version": referral.version,
        "new": referral.state in {ReferralState.SENT, ReferralState.NO_RESPONSE},
        "to_answer": referral.state in BEFORE_AN_ANSWER,
        "to_finish": referral.state in {ReferralState.ACCEPTED, ReferralState.IN_SERVICE},
        "until": timezone.localtime(link.expires_at),
        "office": referral.case.office,
    }
    status = 422 if form.is_bound else 200
    return render(request, "beneficiaries/referral_page.html", context, status=status)
