"""The desk of coordination for telephones: what they noted and could not be taken is settled."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.roles import Permission
from certification import permissions
from certification.actions import settling
from certification.forms.phones import SettleForm
from certification.models import Conflict
from certification.views.answers import shown_conflict
from certification.views.taking_steps import ASK, get_assessment, take_step
from genesis.lib.policy import allow, require

FOUND = ("receipt__by", "receipt__phone", "item")


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
    found = assessment.conflicts.open().filter(receipt__phone__public_id=phone_id)
    waiting = list(found.select_related(*FOUND).order_by("receipt__seq"))
    first = get_object_or_404(found.select_related(*FOUND)[:1])
    first.assessment = assessment
    require(permissions.can_settle(request.user, first))
    form = SettleForm(request.POST or None, instance=assessment, may_take=True)
    return take_step(
        request,
        assessment,
        form,
        lambda version, by: settling.settle_phone(
            assessment,
            phone=first.receipt.phone,
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
