"""The appointments of a person, and the page of each."""

from uuid import uuid4

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import appointments, reminders
from beneficiaries.actions.busy import appointments_of_somebody, clashes_of
from beneficiaries.actions.enrolments import tallies
from beneficiaries.actions.messages import channels_of
from beneficiaries.choices import AppointmentState
from beneficiaries.contributions.agenda import TONES
from beneficiaries.forms import appointments as forms
from beneficiaries.models import Appointment, Person
from beneficiaries.registry import sections_of
from beneficiaries.views.people import REFUSALS, get_person
from genesis.lib.forms import add_errors, shown_key, shown_version
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, require
from genesis.lib.states import MoveNotAllowed, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
LIST = "beneficiaries:appointment_list"


@allow(Permission.PERSON_VIEW)
@require_safe
def appointment_list(request, public_id):
    """What a person is expected at, what she came to, and her groups with her attendance."""
    person = get_person(request, public_id)
    theirs = person.appointments.select_related("kind", "responsible")
    page = paginate(request, theirs, orders=["-starts_at"])
    enrolments = list(person.enrolments.select_related("group").order_by("-state_since"))
    known = tallies(enrolments)
    record_reading(request, people=[person.pk])
    context = {
        "person": person,
        "page": page,
        "rows": [(each, TONES[AppointmentState(each.state)]) for each in page.rows],
        "groups": [(each, known[each.pk]) for each in enrolments],
        "may_meet": permissions.can_meet(request.user, person),
        "may_open_groups": request.user.may(Permission.GROUP_VIEW),
        "subnav": sections_of(person, request.user, here=LIST),
    }
    return render_page(
        request, "beneficiaries/appointment_list.html", context, partials=["results"]
    )


@allow(Permission.APPOINTMENT_MANAGE)
@ASK
def appointment_create(request, public_id):
    person = get_person(request, public_id)
    require(permissions.can_meet(request.user, person))
    visible = Person.objects.visible_to(request.user)
    form = forms.AppointmentForm(
        request.POST or None,
        person=person,
        visible=visible,
        initial={"responsible": request.user.pk},
    )
    if form.is_valid() and _may_meet_all(request, form):
        try:
            made = appointments.make_appointments(
                [person, *form.cleaned_data["others"]], by=request.user, **form.answers()
            )
        except REFUSALS as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Appointment made."))
            _warn(request, made)
            return redirect(LIST, person.public_id)
    record_reading(request, people=[person.pk])
    return render_form(
        request,
        "beneficiaries/appointment_form.html",
        form,
        person=person,
        title=_("Make an appointment"),
        cancel_url=reverse(LIST, args=[person.public_id]),
    )


def _may_meet_all(request, form):
    """Who comes along is somebody with whom they may make appointments too."""
    for each in form.cleaned_data["others"]:
        if not permissions.can_meet(request.user, each):
            form.add_error(
                "others",
                _("{name} is accompanied by somebody else.").format(name=each.display_name),
            )
    return form.is_valid()


def _warn(request, made):
    """Say who is expected elsewhere at that hour: it may be meant."""
    first, own = made[0], [each.pk for each in made]
    clashes = clashes_of(
        [each.person_id for each in made], first.starts_at, first.ends_at, but_appointments=own
    )
    for each in made:
        if others := clashes.get(each.person_id):
            words = _("{name} is expected elsewhere at that hour: {what}.")
            messages.warning(
                request, words.format(name=each.person.display_name, what=", ".join(others))
            )
    busy = appointments_of_somebody(
        first.responsible, first.starts_at, first.ends_at, but_appointments=own
    )
    if busy:
        words = _("{name} has something else at that hour: {what}.")
        messages.warning(request, words.format(name=first.responsible, what=", ".join(busy)))


def _get_appointment(request, public_id):
    """Return an appointment with a person whom this user sees, or 404."""
    visible = Appointment.objects.visible_to(request.user)
    related = ("person__office", "person__contact", "kind", "responsible", "moved_to")
    return get_object_or_404(visible.select_related(*related), public_id=public_id)


@allow(Permission.AGENDA_VIEW)
@require_safe
def appointment_detail(request, public_id):
    appointment = _get_appointment(request, public_id)
    person = appointment.person
    may_keep = permissions.can_keep(request.user, appointment)
    to_come = appointment.is_open and not appointment.has_begun
    reminds = to_come and permissions.can_message(request.user, person)
    record_reading(request, people=[person.pk])
    clashes = clashes_of(
        [person.pk],
        appointment.starts_at,
        appointment.ends_at,
        but_appointments=[appointment.pk],
    )
    context = {
        "appointment": appointment,
        "person": person,
        "tone": TONES[AppointmentState(appointment.state)],
        "may_keep": may_keep,
        "may_excuse": may_keep and appointment.state == AppointmentState.NO_SHOW,
        "may_confirm": appointment.state == AppointmentState.PLANNED,
        "moved_from": Appointment.objects.filter(moved_to=appointment).first(),
        "clashes": clashes.get(person.pk, []) if appointment.is_open else [],
        "reminds": reminds,
        "channels": channels_of(person) if reminds else [],
        "neutral": not person.contact.safe_to_identify_project,
        "key": uuid4(),
    }
    return render(request, "beneficiaries/appointment_detail.html", context)


@allow(Permission.APPOINTMENT_MANAGE)
@require_POST
def appointment_confirm(request, public_id):
    appointment = _get_appointment(request, public_id)
    require(permissions.can_keep(request.user, appointment))
    try:
        appointments.confirm_appointment(
            appointment, version=shown_version(request), by=request.user
        )
    except (MoveNotAllowed, StaleRecord) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Confirmed."))
    return redirect(appointment)


@allow(Permission.MESSAGE_PREPARE)
@require_POST
def appointment_remind(request, public_id):
    """Prepare a reminder: who sends it finds it in the list of messages, at its hour."""
    appointment = _get_appointment(request, public_id)
    require(permissions.can_message(request.user, appointment.person))
    channel = request.POST.get("canal", "")
    try:
        reminders.remind_of(appointment, key=shown_key(request), channel=channel, by=request.user)
    except REFUSALS as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
        return redirect(appointment)
    messages.success(request, _("Prepared: send it from this list at its hour, and tick it."))
    return redirect("beneficiaries:message_list")


def _take_step(request, appointment, form, act, *, title, done, lead="", back_url=""):
    """Ask for what a step needs; when it is said, act and go on to the appointment."""
    require(permissions.can_keep(request.user, appointment))
    status = 422
    if form.is_valid():
        try:
            after = act()
        except (*REFUSALS, MoveNotAllowed) as error:
            add_errors(form, error)
            status = 409 if isinstance(error, StaleRecord) else 422
        else:
            messages.success(request, done)
            if after.pk != appointment.pk:
                _warn(request, [after])
            return redirect(after)
    record_reading(request, people=[appointment.person_id])
    return render_form(
        request,
        "beneficiaries/appointment_form.html",
        form,
        status=status,
        person=appointment.person,
        appointment=appointment,
        title=title,
        lead=lead,
        back_url=back_url,
        cancel_url="" if back_url else appointment.get_absolute_url(),
    )


@allow(Permission.APPOINTMENT_MANAGE)
@ASK
def appointment_close(request, public_id):
    appointment = _get_appointment(request, public_id)
    form = forms.AppointmentCloseForm(request.POST or None, instance=appointment)

    def act():
        answers = {name: form.cleaned_data[name] for name in ("version", "minutes")}
        state = AppointmentState(form.cleaned_data["state"])
        return appointments.close_appointment(appointment, state, by=request.user, **answers)

    return _take_step(
        request,
        appointment,
        form,
        act,
        title=_("Close the appointment"),
        done=_("Appointment closed."),
    )


@allow(Permission.APPOINTMENT_MANAGE)
@ASK
def appointment_move(request, public_id):
    appointment = _get_appointment(request, public_id)
    form = forms.AppointmentMoveForm(request.POST or None, instance=appointment)
    return _take_step(
        request,
        appointment,
        form,
        lambda: appointments.move_appointment(appointment, by=request.user, **form.answers()),
        title=_("Move the appointment"),
        lead=_("The old one stays on record, and leads to the new one."),
        done=_("Moved. This is the new appointment: tell her or him."),
    )


@allow(Permission.APPOINTMENT_MANAGE)
@ASK
def appointment_cancel(request, public_id):
    appointment = _get_appointment(request, public_id)
    form = forms.AppointmentCancelForm(request.POST or None, instance=appointment)
    return _take_step(
        request,
        appointment,
        form,
        lambda: appointments.cancel_appointment(appointment, by=request.user, **form.cleaned_data),
        title=_("Cancel the appointment"),
        done=_("Cancelled: tell her or him."),
        back_url=appointment.get_absolute_url(),
    )
