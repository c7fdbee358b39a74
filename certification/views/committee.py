"""What a committee does with a draft, and how it is given up: each step asks once."""

from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.roles import Permission
from certification import permissions
from certification.actions import committee as actions
from certification.actions.retiring import retire_version
from certification.forms import standards as forms
from certification.views.drafts import ASK, get_draft, take_answers
from certification.views.standards import get_version
from genesis.lib.policy import allow, require
from genesis.lib.states import StaleRecord


def _take_step(request, public_id, form_class, action, *, may=None, as_read=False, **shown):
    """Ask once and act; `as_read`, only for the version that the link here was shown with."""
    draft = get_draft(request, public_id)
    require(may is None or may(request.user, draft))
    if as_read and not request.POST and request.GET.get("version") != str(draft.version):
        changed = {"draft": draft, "sentence": str(StaleRecord(draft))}
        return render(request, "certification/draft_changed.html", changed, status=409)
    form = form_class(request.POST or None, request.FILES or None, instance=draft)
    return take_answers(
        request,
        form,
        lambda: action(draft, **form.cleaned_data, by=request.user),
        draft=draft,
        cancel_url=draft.get_absolute_url(),
        **{"lead": str(draft), "then": draft.get_absolute_url(), **shown},
    )


@allow(Permission.STANDARD_AUTHOR)
@ASK
def draft_send(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.StepForm,
        actions.send_to_committee,
        title=_("Send to the committee"),
        lead=_("Nothing of it changes until the committee answers."),
        done=_("Sent to the committee."),
    )


@allow(Permission.STANDARD_APPROVE)
@ASK
def draft_approve(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.ApproveForm,
        actions.approve_draft,
        may=permissions.can_approve,
        as_read=True,
        title=_("Approve"),
        lead=_("Two approve it before it is published, none of whom wrote in it."),
        done=_("Approved."),
    )


@allow(Permission.STANDARD_VIEW)
@ASK
def draft_return(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.ReturnForm,
        actions.return_draft,
        may=permissions.can_return,
        title=_("Send it back"),
        lead=_("It is written on; whoever had approved it is asked anew."),
        done=_("Sent back."),
    )


@allow(Permission.STANDARD_AUTHOR)
@ASK
def draft_drop(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.DropForm,
        actions.drop_draft,
        title=_("Give it up"),
        lead=_("It stays to be read, and its number is free again."),
        done=_("Given up."),
    )


@allow(Permission.STANDARD_APPROVE)
@ASK
def draft_publish(request, public_id):
    return _take_step(
        request,
        public_id,
        forms.PublishForm,
        actions.publish_draft,
        may=permissions.can_approve,
        as_read=True,
        title=_("Publish"),
        lead=_(
            "It never changes again. The version before it ends on the day before this one"
            " begins; whoever is being assessed keeps hers."
        ),
        done=_("Published."),
        then=None,
    )


@allow(Permission.STANDARD_RETIRE)
@ASK
def standard_retire(request, public_id):
    """A version that is faulty: nobody begins with it from now on."""
    version = get_version(public_id)
    form = forms.RetireForm(request.POST or None)
    return take_answers(
        request,
        form,
        lambda: retire_version(version, **form.cleaned_data, by=request.user),
        then=version.get_absolute_url(),
        title=_("Retire this version"),
        lead=_(
            "Nobody begins with “%(version)s” any more. Whoever has begun keeps it, and those whose"
            " day is still to come are told. No earlier version takes its place."
        )
        % {"version": version},
        done=_("Retired."),
        cancel_url=version.get_absolute_url(),
    )
