"""Files that one office asks of another, and many people given to a caseworker at once."""

from uuid import UUID

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.history import record_reading
from accounts.choices import ReadKind
from accounts.models import User
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import transfers
from beneficiaries.actions.assigning import assign_many
from beneficiaries.filters import PersonFilter
from beneficiaries.forms.transfers import (
    AssignManyForm,
    FindFileForm,
    TransferAnswerForm,
    TransferForm,
)
from beneficiaries.models import Person, Transfer
from beneficiaries.views.people import REFUSALS
from genesis.lib.forms import add_errors
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, require
from genesis.lib.states import MoveNotAllowed, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
LIST = "beneficiaries:transfer_list"
MOST_AT_ONCE = 200  # people that are given to a caseworker in one go


@allow(Permission.TRANSFER_REQUEST)
@require_safe
def transfer_list(request):
    """What the own office asked for: of files that are elsewhere, their initials alone."""
    asked = Transfer.objects.asked_for(request.user).select_related("person", "asked_by")
    page = paginate(request, asked, orders=["-asked_at"])
    people = [each.person_id for each in page.rows]
    visible = Person.objects.visible_to(request.user).filter(pk__in=people)
    record_reading(request, people=people)
    context = {"page": page, "visible": set(visible.values_list("pk", flat=True))}
    return render_page(request, "beneficiaries/transfer_list.html", context, partials=["results"])


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


# Many at once


@allow(Permission.CASE_ASSIGN)
@ASK
def case_assign_many(request):
    """Confirm who was chosen in the list, or all that the filter found, and give them on."""
    form = AssignManyForm(request.POST or None, user=request.user)
    if form.is_valid():
        rows = _rows(request, request.POST.getlist("persona"))
        results = assign_many(rows, to=form.cleaned_data["to"], by=request.user)
        request.session["assigned"] = {
            "to": form.cleaned_data["to"].pk,
            "rows": [[str(each.person.public_id), each.done, each.why] for each in results],
        }
        return redirect("beneficiaries:case_assign_result")
    people = _chosen(request)
    if not people:
        messages.info(request, _("Choose at least one person in the list."))
        return redirect("beneficiaries:person_list")
    record_reading(request, people=[each.pk for each in people])
    context = {"people": people, "most": MOST_AT_ONCE}
    return render_form(request, "beneficiaries/case_assign_many.html", form, **context)


def _chosen(request):
    """Those who were ticked, or all of the filter in the address; no more than fit."""
    people = Person.objects.visible_to(request.user).filter(
        request.user.where(Permission.CASE_ASSIGN, "office")
    )
    if "todas" in request.GET:
        people = PersonFilter(request.GET, queryset=people, request=request).qs
    else:
        marked = request.POST if request.method == "POST" else request.GET
        chosen = [each.partition(":")[0] for each in marked.getlist("persona")]
        people = people.filter(public_id__in=_ids(chosen))
    return list(people.select_related("office").order_by("sort_name", "pk")[:MOST_AT_ONCE])


def _rows(request, marks):
    """The people that a page showed, each with the version that it showed."""
    versions = {}
    for mark in marks[:MOST_AT_ONCE]:
        name, _colon, version = mark.partition(":")
        if version.isascii() and version.isdigit() and len(version) < 10:
            versions |= dict.fromkeys(_ids([name]), int(version))
    people = Person.objects.visible_to(request.user).filter(public_id__in=versions)
    ordered = people.select_related("office").order_by("sort_name", "pk")
    return [(each, versions[each.public_id]) for each in ordered]


def _ids(texts):
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue  # no id at all: nobody's row
    return found


@allow(Permission.CASE_ASSIGN)
@require_safe
def case_assign_result(request):
    """What came of each row of the last time, as long as the session lasts."""
    kept = request.session.get("assigned")
    if kept is None:
        return redirect("beneficiaries:person_list")
    ids = [name for name, _done, _why in kept["rows"]]
    people = Person.objects.visible_to(request.user).filter(public_id__in=ids)
    known = {str(each.public_id): each for each in people}
    rows = [
        {"person": known[name], "done": done, "why": why}
        for name, done, why in kept["rows"]
        if name in known
    ]
    record_reading(request, people=[each["person"].pk for each in rows])
    context = {
        "rows": rows,
        "done": sum(each["done"] for each in rows),
        "to": User.objects.filter(pk=kept["to"]).first(),
    }
    return render_page(request, "beneficiaries/case_assign_result.html", context)
