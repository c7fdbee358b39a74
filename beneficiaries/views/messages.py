"""Preparing texts for people, sending them by hand, and the texts themselves (CASE-14)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import messages as actions
from beneficiaries.actions import people
from beneficiaries.forms.messages import MessageForm, SafeHoursForm, TemplateForm
from beneficiaries.models import Message, MessageTemplate, Person, SafeHours
from beneficiaries.rules.messages import link_of
from beneficiaries.views.people import REFUSALS, get_person, take_answers
from genesis.lib.forms import add_errors, shown_version
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, require
from genesis.lib.states import MoveNotAllowed, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])


@allow(Permission.MESSAGE_PREPARE)
@require_safe
def message_list(request):
    """What waits to be sent by hand, by its hour: a link opens the telephone, a tick ends it."""
    theirs = Message.objects.visible_to(request.user).waiting()
    mine = theirs.filter(person__in=Person.objects.accompanied_by(request.user))
    page = paginate(
        request, mine.select_related("person__contact", "template"), orders=["not_before"]
    )
    record_reading(request, people=[each.person_id for each in page.rows])
    context = {"page": page, "rows": [_shown(each) for each in page.rows]}
    return render_page(request, "beneficiaries/message_list.html", context, partials=["results"])


def _shown(message):
    """A text with the link that opens it, when it may be sent at this hour."""
    link = link_of(message.channel, message.number, message.text)
    usable = message.person.restricted_at is None
    link = link if usable and message.may_be_sent_now else ""
    return {"message": message, "link": link}


@allow(Permission.MESSAGE_PREPARE)
@ASK
def message_create(request, public_id):
    person = get_person(request, public_id)
    require(permissions.can_message(request.user, person))
    channels = actions.channels_of(person)
    texts, waiting = actions.templates_for(person)
    form = MessageForm(request.POST or None, channels=channels, templates=texts)

    def act():
        actions.prepare_message(
            person,
            key=form.cleaned_data["key"],
            template=form.cleaned_data["template"],
            channel=form.cleaned_data["channel"],
            values=form.values(),
            by=request.user,
        )

    return take_answers(
        request,
        form,
        person,
        act,
        title=_("Prepare a message"),
        done=_("Prepared: send it from this list at its hour, and tick it."),
        then="beneficiaries:message_list",
        template="beneficiaries/message_create.html",
        channels=channels,
        waiting=waiting,
        neutral=not person.contact.safe_to_identify_project,
        hours=person.safe_hours.filter(active=True),
        log=person.messages.select_related("template", "ended_by").order_by("-prepared_at")[:12],
    )


@allow(Permission.MESSAGE_PREPARE)
@require_POST
def message_tick(request, public_id):
    return _end(request, public_id, actions.tick_message, _("Ticked: it was sent."))


@allow(Permission.MESSAGE_PREPARE)
@require_POST
def message_cancel(request, public_id):
    return _end(request, public_id, actions.cancel_message, _("Put aside: nobody sends it."))


def _end(request, public_id, act, done):
    message = get_object_or_404(Message.objects.visible_to(request.user), public_id=public_id)
    require(permissions.can_message(request.user, message.person))
    try:
        act(message, version=shown_version(request), by=request.user)
    except (StaleRecord, MoveNotAllowed, actions.NotPossible) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
    else:
        messages.success(request, done)
    return redirect("beneficiaries:message_list")


# The hours in which somebody may be reached


@allow(Permission.PERSON_CHANGE)
@ASK
def hours_create(request, public_id):
    person = get_person(request, public_id)
    require(permissions.can_change(request.user, person))
    form = SafeHoursForm(request.POST or None)
    return take_answers(
        request,
        form,
        person,
        lambda: people.add_record(
            SafeHours, person, key=form.cleaned_data["key"], by=request.user, **form.record()
        ),
        title=_("Safe hours"),
    )


@allow(Permission.PERSON_CHANGE)
@ASK
def hours_change(request, public_id, record_id):
    person = get_person(request, public_id)
    require(permissions.can_change(request.user, person))
    record = get_object_or_404(person.safe_hours, public_id=record_id)
    form = SafeHoursForm(request.POST or None, instance=record)
    return take_answers(
        request,
        form,
        person,
        lambda: people.change_record(
            record, version=form.cleaned_data["version"], by=request.user, **form.record()
        ),
        title=_("Safe hours"),
    )


# The texts


@allow(Permission.TEXT_EDIT)
@require_safe
def template_list(request):
    context = {"templates": MessageTemplate.objects.all()}
    return render(request, "beneficiaries/template_list.html", context)


@allow(Permission.TEXT_EDIT)
@ASK
def template_create(request):
    form = TemplateForm(request.POST or None)
    return _write(request, form, actions.write_template, title=_("New text for messages"))


@allow(Permission.TEXT_EDIT)
@ASK
def template_change(request, public_id):
    template = get_object_or_404(MessageTemplate, public_id=public_id)
    form = TemplateForm(request.POST or None, instance=template)

    def change(**answers):
        actions.change_template(MessageTemplate.objects.get(pk=template.pk), **answers)

    return _write(request, form, change, title=_("Text for messages"))


def _write(request, form, act, *, title):
    status = 422
    if form.is_valid():
        try:
            act(**form.cleaned_data, by=request.user)
        except REFUSALS as error:
            add_errors(form, error)
            status = 409 if isinstance(error, StaleRecord) else 422
        else:
            messages.success(request, _("Changes saved."))
            return redirect("beneficiaries:template_list")
    context = {"title": title, "cancel_url": reverse("beneficiaries:template_list")}
    return render_form(request, "beneficiaries/set_up_form.html", form, status=status, **context)
