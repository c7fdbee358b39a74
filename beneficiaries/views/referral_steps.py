"""The steps of a referral that ask something, and what an institution does, in the directory."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Organization
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import directory, referral_links, referrals
from beneficiaries.forms.referrals import (
    AnswerForm,
    AttentionForm,
    CancelForm,
    DirectoryForm,
    FinishForm,
    SendForm,
)
from beneficiaries.models import DirectoryEntry
from beneficiaries.views.people import take_answers
from beneficiaries.views.referrals import get_referral
from beneficiaries.views.set_up import take_set_up
from genesis.lib.policy import allow, require

ASK = require_http_methods(["GET", "HEAD", "POST"])


@allow(Permission.REFERRAL_MAKE)
@ASK
def referral_send(request, public_id):
    return _step(
        request,
        public_id,
        SendForm,
        referral_links.send_out,
        title=_("How has it gone out?"),
        lead=_("From now on its time runs, also at night and on holidays."),
    )


@allow(Permission.REFERRAL_MAKE)
@ASK
def referral_answer(request, public_id):
    def act(referral, *, accepts, feedback, **said):
        if accepts == "yes":
            return referrals.accept_referral(referral, **said)
        return referrals.decline_referral(referral, feedback=feedback, **said)

    return _step(request, public_id, AnswerForm, act, title=_("What does the institution answer?"))


@allow(Permission.REFERRAL_MAKE)
@ASK
def referral_begin(request, public_id):
    return _step(
        request, public_id, AttentionForm, referrals.begin_service, title=_("First attention")
    )


@allow(Permission.REFERRAL_MAKE)
@ASK
def referral_finish(request, public_id):
    return _step(
        request,
        public_id,
        FinishForm,
        referrals.finish_referral,
        title=_("What came of the referral"),
        lead=_("That it was sent is not a service: say what she or he received."),
    )


@allow(Permission.REFERRAL_MAKE)
@ASK
def referral_cancel(request, public_id):
    def act(referral, *, outcome="", **said):
        return referrals.cancel_referral(referral, outcome=outcome, **said)

    return _step(request, public_id, CancelForm, act, title=_("Cancel the referral"))


def _step(request, public_id, ask, act, *, title, lead=""):
    referral = get_referral(request, public_id)
    person = referral.case.person
    require(permissions.can_refer(request.user, person))
    form = ask(request.POST or None, instance=referral)
    return take_answers(
        request,
        form,
        person,
        lambda: act(referral, **form.cleaned_data, by=request.user),
        title=title,
        lead=lead,
        then=referral,
    )


@allow(Permission.ORGANIZATION_MANAGE)
@ASK
def directory_change(request, public_id):
    organization = get_object_or_404(Organization, public_id=public_id)
    entry = DirectoryEntry.objects.filter(organization=organization).first()
    form = DirectoryForm(request.POST or None, instance=entry)
    return take_set_up(
        request,
        form,
        lambda: directory.set_directory_entry(
            organization,
            version=form.cleaned_data["version"],
            **form.record(),
            by=request.user,
        ),
        title=_("Directory of referrals"),
        lead=organization.name,
        then=organization,
    )
