"""Purpose by purpose: what somebody agrees to, who sees what, and taking it back (CASE-11)."""

from datetime import date
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import record_reading
from accounts.choices import ReadKind
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import consents
from beneficiaries.actions.referrals import ended_with
from beneficiaries.choices import (
    CONSENT_TONES,
    ConsentChannel,
    ConsentPurpose,
    ConsentState,
)
from beneficiaries.forms.consents import ConsentForm, NoticeForm, ReceiptForm, WithdrawForm
from beneficiaries.models import ConsentReceipt, Notice, Person
from beneficiaries.registry import doors_of, sections_of, shared_of, who_sees
from beneficiaries.views.people import REFUSALS, get_person, take_answers
from genesis.lib.forms import add_errors, shown_key
from genesis.lib.pages import is_ours, render_form
from genesis.lib.pdf import write_pdf
from genesis.lib.policy import allow, require

ASK = require_http_methods(["GET", "HEAD", "POST"])
# What these leave is a picture in the file; a recorded voice lies where it says.
LEAVE_A_PICTURE = set(ConsentChannel) - {ConsentChannel.VERBAL_RECORDED}
STANDING = {ConsentState.GRANTED, ConsentState.TO_RENEW}


@allow(Permission.PERSON_VIEW)
@require_safe
def consent_list(request, public_id):
    person = get_person(request, public_id)
    can_change = permissions.can_change(request.user, person)
    context = {
        "person": person,
        "rows": list(_rows(person, can_change)),
        "can_change": can_change,
        "key": uuid4(),
        "shared": shared_of(person),
        "receipts": person.receipts.order_by("-made_at", "-pk")[:3],
        "subnav": sections_of(person, request.user, here="beneficiaries:consent_list"),
    }
    record_reading(request, people=[person.pk])
    return render(request, "beneficiaries/consent_list.html", context)


def _rows(person, can_change):
    """Each purpose with its answer, what it opens, who sees it, and what may be done now."""
    answers = consents.answers_of(person)
    papers = person.attachments.current().exclude(consent=None).select_related("consent")
    # What she answered at one time stands on one paper.
    scans = {each.consent.given_at: each for each in papers.order_by("uploaded_at", "pk")}
    for purpose in ConsentPurpose:
        answer = answers.get(purpose.value)
        state = answer.state if answer else ConsentState.NOT_ASKED
        yield {
            "purpose": purpose,
            "answer": answer,
            "state": state,
            "tone": CONSENT_TONES[state],
            "doors": doors_of(purpose),
            "who": who_sees(purpose),
            "until": answer.goes_on_until if state == ConsentState.TO_RENEW else None,
            "ask": can_change and state != ConsentState.GRANTED,
            "scan": scans.get(answer.given_at) if answer else None,
            "scan_missing": bool(answer)
            and answer.channel in LEAVE_A_PICTURE
            and state in STANDING
            and answer.given_at not in scans,
            "withdraw": can_change and state in STANDING and answer.can_be_withdrawn,
        }


@allow(Permission.PERSON_CHANGE)
@ASK
def consent_create(request, public_id, purpose):
    """One purpose, with the text to be read aloud and who will see what.

    A yes goes on to the page that asked for it («siguiente»), if another one did.
    """
    if purpose not in ConsentPurpose:
        raise Http404
    person = get_person(request, public_id)
    require(permissions.can_change(request.user, person))
    back = request.GET.get("siguiente", "")
    back = back if is_ours(back) else ""
    form = ConsentForm(request.POST or None, request.FILES or None)

    def act():
        agrees = form.cleaned_data["agrees"] == "yes"
        keep = consents.grant_consent if agrees else consents.refuse_consent
        keep(person, purpose=purpose, **form.answer(), by=request.user)

    return take_answers(
        request,
        form,
        person,
        act,
        title=ConsentPurpose(purpose).label,
        done=_("Answer recorded."),
        then=back if back and form.data.get("agrees") == "yes" else _list_of(person),
        lead=_("The page that you opened needs this answer first.") if back else "",
        template="beneficiaries/consent_create.html",
        text=consents.texts_today().get(purpose, ""),
        doors=doors_of(purpose),
        who=who_sees(purpose),
    )


def _list_of(person):
    return reverse("beneficiaries:consent_list", args=[person.public_id])


@allow(Permission.PERSON_CHANGE)
@ASK
def consent_withdraw(request, public_id, consent_id):
    person = get_person(request, public_id)
    require(permissions.can_change(request.user, person))
    consent = get_object_or_404(person.consents.standing(), public_id=consent_id)
    require(consent.can_be_withdrawn)
    form = WithdrawForm(request.POST or None, instance=consent)
    return take_answers(
        request,
        form,
        person,
        lambda: consents.withdraw_consent(consent, **form.cleaned_data, by=request.user),
        title=_("Withdraw: {purpose}").format(purpose=consent.get_purpose_display()),
        lead=_("From now on nothing is done for this purpose; what was done stays on record."),
        done=_("Consent withdrawn: it counts no more from now on."),
        then=_list_of(person),
        template="beneficiaries/consent_withdraw.html",
        doors=doors_of(consent.purpose),
        referrals=ended_with(person, consent.purpose).select_related("organization"),
        shared=shared_of(person, consent.purpose),
    )


# The paper that she takes home


@allow(Permission.PERSON_CHANGE)
@require_POST
def receipt_create(request, public_id):
    person = get_person(request, public_id)
    require(permissions.can_change(request.user, person))
    consents.make_receipt(person, key=shown_key(request), by=request.user)
    messages.success(request, _("The receipt is made: print it and hand it over."))
    return redirect(_list_of(person))


@allow(Permission.PERSON_VIEW)
@require_safe
def receipt_file(request, public_id):
    """The receipt as it was made, to be printed: in Spanish, whoever asks."""
    receipts = ConsentReceipt.objects.select_related("person__office", "notice", "made_by")
    visible = receipts.filter(person__in=Person.objects.visible_to(request.user))
    receipt = get_object_or_404(visible, public_id=public_id)
    with translation.override("es"):
        context = {"receipt": receipt, "rows": _answers_in_words(receipt)}
        pdf = write_pdf(render_to_string("print/consents.html", context))
    record_reading(request, people=[receipt.person_id], kind=ReadKind.FILE)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{receipt.shown_code}.pdf"'
    return response


def _answers_in_words(receipt):
    return [
        {
            "purpose": ConsentPurpose(each["purpose"]).label,
            "state": ConsentState(each["state"]).label,
            "on": date.fromisoformat(each["on"]),
            "text": each["text"],
        }
        for each in receipt.answers
    ]


@allow(Permission.PERSON_VIEW)
@require_safe
def receipt_find(request):
    """The receipt that somebody brings, by its code: of a file that may be seen, and no other."""
    form = ReceiptForm(request.GET or None)
    receipt = None
    if form.is_valid():
        receipts = ConsentReceipt.objects.select_related("person", "notice", "made_by")
        visible = receipts.filter(person__in=Person.objects.visible_to(request.user))
        receipt = visible.filter(code=form.cleaned_data["codigo"]).first()
        if receipt is None:
            form.add_error("codigo", _("There is no receipt with this code at your office."))
    found = [receipt.person_id] if receipt else []
    record_reading(request, people=found, kind=ReadKind.SEARCH)
    rows = _answers_in_words(receipt) if receipt else []
    context = {"form": form, "receipt": receipt, "rows": rows}
    return render(request, "beneficiaries/receipt_find.html", context)


# What is read aloud


@allow(Permission.TEXT_EDIT)
@require_safe
def notice_detail(request):
    """What is read today, about each purpose, and the versions that there were."""
    texts = consents.texts_today()
    rows = [(purpose.label, texts.get(purpose.value, "")) for purpose in ConsentPurpose]
    versions = Notice.objects.prefetch_related("texts").order_by("-number")
    context = {"text": consents.text_today(), "rows": rows, "versions": versions}
    return render(request, "beneficiaries/notice_detail.html", context)


@allow(Permission.TEXT_EDIT)
@ASK
def notice_renew(request):
    form = NoticeForm(
        request.POST or None, text=consents.text_today(), texts=consents.texts_today()
    )
    if form.is_valid():
        answers = {name: form.cleaned_data[name] for name in ("key", "text", "valid_from")}
        try:
            consents.publish_notice(**answers, texts=form.texts(), by=request.user)
        except REFUSALS as error:
            add_errors(form, error)
        else:
            messages.success(request, _("This version counts from the day that you chose."))
            return redirect("beneficiaries:notice_detail")
    return render_form(
        request,
        "beneficiaries/set_up_form.html",
        form,
        title=_("New version of what is read"),
        cancel_url=reverse("beneficiaries:notice_detail"),
    )
