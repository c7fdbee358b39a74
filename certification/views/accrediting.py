"""The steps of a centre's accreditation, from its request to its end, and what it puts right."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.roles import Permission
from certification import permissions
from certification.actions import accreditation as actions
from certification.forms import accreditation as forms
from certification.models import CentreAccreditation, CorrectiveAction
from certification.views.accreditation import ASK, get_accreditation, get_centre, take_answers
from genesis.lib.policy import allow, require


def _take_step(
    request,
    public_id,
    form_class,
    action,
    *,
    title,
    done,
    may=permissions.can_accredit_centre,
    lead="",
):
    """One step of an accreditation, by who accredits."""
    accreditation = get_accreditation(request, public_id)
    require(may(request.user, accreditation))
    form = form_class(request.POST or None, request.FILES or None, instance=accreditation)
    return take_answers(
        request,
        form,
        lambda: action(accreditation, **form.cleaned_data, by=request.user),
        title=title,
        lead=lead or str(accreditation),
        done=done,
        then=accreditation,
        centre=accreditation.centre,
        accreditation=accreditation,
    )


@allow(Permission.CENTRE_APPLY)
@ASK
def accreditation_request(request, public_id):
    centre = get_centre(request, public_id)
    require(permissions.can_apply(request.user, centre))
    form = forms.RequestForm(request.POST or None, centre=centre)
    return take_answers(
        request,
        form,
        lambda: actions.request_accreditation(centre, **form.cleaned_data, by=request.user),
        title=_("Ask for accreditation"),
        lead=str(centre),
        done=_("Asked for: the programme’s coordination looks at the documents."),
        then=centre,
        centre=centre,
    )


@allow(Permission.CENTRE_APPLY)
@ASK
def accreditation_renew(request, public_id):
    accreditation = get_accreditation(request, public_id)
    require(permissions.can_renew(request.user, accreditation))
    form = forms.RenewForm(request.POST or None, accreditation=accreditation)
    return take_answers(
        request,
        form,
        lambda: actions.renew_accreditation(accreditation, **form.cleaned_data, by=request.user),
        title=_("Ask for renewal"),
        lead=_("The accreditation that there is holds until its own last day."),
        done=_("Renewal asked for."),
        then=accreditation.centre,
        centre=accreditation.centre,
        accreditation=accreditation,
    )


@allow(Permission.ACCREDIT)
@ASK
def documents_accept(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.DocumentsForm,
        actions.accept_documents,
        title=_("Documents in order"),
        done=_("Documents in order: plan the visit."),
    )


@allow(Permission.ACCREDIT)
@ASK
def visit_plan(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.VisitDayForm,
        actions.plan_visit,
        title=_("Plan the visit"),
        done=_("Visit planned."),
    )


@allow(Permission.ACCREDIT)
@ASK
def visit_record(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.VisitForm,
        actions.record_visit,
        title=_("Record a visit"),
        done=_("Visit recorded: it stays as it is written."),
    )


@allow(Permission.ACCREDIT)
@ASK
def accreditation_grant(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.GrantForm,
        actions.grant_accreditation,
        may=permissions.can_grant,
        title=_("Accredit the centre"),
        done=_("The centre is accredited."),
    )


@allow(Permission.ACCREDIT)
@ASK
def accreditation_observe(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.ObserveForm,
        actions.observe_accreditation,
        title=_("Send observations"),
        lead=_("The centre reads them, puts it right, and is visited again."),
        done=_("Observations sent."),
    )


@allow(Permission.ACCREDIT)
@ASK
def accreditation_reject(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.RejectForm,
        actions.reject_accreditation,
        title=_("Refuse the request"),
        lead=_("The centre reads why, and may ask again."),
        done=_("Request refused."),
    )


@allow(Permission.ACCREDIT)
@ASK
def accreditation_suspend(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.SuspendForm,
        actions.suspend_accreditation,
        title=_("Suspend the accreditation"),
        lead=_("Nothing is planned or begun there until it is lifted; what was assessed stays."),
        done=_("Suspended."),
    )


@allow(Permission.ACCREDIT)
@ASK
def suspension_lift(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.LiftForm,
        actions.lift_suspension,
        title=_("Lift the suspension of the centre"),
        done=_("The suspension is lifted."),
    )


@allow(Permission.ACCREDIT)
@ASK
def accreditation_revoke(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.RevokeForm,
        actions.revoke_accreditation,
        title=_("Revoke the accreditation"),
        lead=_("It ends for good: the centre would have to ask anew."),
        done=_("Revoked."),
    )


@allow(Permission.ACCREDIT)
@ASK
def correction_create(request, public_id):
    accreditation = get_accreditation(request, public_id)
    require(permissions.can_accredit_centre(request.user, accreditation))
    form = forms.CorrectionForm(request.POST or None)
    return take_answers(
        request,
        form,
        lambda: actions.raise_correction(accreditation, **form.cleaned_data, by=request.user),
        title=_("Ask for a corrective action"),
        lead=_("Once its day is over, nothing is planned there until it is closed."),
        done=_("Corrective action asked for."),
        then=accreditation,
        centre=accreditation.centre,
        accreditation=accreditation,
    )


@allow(Permission.ACCREDIT)
@ASK
def correction_close(request, public_id):
    accreditations = CentreAccreditation.objects.visible_to(request.user)
    corrections = CorrectiveAction.objects.filter(accreditation__in=accreditations)
    correction = get_object_or_404(
        corrections.select_related(
            "accreditation__centre__organization", "accreditation__standard"
        ),
        public_id=public_id,
    )
    require(permissions.can_accredit_centre(request.user, correction.accreditation))
    form = forms.CloseForm(request.POST or None, instance=correction)
    return take_answers(
        request,
        form,
        lambda: actions.close_correction(correction, **form.cleaned_data, by=request.user),
        title=_("Close a corrective action"),
        lead=correction.text,
        done=_("Corrective action closed."),
        then=correction.accreditation,
        centre=correction.accreditation.centre,
        accreditation=correction.accreditation,
    )
