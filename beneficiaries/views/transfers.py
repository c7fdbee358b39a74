"""Files that one office asks of another."""

from django.contrib import messages
from django.db.models import F
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.history import record_reading
from accounts.choices import ReadKind
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import transfers
from beneficiaries.forms.transfers import FindFileForm, TransferAnswerForm, TransferForm
from beneficiaries.models import Person, Transfer
from beneficiaries.views.people import REFUSALS
from genesis.lib.forms import add_errors
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, require
from genesis.lib.states import MoveNotAllowed, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
LIST = "beneficiaries:transfer_list"
MOST = 50  # of what others asked: the newest


@allow(Permission.TRANSFER_REQUEST)
@require_safe
def transfer_list(request):
    """What the own office asked for, and what it is asked: of files elsewhere initials alone."""
    asked = Transfer.objects.asked_for(request.user).select_related("person", "asked_by")
    page = paginate(request, asked, orders=["-asked_at"])
    answered = _asked_of(request.user)
    people = [each.person_id for each in [*page.rows, *answered]]
    visible = Person.objects.visible_to(request.user).filter(pk__in=people)
    record_reading(request, people=people)
    context = {
        "page": page,
        "visible": set(visible.values_list("pk", flat=True)),
        "asked_of": answered,
    }
    return render_page(request, "beneficiaries/transfer_list.html", context, partials=["results"])


def _asked_of(user):
    """What others ask of the own office, those that wait first, and what it said lately."""
    if not user.may(Permission.CASE_ASSIGN):
        return []
    asked = Transfer.objects.asked_of(user).select_related("person", "to_office", "asked_by")
    return list(asked.order_by(F("answered_at").desc(nulls_first=True), "-asked_at")[:MOST])


@allow(Permission.TRANSFER_REQUEST)
@ASK
def transfer_request(request):
    """By its exact number, then with a reason: what is shown of a file is its initials."""
    form = FindFileForm(request.POST or None)
    if not form.is_valid():
        return render_form(request, "beneficiaries/transfer_find.html", form)
    found = transfers.find_file(**form.cleaned_data["number"])
    record_reading(request, people=[found.pk] if found else [], kind=ReadKind.SEARCH)
    if found is None:
        form.add_error("number", _("No file has this number. Look at each digit, or register."))
        return render_form(request, "beneficiaries/transfer_find.html", form)
    if Person.objects.visible_to(request.user).filter(pk=found.pk).exists():
        messages.info(request, _("You can see this file already."))
        return redirect(found)
    return _ask_for(request, found, request.POST["number"])


def _ask_for(request, found, number):
    offices = request.user.organizations_where(Permission.TRANSFER_REQUEST)
    typed = request.POST if "reason" in request.POST else None
    ask, status = TransferForm(typed, offices=offices, initial={"number": number}), 422
    if ask.is_valid():
        answers = {name: ask.cleaned_data[name] for name in ("key", "reason")}
        try:
            transfers.request_transfer(
                found, **answers, to_office=ask.cleaned_data["office"], by=request.user
            )
        except REFUSALS as error:
            add_errors(ask, error)
        else:
            messages.success(request, _("Asked. The office that holds the file answers."))
            return redirect("beneficiaries:transfer_list")
    context = {"initials": found.initials, "number": number, "cancel_url": reverse(LIST)}
    return render_form(
        request, "beneficiaries/transfer_request.html", ask, status=status, **context
    )


@allow(Permission.CASE_ASSIGN)
@ASK
def transfer_answer(request, public_id):
    waiting = Transfer.objects.to_answer(request.user)
    waiting = waiting.select_related("person__office", "to_office", "asked_by")
    transfer = get_object_or_404(waiting, public_id=public_id)
    require(permissions.can_answer(request.user, transfer))
    form, status = TransferAnswerForm(request.POST or None, instance=transfer), 422
    if form.is_valid():
        try:
            done = _answer(transfer, form.cleaned_data, by=request.user)
        except (*REFUSALS, MoveNotAllowed) as error:
            add_errors(form, error)
            status = 409 if isinstance(error, StaleRecord) else 422
        else:
            messages.success(request, done)
            return redirect("beneficiaries:task_list")
    record_reading(request, people=[transfer.person_id])
    context = {"transfer": transfer, "person": transfer.person}
    context["title"] = _("A file is asked for")
    context["cancel_url"] = reverse("beneficiaries:task_list")
    return render_form(
        request, "beneficiaries/transfer_answer.html", form, status=status, **context
    )


def _answer(transfer, answers, *, by):
    kept = {"version": answers["version"], "answer": answers["note"], "by": by}
    if answers["answer"] == "accept":
        transfers.accept_transfer(transfer, **kept)
        return _("Handed on: the other office assigns the file now.")
    transfers.refuse_transfer(transfer, **kept)
    return _("The file stays; the other office was told why.")
