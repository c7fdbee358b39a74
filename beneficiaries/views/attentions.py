"""«Registrar atención», attempts to make contact, and voiding what was wrong."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.roles import Permission
from beneficiaries.actions import attentions
from beneficiaries.forms.attentions import (
    AttemptForm,
    AttemptVoidForm,
    AttentionForm,
    AttentionVoidForm,
)
from beneficiaries.models import Attention, ContactAttempt
from beneficiaries.views.people import take_answers
from beneficiaries.views.plans import get_case
from genesis.lib.policy import allow

ASK = require_http_methods(["GET", "HEAD", "POST"])


@allow(Permission.CASE_WORK)
@ASK
def attention_create(request, public_id):
    case = get_case(request, public_id)
    form = AttentionForm(request.POST or None)
    return take_answers(
        request,
        form,
        case.person,
        lambda: attentions.record_attention(case, **form.answers(), by=request.user),
        title=_("Record an attention"),
        done=_("Attention recorded."),
    )


@allow(Permission.CASE_WORK)
@ASK
def attention_void(request, public_id, record_id):
    case = get_case(request, public_id)
    standing = Attention.objects.standing().filter(case__person=case.person_id)
    attention = get_object_or_404(standing, public_id=record_id)
    form = AttentionVoidForm(request.POST or None, instance=attention)
    return take_answers(
        request,
        form,
        case.person,
        lambda: attentions.void_attention(attention, **form.cleaned_data, by=request.user),
        title=_("Void: {what}").format(what=attention),
        lead=_("It counts no more; it stays on record with the reason."),
        done=_("Attention voided."),
    )


@allow(Permission.CASE_WORK)
@ASK
def attempt_create(request, public_id):
    case = get_case(request, public_id)
    form = AttemptForm(request.POST or None)
    return take_answers(
        request,
        form,
        case.person,
        lambda: attentions.record_attempt(case, **form.answers(), by=request.user),
        title=_("Record an attempt to make contact"),
        done=_("Attempt recorded."),
        then=_plan_page(case),
    )


@allow(Permission.CASE_WORK)
@ASK
def attempt_void(request, public_id, record_id):
    case = get_case(request, public_id)
    standing = ContactAttempt.objects.standing().filter(case__person=case.person_id)
    attempt = get_object_or_404(standing, public_id=record_id)
    form = AttemptVoidForm(request.POST or None, instance=attempt)
    return take_answers(
        request,
        form,
        case.person,
        lambda: attentions.void_attempt(attempt, **form.cleaned_data, by=request.user),
        title=_("Void the attempt to make contact"),
        lead=_("It counts no more; it stays on record with the reason."),
        done=_("Attempt voided."),
        then=_plan_page(case),
    )


def _plan_page(case):
    return reverse("beneficiaries:plan_detail", args=[case.person.public_id])
