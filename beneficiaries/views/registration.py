"""Registering a person: consent first, then page by page; or counting who did not agree."""

import uuid
from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import OtherContent, record_reading
from accounts.choices import ReadKind
from accounts.roles import Permission
from beneficiaries.actions import consents, people, registrations
from beneficiaries.actions.consents import count_head, current_notice
from beneficiaries.actions.duplicates import Matches, look_up
from beneficiaries.choices import RegistrationState
from beneficiaries.forms.cases import HeadCountForm, RegistrationConsentForm, offices_for
from beneficiaries.forms.registration import (
    BY_CODE,
    PAGES,
    DiscardForm,
    answers_of,
    facts_of,
    kept,
    known_of,
    page_form,
    part_of,
)
from beneficiaries.models import Registration
from beneficiaries.views.likely import LIKENESSES, decisions_of, with_answers
from beneficiaries.views.people import explain_same_dui
from beneficiaries.views.summaries import consents_said
from genesis.lib.forms import add_errors
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow
from genesis.lib.states import StaleRecord
from genesis.lib.textclean import mixed_script

ASK = require_http_methods(["GET", "HEAD", "POST"])
OVER = (registrations.RegistrationOver, registrations.TooMuch)


@allow(Permission.PERSON_REGISTER)
@ASK
def registration_consent(request):
    """The notice and the purposes: a registration begins with them, and with nothing else."""
    form = RegistrationConsentForm(
        request.POST or None,
        request.FILES or None,
        offices=offices_for(request.user),
        texts=consents.texts_today(),
    )
    if form.is_valid():
        if form.cleaned_data["agrees"] == "no":
            return redirect("beneficiaries:head_count_create")
        try:
            registration = registrations.begin_registration(
                key=form.cleaned_data["key"],
                office=form.cleaned_data["office"],
                consents=form.consents(),
                signature=form.cleaned_data["signature"],
                by=request.user,
            )
        except (OtherContent, ValidationError) as error:
            add_errors(form, error)
        else:
            return redirect(registration)
    return render_form(
        request,
        "beneficiaries/registration_consent.html",
        form,
        notice=current_notice(),
        waiting=_drafts_of(request).exists(),
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


def _drafts_of(request):
    """The registrations that somebody began for an office that is still theirs."""
    theirs = Registration.objects.begun_by(request.user).drafts()
    return theirs.filter(office__in=offices_for(request.user))


@allow(Permission.PERSON_REGISTER)
@require_safe
def registration_list(request):
    page = paginate(request, _drafts_of(request), orders=["-saved_at"])
    return render_page(
        request, "beneficiaries/registration_list.html", {"page": page}, partials=["results"]
    )


def _draft(request, public_id):
    """Return the draft, or 404 when it is not theirs."""
    return get_object_or_404(_drafts_of(request).select_related("office"), public_id=public_id)


def _begun(request, public_id):
    """Return a draft of theirs, or one that has become a file since; 404 for any other."""
    theirs = Registration.objects.begun_by(request.user).select_related("office", "person")
    of_use = Q(office__in=offices_for(request.user), state=RegistrationState.DRAFT)
    return get_object_or_404(theirs.filter(of_use | ~Q(person=None)), public_id=public_id)


@allow(Permission.PERSON_REGISTER)
@require_safe
def registration_detail(request, public_id):
    """The task list of a registration."""
    registration = _begun(request, public_id)
    if registration.person:
        return redirect(registration.person)
    context = {
        "registration": registration,
        "title": registration.title,
        "items": list(_tasks_of(registration)),
        "ready": _is_ready(registration),
    }
    return render(request, "beneficiaries/registration_detail.html", context)


def _tasks_of(registration):
    known = known_of(registration)
    for page in PAGES:
        status, tone = _status_of(page, registration.answers, known)
        url = reverse("beneficiaries:registration_page", args=[registration.public_id, page.code])
        yield {
            "title": page.title,
            "hint": page.hint,
            "url": url if page.applies(known) else None,
            "status": status,
            "tone": tone,
        }


def _status_of(page, answers, known):
    parts = answers.get(page.code, [])
    if reason := page.why_not(known):
        return reason, "plain"
    if not parts:
        return (_("Not started"), "alerta") if page.needed else (_("Not started"), "plain")
    if not all(each["complete"] for each in parts):
        return _("Information missing"), "alerta"
    return _("Complete"), "ok"


def _is_ready(registration):
    """Whether what is needed is there, and nothing was left half-way."""
    answers, known = registration.answers, known_of(registration)
    asked = [each for each in PAGES if each.applies(known)]
    whole = all(part["complete"] for page in asked for part in answers.get(page.code, []))
    return whole and all(answers.get(page.code) for page in asked if page.needed)


@allow(Permission.PERSON_REGISTER)
@ASK
def registration_page(request, public_id, page, key=None):
    """One page of a registration: kept as it is, right or wrong, and the next one if right."""
    registration, page = _begun(request, public_id), _page(page)
    if registration.person:
        return redirect(registration.person)
    if not page.applies(known_of(registration)):
        return redirect(registration)
    parts = registration.answers.get(page.code, [])
    part = _part(page, parts, key)
    if request.method != "POST":
        form = page_form(page, registration, request.user, kept(part) if part else None)
        return _show_page(request, registration, page, form, part, status=200)
    form = page_form(page, registration, request.user, request.POST)
    saved = part_of(form, key=part["key"] if part else None)
    decisions = decisions_of(request.POST)
    try:
        if part or not _is_blank(saved) or (saved["complete"] and _is_sent(request)):
            registration = registrations.save_part(
                registration, page=page.code, part=saved, decisions=decisions
            )
    except OVER as error:
        form.add_error(None, str(error))
        return _show_page(request, registration, page, form, part)
    if "autosave" in request.POST:
        now = date_format(timezone.localtime(registration.saved_at), "TIME_FORMAT")
        return JsonResponse({"saved": now})
    if "later" in request.POST:
        return redirect(registration)
    same, likely = _meet(request, registration, page, form)
    if likely:
        form.add_error(None, str(people.UndecidedDuplicate(Matches(likely=likely))))
    if not form.is_valid() or same or likely:
        return _show_page(request, registration, page, form, saved, same=same, likely=likely)
    if "another" in request.POST:
        return redirect("beneficiaries:registration_page", registration.public_id, page.code)
    return redirect(_next(registration, page))


def _is_sent(request):
    """Whether «Guardar y seguir» was pressed: a contact left empty says «do not contact»."""
    return not {"later", "autosave"} & set(request.POST)


def _is_blank(part):
    """Whether nothing was answered: then there is nothing to complete later."""
    return not any(
        each.strip() for name, values in part["typed"].items() if name != "key" for each in values
    )


def _page(code):
    if code not in BY_CODE:
        raise Http404
    return BY_CODE[code]


def _part(page, parts, key):
    """The part that an address names: by its key, or the only one of a page that has one."""
    if key is not None:
        return next((each for each in parts if each["key"] == str(key)), None) or _missing()
    return parts[0] if parts and not page.many else None


def _missing():
    raise Http404


def _next(registration, page):
    """The next page that is asked of this person, or the review of all answers."""
    known = known_of(registration)
    for each in PAGES[PAGES.index(page) + 1 :]:
        if each.applies(known):
            return reverse(
                "beneficiaries:registration_page", args=[registration.public_id, each.code]
            )
    return reverse("beneficiaries:registration_review", args=[registration.public_id])


def _show_page(request, registration, page, form, part, *, status=422, same=(), likely=()):
    """Show a page of the registration, with the other parts that it has already."""
    if same or likely:
        seen = [each.pk for each in [*same, *likely]]
        record_reading(request, people=seen, kind=ReadKind.SEARCH)
    parts = registration.answers.get(page.code, []) if page.many else []
    others = [each for each in parts if not part or each["key"] != part["key"]]
    context = {
        "form": form,
        "registration": registration,
        "name": registration.title,
        "page": page,
        "next_url": _next(registration, page),
        "no_sensitive": not isinstance(form, page.form),
        "changing": page.many and part in parts,
        "others": [_line(each, place) for place, each in enumerate(others, start=1)],
        "same": same,
        "likely": _with_answers(likely, registration, request.POST),
        "likenesses": LIKENESSES,
    }
    return render(request, "beneficiaries/registration_page.html", context, status=status)


def _line(part, place):
    """How one journey, job or relative reads in the list above the form."""
    text = " · ".join(text for _label, text in part["shown"][:3])
    return {
        "key": part["key"],
        "text": text or _("Number {place}").format(place=place),
        "complete": part["complete"],
    }


@allow(Permission.PERSON_REGISTER)
@require_POST
def registration_part_remove(request, public_id, page, key):
    registration, page = _draft(request, public_id), _page(page)
    try:
        registrations.remove_part(registration, page=page.code, key=key)
    except registrations.RegistrationOver as error:
        messages.error(request, str(error))
    return redirect("beneficiaries:registration_page", registration.public_id, page.code)


@allow(Permission.PERSON_REGISTER)
@ASK
def registration_review(request, public_id):
    """Each answer with «Cambiar»; then one press makes the file, and nothing less than all."""
    registration = _begun(request, public_id)
    if registration.person:
        return redirect(registration.person)
    if request.method != "POST":
        return _show_review(request, registration, likely=_undecided(request, registration))
    decisions = decisions_of(request.POST)
    forms_of = _forms_of(request, registration)
    if not _is_ready(registration) or not _all_valid(forms_of):
        messages.error(request, _("Complete first what is missing."))
        return redirect(registration)
    said = _said(registration) | decisions
    try:
        person = registrations.finish_registration(
            registration, by=request.user, decisions=said, **answers_of(forms_of)
        )
    except people.AlreadyRegistered as error:
        form = forms_of["documentos"][0]
        same = explain_same_dui(request, form, error.matches, registration.office)
        problem = form.errors["number"][0]
        return _show_review(request, registration, same=same, problem=problem, status=422)
    except people.UndecidedDuplicate as error:
        return _show_review(
            request, registration, likely=error.matches.likely, problem=str(error), status=422
        )
    except (ValidationError, OtherContent, registrations.RegistrationOver) as error:
        problem = " ".join(getattr(error, "messages", [str(error)]))
        return _show_review(request, registration, problem=problem, status=422)
    return _welcome(request, person)


def _forms_of(request, registration):
    """The forms of all pages with what was typed; of those that are not asked, none."""
    answers, known = registration.answers, known_of(registration)
    return {
        page.code: [
            page_form(page, registration, request.user, kept(part))
            for part in answers.get(page.code, [])
            if page.applies(known)
        ]
        for page in PAGES
    }


def _all_valid(forms_of):
    return all(form.is_valid() for found in forms_of.values() for form in found)


def _show_review(request, registration, *, same=(), likely=(), problem="", status=200):
    if same or likely:
        seen = [each.pk for each in [*same, *likely]]
        record_reading(request, people=seen, kind=ReadKind.SEARCH)
    context = {
        "registration": registration,
        "name": registration.title,
        "consents": list(consents_said(registration)),
        "sections": list(_answers_by_page(registration)),
        "ready": _is_ready(registration),
        "same": same,
        "likely": _with_answers(likely, registration, request.POST),
        "likenesses": LIKENESSES,
        "problem": problem,
    }
    return render(request, "beneficiaries/registration_review.html", context, status=status)


def _answers_by_page(registration):
    """Every page that is asked, with the lines of each of its parts."""
    answers, known = registration.answers, known_of(registration)
    for page in PAGES:
        if not page.applies(known):
            continue
        url = reverse("beneficiaries:registration_page", args=[registration.public_id, page.code])
        status, tone = _status_of(page, answers, known)
        parts = [
            {
                "rows": [{"label": label, "value": text} for label, text in part["shown"]],
                "complete": part["complete"],
                "url": f"{url}{part['key']}/" if page.many else url,
            }
            for part in answers.get(page.code, [])
        ]
        yield {"page": page, "url": url, "status": status, "tone": tone, "parts": parts}


@allow(Permission.PERSON_REGISTER)
@ASK
def registration_discard(request, public_id):
    registration = _draft(request, public_id)
    form, status = DiscardForm(request.POST or None, instance=registration), 422
    if form.is_valid():
        try:
            registrations.discard_registration(registration, **form.cleaned_data, by=request.user)
        except StaleRecord as error:
            form.add_error(None, str(error))
            status = 409
        else:
            messages.success(request, _("Discarded: nothing of it was kept."))
            return redirect("beneficiaries:registration_list")
    return render_form(
        request,
        "beneficiaries/registration_discard.html",
        form,
        status=status,
        registration=registration,
        title=_("Discard this registration"),
        name=registration.title,
        cancel_url=registration.get_absolute_url(),
    )


def _welcome(request, person):
    messages.success(
        request, _("Registered with the file number {number}.").format(number=person.file_number)
    )
    if person.suspicions.exclude(other__office=person.office).exists():
        messages.warning(request, _("Possible duplicate: coordination was told."))
    return redirect(person)


# Files that look alike


def _said(registration):
    said = registration.answers.get(registrations.DECISIONS, {})
    return {uuid.UUID(of): (likeness, reason) for of, (likeness, reason) in said.items()}


def _with_answers(likely, registration, data):
    return with_answers(likely, registration.answers.get(registrations.DECISIONS, {}), data)


def _meet(request, registration, page, form):
    """The files with the same DUI, which stop the registration, and those nobody decided on.

    Of files at other offices only who sends the page learns of the same DUI,
    and coordination with her.
    """
    if not page.looks_for_duplicates:
        return [], []
    matches = _look_up(request, facts_of(registration.answers))
    if matches.same_dui and form.is_valid() and "number" in form.fields:
        return explain_same_dui(request, form, matches, registration.office), []
    return [], [each for each in matches.likely if each.public_id not in _said(registration)]


def _undecided(request, registration):
    matches = _look_up(request, facts_of(registration.answers))
    return [each for each in matches.likely if each.public_id not in _said(registration)]


def _look_up(request, facts):
    born = facts.get("birth_date")
    return look_up(
        given_names=facts.get("given_names", ""),
        surnames=facts.get("surnames", ""),
        birth_date=date.fromisoformat(born) if born else None,
        dui=facts.get("dui", ""),
        phone=facts.get("phone", ""),
        for_user=request.user,
    )


@allow(Permission.PERSON_REGISTER)
@require_POST
def duplicate_check(request, public_id, page):
    """Look while people type: the files that look alike, as a piece of the page (CASE-1).

    Of files at other offices it says nothing: only who sends the page learns of
    one, and coordination with her.
    """
    registration, page = _draft(request, public_id), _page(page)
    form = page_form(page, registration, request.user, request.POST)
    facts = facts_of(registration.answers, but=page.code) | part_of(form)["facts"]
    matches = _look_up(request, facts)
    seen = [each for each in matches.same_dui if each not in matches.same_dui_elsewhere]
    record_reading(
        request, people=[each.pk for each in [*seen, *matches.likely]], kind=ReadKind.SEARCH
    )
    context = {
        "mixed": mixed_script(f"{facts.get('given_names', '')}{facts.get('surnames', '')}"),
        "same": seen,
        "likely": _with_answers(matches.likely, registration, request.POST),
        "likenesses": LIKENESSES,
    }
    return render(request, "beneficiaries/registration_page.html#duplicates", context)
