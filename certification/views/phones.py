"""The desk of coordination for telephones: those of its evaluators, and what they noted."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.roles import Permission
from certification import permissions
from certification.actions import phones, settling
from certification.forms.phones import SettleForm, SettlePhoneForm, WithdrawForm
from certification.models import Conflict, Phone
from certification.views.answers import shown_conflict
from certification.views.taking_steps import ASK, get_assessment, take_step
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, require

FOUND = ("receipt__by", "receipt__phone", "item")


@allow(Permission.ASSESSMENT_CANCEL)
@require_safe
def phone_overview(request):
    """The telephones of those who evaluate people of the office: last seen, and what they hold."""
    found = Phone.objects.coordinated_by(request.user).select_related("user")
    page = paginate(request, found, orders=["user__sort_name"])
    return render_page(request, "certification/phone_overview.html", {"page": page})


@allow(Permission.ASSESSMENT_CANCEL)
@ASK
def phone_withdraw(request, public_id):
    """Coordination withdraws a telephone that was lost, or whose evaluator is none any more."""
    found = Phone.objects.coordinated_by(request.user).filter(withdrawn_at=None)
    phone = get_object_or_404(found.select_related("user"), public_id=public_id)
    form = WithdrawForm(request.POST or None)
    if form.is_valid():
        phones.withdraw_phone(phone, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("Withdrawn. It forgets what it had downloaded."))
        return redirect("certification:phone_overview")
    return render_form(request, "certification/phone_withdraw.html", form, phone=phone)


@allow(Permission.ASSESSMENT_VIEW)
@ASK
def conflict_settle(request, public_id, conflict_id):
    """What a telephone noted and what counts, side by side: coordination decides."""
    assessment = get_assessment(request, public_id)
    found = Conflict.objects.open().select_related(*FOUND)
    conflict = get_object_or_404(found, public_id=conflict_id, assessment=assessment)
    conflict.assessment = assessment
    require(permissions.can_settle(request.user, conflict))
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
        title=_("A telephone noted what could not be taken"),
        lead=conflict.item.text if conflict.item else "",
        facts=shown_conflict(conflict)["facts"],
        done=_("Decided."),
    )


@allow(Permission.ASSESSMENT_VIEW)
@ASK
def phone_settle(request, public_id, phone_id):
    """The same of all that one telephone noted of an assessment, with one reason."""
    assessment = get_assessment(request, public_id)
    kept = assessment.conflicts.filter(receipt__phone__public_id=phone_id)
    found = kept.select_related(*FOUND).order_by("receipt__seq")
    waiting = [each for each in found if not each.settled_at]
    if not waiting:
        raise Http404
    waiting[0].assessment = assessment
    require(permissions.can_settle(request.user, waiting[0]))
    form = SettlePhoneForm(request.POST or None, instance=assessment, found=found)
    return take_step(
        request,
        assessment,
        form,
        lambda version, by: settling.settle_phone(
            assessment,
            conflicts=form.cleaned_data["shown"],
            settlement=form.cleaned_data["settlement"],
            reason=form.cleaned_data["reason"],
            by=by,
        ),
        title=_("All that this telephone noted"),
        lead=_("What cannot be taken stays open, each for itself."),
        facts=[_in_short(each) for each in waiting],
        done=_told,
    )


def _in_short(conflict):
    """One record in a row: what it is, and what it says."""
    facts = dict(shown_conflict(conflict)["facts"])
    noted, value, note = list(facts.values())[:3]
    said = " · ".join(str(each) for each in (value, note) if each != "–")
    return noted, said or "–"


def _told(left):
    if not left:
        return _("Decided.")
    return (
        ngettext(
            "Decided; %d record could not be taken and stays open.",
            "Decided; %d records could not be taken and stay open.",
            left,
        )
        % left
    )
