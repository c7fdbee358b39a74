"""The list, the search and the page of a person, and correcting what her file says."""

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.history import OtherContent, record_reading
from accounts.choices import ReadKind
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import cases, people
from beneficiaries.actions.duplicates import report_elsewhere
from beneficiaries.choices import ConsentPurpose, ContactChannel, Population, TaskKind
from beneficiaries.columns import with_columns
from beneficiaries.contributions.person import CASE_TONES
from beneficiaries.filters.people import PersonFilter
from beneficiaries.forms.journeys import JobForm, TripForm
from beneficiaries.forms.people import ContactForm, DocumentForm, IdentityForm
from beneficiaries.models import (
    Case,
    Consent,
    DoNotContact,
    Person,
    SafeHours,
    Trip,
    WorkExperience,
)
from beneficiaries.models.accompaniment import with_care
from beneficiaries.models.attachments import photo_of
from beneficiaries.registry import STEPS, sections_of
from beneficiaries.rules.prompts import prompts_of
from beneficiaries.views.chosen import acts_on_many, shown_as
from beneficiaries.views.likely import LIKENESSES, all_said, with_answers
from beneficiaries.views.listing import (
    ORDERS,
    columns_asked,
    rows_with_cells,
    start_address,
    view_shown,
)
from beneficiaries.views.timeline import timeline_of
from genesis.lib.forms import add_errors
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, require
from genesis.lib.states import StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
REFUSALS = (ValidationError, OtherContent, StaleRecord)


@allow(Permission.PERSON_VIEW)
@require_safe
def person_list(request):
    if not request.GET and (start := start_address(request.user)):
        return redirect(start)
    columns = columns_asked(request.GET, request.user)
    people_seen = with_columns(Person.objects.visible_to(request.user), columns, request.user)
    filterset = PersonFilter(request.GET, queryset=people_seen, request=request)
    page = paginate(request, filterset.qs, orders=ORDERS)
    record_reading(request, people=[each.pk for each in page.rows])
    context = {
        "filter": filterset,
        "page": page,
        "columns": columns,
        "rows": rows_with_cells(page.rows, columns),
        "view": view_shown(request, filterset),
        "acts": acts_on_many(request.user),
        "shown_as": shown_as(request),
    }
    return render_page(request, "beneficiaries/person_list.html", context, partials=["results"])


@allow(Permission.PERSON_VIEW)
@require_safe
def person_detail(request, public_id):
    person = get_object_or_404(_whole_files(request.user), public_id=public_id)
    case = max(person.cases.all(), key=lambda each: each.episode, default=None)
    decision = cases.latest_decision(case) if case else None
    caseworker = cases.caseworker_of(person)
    steps = [step for each in STEPS for step in each(person, request.user)]
    context = {
        "person": person,
        "case": case,
        "decision": decision,
        "re_evaluate": bool(decision) and cases.inputs_changed_since(decision, person),
        "rules_changed": bool(decision) and decision.rule_set_id != case.phase.rule_set_id,
        "criteria": cases.criteria_of(decision) if decision else [],
        "caseworker": caseworker,
        "case_tone": CASE_TONES[case.state] if case else "",
        "steps": steps,
        "next_step": next((step for step in steps if step.next_step), None),
        "activities": timeline_of(person, may_void=caseworker == request.user),
        "in_protocol": case is not None
        and case.in_protocol
        and (caseworker == request.user or permissions.can_follow_protocol(request.user, person)),
        "status": _status_of(person),
        "prompts": prompts_of([(each.doc_type, each.status) for each in person.documents.all()]),
        "numbers": person.contact.numbers(),
        "channels": [ContactChannel(each).label for each in person.contact.allowed_channels],
        "can_change": caseworker == request.user
        and request.user.may(Permission.PERSON_CHANGE, at=person.office),
        "can_message": caseworker == request.user
        and request.user.may(Permission.MESSAGE_PREPARE, at=person.office),
        "photo": person.photo if ConsentPurpose.IMAGE in person.agreed else None,
        "agreed": [each.label for each in ConsentPurpose if each in person.agreed],
        "subnav": sections_of(person, request.user, here="beneficiaries:person_detail"),
        "can_assign": request.user.may(Permission.CASE_ASSIGN, at=person.office),
        "can_meet": caseworker == request.user
        and request.user.may(Permission.APPOINTMENT_MANAGE, at=person.office),
    }
    record_reading(request, people=[person.pk])
    return render(request, "beneficiaries/person_detail.html", context)


def _status_of(person):
    """Whence somebody returned; until a return is on record that is not known."""
    if person.population == Population.RETURNEE and not person.trips.all():
        return _("Returned: country missing")
    return person.get_status_display()


def _whole_files(user):
    """Visible people with all that their page shows, in a fixed number of queries."""
    jobs = WorkExperience.objects.select_related("country").order_by("start_date", "pk")
    trips = Trip.objects.select_related("return_country").order_by("return_date")
    agreed = Consent.objects.filter(person=OuterRef("pk")).in_force().values("purpose")
    avoided = DoNotContact.objects.filter(person=OuterRef("pk"))
    return (
        Person.objects.visible_to(user)
        .annotate(agreed=ArraySubquery(agreed), avoids=Exists(avoided), photo=photo_of("pk"))
        .select_related("office", "contact")
        .prefetch_related(
            "documents",
            Prefetch("safe_hours", SafeHours.objects.filter(active=True)),
            Prefetch("jobs", jobs),
            Prefetch("trips", trips),
            Prefetch("cases", with_care(Case.objects.select_related("phase"))),
        )
    )


def get_person(request, public_id):
    """Return the person, or 404 when she is not for this user to see."""
    visible = Person.objects.visible_to(request.user).select_related("district", "office")
    return get_object_or_404(visible, public_id=public_id)


@allow(Permission.PERSON_CHANGE)
@ASK
def person_change(request, public_id):
    person = get_person(request, public_id)
    require(permissions.can_change(request.user, person))
    form = IdentityForm(request.POST or None, instance=person)
    return take_answers(
        request,
        form,
        person,
        lambda: people.change_person(
            person,
            version=form.cleaned_data["version"],
            by=request.user,
            decisions=all_said(request.POST),
            **form.identity(),
        ),
        title=_("Personal details"),
    )


@allow(Permission.PERSON_CHANGE)
@ASK
def contact_change(request, public_id):
    person = get_person(request, public_id)
    require(permissions.can_change(request.user, person))
    form = ContactForm(request.POST or None, instance=person.contact)
    return take_answers(
        request,
        form,
        person,
        lambda: people.change_contact(
            person.contact,
            version=form.cleaned_data["version"],
            by=request.user,
            decisions=all_said(request.POST),
            **form.contact(),
        ),
        title=_("Contact"),
    )


@allow(Permission.PERSON_CHANGE)
@ASK
def document_create(request, public_id):
    person = get_person(request, public_id)
    return add_to_file(
        request, person, DocumentForm(request.POST or None), title=_("Add a document")
    )


@allow(Permission.PERSON_CHANGE)
@ASK
def trip_create(request, public_id):
    person = get_person(request, public_id)
    form = TripForm(request.POST or None, person=person)
    return add_to_file(request, person, form, title=_("Add a return"))


@allow(Permission.PERSON_CHANGE)
@ASK
def job_create(request, public_id):
    person = get_person(request, public_id)
    form = JobForm(request.POST or None, person=person)
    return add_to_file(request, person, form, title=_("Add work experience"))


@allow(Permission.PERSON_CHANGE)
@ASK
def document_change(request, public_id, record_id):
    person = get_person(request, public_id)
    record = get_object_or_404(person.documents, public_id=record_id)
    form = DocumentForm(request.POST or None, instance=record)
    return change_in_file(request, person, record, form, title=_("Document"))


@allow(Permission.PERSON_CHANGE)
@ASK
def trip_change(request, public_id, record_id):
    person = get_person(request, public_id)
    record = get_object_or_404(person.trips, public_id=record_id)
    form = TripForm(request.POST or None, instance=record, person=person)
    return change_in_file(request, person, record, form, title=_("Return"))


@allow(Permission.PERSON_CHANGE)
@ASK
def job_change(request, public_id, record_id):
    person = get_person(request, public_id)
    record = get_object_or_404(person.jobs, public_id=record_id)
    form = JobForm(request.POST or None, instance=record, person=person)
    return change_in_file(request, person, record, form, title=_("Work experience"))


def add_to_file(request, person, form, *, title, then=None):
    require(permissions.can_change(request.user, person))
    return take_answers(
        request,
        form,
        person,
        lambda: people.add_record(
            form.model, person, key=form.cleaned_data["key"], by=request.user, **form.record()
        ),
        title=title,
        then=then,
    )


def change_in_file(request, person, record, form, *, title, then=None):
    require(permissions.can_change(request.user, person))
    return take_answers(
        request,
        form,
        person,
        lambda: people.change_record(
            record, version=form.cleaned_data["version"], by=request.user, **form.record()
        ),
        title=title,
        then=then,
    )


def take_answers(
    request, form, person, act, *, title, done=None, then=None, kind=ReadKind.PAGE, **context
):
    """Show a form about a person; when it is filled in, act and go on, or back to her page.

    `kind` is what the log of readings says; `context` may name another `template`,
    and holds what it shows besides.
    """
    status = 422
    if form.is_valid():
        try:
            act()
        except people.AlreadyRegistered as error:
            explain_same_dui(request, form, error.matches, person.office)
        except people.UndecidedDuplicate as error:
            form.add_error(None, str(error))
            form.helper.form_tag = False  # the page asks about other files in the same form
            context |= _who_looks_alike(request, error.matches.likely)
        except REFUSALS as error:
            add_errors(form, error)
            status = 409 if isinstance(error, StaleRecord) else 422
        else:
            messages.success(request, done or _("Changes saved."))
            return redirect(then or person)
    alike = [each["person"].pk for each in context.get("likely", ())]
    record_reading(request, people=[person.pk, *alike], kind=kind)
    return render_form(
        request,
        context.pop("template", "beneficiaries/record_form.html"),
        form,
        status=status,
        person=person,
        title=title,
        **context,
    )


def _who_looks_alike(request, likely):
    """What the form asks of each file that looks alike."""
    likely = with_answers(likely, {}, request.POST)
    return {"likely": likely, "likenesses": LIKENESSES, "on_file": True}


def explain_same_dui(request, form, matches, office):
    """Say at its field that a DUI is taken, and return the files that may be shown.

    Of a file at another office nothing is said but that; coordination is told.
    """
    for each in matches.same_dui_elsewhere:
        report_elsewhere(each, kind=TaskKind.SAME_DUI_ELSEWHERE, office=office, by=request.user)
    if matches.same_dui_elsewhere:
        form.add_error("number", _("Already registered: coordination was told."))
        return []
    form.add_error("number", _("Somebody is already registered with this DUI."))
    return matches.same_dui
