"""Registering a person: consent first, then who she is; or counting who did not agree."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions.history import OtherContent, record_reading
from accounts.choices import ReadKind
from accounts.roles import Permission
from beneficiaries.actions import people
from beneficiaries.actions.consents import count_head, current_notice
from beneficiaries.actions.duplicates import look_up
from beneficiaries.choices import DUI_TYPES, Likeness
from beneficiaries.forms.cases import HeadCountForm, RegistrationConsentForm, offices_for
from beneficiaries.forms.people import RegistrationForm
from beneficiaries.models import Suspicion
from beneficiaries.views.people import explain_same_dui
from genesis.lib.forms import add_errors
from genesis.lib.pages import render_form
from genesis.lib.policy import allow
from genesis.lib.textclean import UnreadableText, clean_text, mixed_script

ASK = require_http_methods(["GET", "HEAD", "POST"])
LONGEST_REASON = Suspicion._meta.get_field("reason").max_length


@allow(Permission.PERSON_REGISTER)
@ASK
def registration_consent(request):
    """The notice and the purposes; what was answered waits in the session for the next page."""
    form = RegistrationConsentForm(request.POST or None, offices=offices_for(request.user))
    if form.is_valid():
        if form.cleaned_data["agrees"] == "no":
            return redirect("beneficiaries:head_count_create")
        name = str(uuid.uuid4())
        answers = {"consents": form.consents(), "office": form.cleaned_data["office"].pk}
        request.session[f"registration:{name}"] = answers
        return redirect("beneficiaries:person_register", name)
    return render_form(
        request, "beneficiaries/registration_consent.html", form, notice=current_notice()
    )


@allow(Permission.PERSON_REGISTER)
@ASK
def head_count_create(request):
    form = HeadCountForm(request.POST or None, offices=offices_for(request.user))
    if form.is_valid():
        try:
            count_head(**form.cleaned_data, by=request.user)
        except OtherContent as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Counted, without any name."))
            return redirect("beneficiaries:person_list")
    return render_form(request, "beneficiaries/head_count_create.html", form)


@allow(Permission.PERSON_REGISTER)
@ASK
def person_register(request, name):
    agreed = request.session.get(f"registration:{name}")
    if agreed is None:
        messages.info(request, _("Begin with the consent: nothing is kept before it."))
        return redirect("beneficiaries:registration_consent")
    if "person" in agreed and request.POST.get("key") != agreed["key"]:
        return redirect("beneficiaries:person_detail", agreed["person"])  # once per consent
    office = offices_for(request.user).filter(pk=agreed["office"]).first()
    if office is None:
        return redirect("beneficiaries:registration_consent")
    form, same, likely = RegistrationForm(request.POST or None), [], []
    if form.is_valid():
        try:
            person = people.register_person(
                key=form.cleaned_data["key"],
                by=request.user,
                office=office,
                registered_on=form.cleaned_data["registered_on"],
                identity=form.identity(),
                document=form.document(),
                contact=form.contact(),
                consents=agreed["consents"],
                decisions=_decisions(request.POST),
            )
        except people.AlreadyRegistered as error:
            same = explain_same_dui(request, form, error.matches, office)
        except people.UndecidedDuplicate as error:
            form.add_error(None, str(error))
            likely = error.matches.likely
        except (ValidationError, OtherContent) as error:
            add_errors(form, error)
        else:
            kept = {"person": str(person.public_id), "key": str(form.cleaned_data["key"])}
            request.session[f"registration:{name}"] = agreed | kept
            return _welcome(request, person)
    elif form.is_bound:
        likely = _matches(request, form).likely
    if same or likely:
        seen = [each.pk for each in [*same, *likely]]
        record_reading(request, people=seen, kind=ReadKind.SEARCH)
    return render_form(
        request,
        "beneficiaries/person_register.html",
        form,
        same=same,
        likely=_with_answers(likely, request.POST),
        likenesses=[Likeness.SAME, Likeness.DIFFERENT, Likeness.UNSURE],
        office=office,
    )


def _welcome(request, person):
    messages.success(
        request, _("Registered with the file number {number}.").format(number=person.file_number)
    )
    if person.suspicions.exclude(other__office=person.office).exists():
        messages.warning(request, _("Possible duplicate: coordination was told."))
    return redirect(person)


def _decisions(data):
    """What was said of each file that looks alike: «parecido-<id>», and why."""
    decisions = {}
    for name, likeness in data.items():
        identifier = name.removeprefix("parecido-")
        if name != identifier and likeness in {Likeness.DIFFERENT, Likeness.UNSURE}:
            try:
                reason = clean_text(data.get(f"razon-{identifier}", ""), max_length=LONGEST_REASON)
                of = uuid.UUID(identifier)
            except (UnreadableText, ValueError):
                continue  # not decided: the page asks again
            if reason or likeness == Likeness.UNSURE:
                decisions[of] = (likeness, reason)
    return decisions


def _with_answers(likely, data):
    return [
        {
            "person": each,
            "answer": data.get(f"parecido-{each.public_id}", ""),
            "reason": data.get(f"razon-{each.public_id}", ""),
        }
        for each in likely
    ]


@allow(Permission.PERSON_REGISTER)
@require_POST
def duplicate_check(request):
    """Look while people type: the files that look alike, as a piece of the page (CASE-1).

    Of files at other offices it says nothing: only who sends the form learns of
    one, and coordination with her (DECISIONS 8).
    """
    form = RegistrationForm(request.POST)
    form.is_valid()
    matches = _matches(request, form)
    seen = [each for each in matches.same_dui if each not in matches.same_dui_elsewhere]
    record_reading(
        request, people=[each.pk for each in [*seen, *matches.likely]], kind=ReadKind.SEARCH
    )
    answers = form.cleaned_data
    context = {
        "mixed": mixed_script(f"{answers.get('given_names', '')}{answers.get('surnames', '')}"),
        "same": seen,
        "likely": _with_answers(matches.likely, request.POST),
        "likenesses": [Likeness.SAME, Likeness.DIFFERENT, Likeness.UNSURE],
    }
    return render(request, "beneficiaries/person_register.html#duplicates", context)


def _matches(request, form):
    answers = form.cleaned_data
    birth_date, _precision = answers.get("birth") or (None, "")
    is_dui = answers.get("doc_type") in DUI_TYPES
    return look_up(
        given_names=answers.get("given_names", ""),
        surnames=answers.get("surnames", ""),
        birth_date=birth_date,
        dui=answers.get("number", "") if is_dui else "",
        phone=answers.get("phone_1", ""),
        for_user=request.user,
    )
