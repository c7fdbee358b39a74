"""«Documentos»: the papers and photos of a person, opened one by one and always on record."""

from itertools import groupby

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.history import record_reading
from accounts.choices import ReadKind
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import attachments
from beneficiaries.choices import AttachmentKind, ConsentPurpose
from beneficiaries.forms.attachments import (
    AttachmentForm,
    AttachmentVoidForm,
    ReplaceForm,
    belongings_of,
)
from beneficiaries.models import Attachment
from beneficiaries.models.attachments import ABOUT
from beneficiaries.registry import sections_of
from beneficiaries.views.gate import ask_reason, record_protected_reading, where_to_agree
from beneficiaries.views.people import get_person, take_answers
from genesis.lib.pages import hand_out
from genesis.lib.policy import allow, require, signed_in
from genesis.lib.sensitivity import D2, D3, D4
from genesis.lib.uploads import EXTENSIONS, JPEG

ASK = require_http_methods(["GET", "HEAD", "POST"])


# The lists


@allow(Permission.PERSON_VIEW)
@require_safe
def attachment_list(request, public_id):
    person = get_person(request, public_id)
    levels = permissions.classes_read(request.user, person, [D2, D3, D4])
    require(D2 in levels)
    closed = _standing(person).of_classes({D3, D4} - (levels - {D4})).current().count()
    context = {
        "title": _("Papers and photos"),
        "groups": _groups(person, levels - {D4}),
        "closed": closed,
        "may_open": D4 in levels or permissions.can_break_glass(request.user, person),
    }
    record_reading(request, people=[person.pk])
    return _render_list(request, person, context)


@allow(Permission.PERSON_SENSITIVE)
@require_safe
def attachment_protected(request, public_id):
    """Those that may put somebody in danger, behind the gate."""
    person = get_person(request, public_id)
    if not permissions.can_read_sensitive(request.user, person):
        require(permissions.can_break_glass(request.user, person))
        return redirect("beneficiaries:access_create", public_id=person.public_id)
    if gate := ask_reason(request, person, D4):
        return gate
    context = {
        "title": _("Protected papers"),
        "groups": _groups(person, {D4}),
        "protected": True,
        "others": request.user.may(Permission.PERSON_VIEW),
    }
    record_protected_reading(request, person, D4)
    return _render_list(request, person, context)


def _render_list(request, person, context):
    written = permissions.kinds_written(request.user, person)
    kinds = permissions.kinds_without(written, permissions.consents_missing(person, written))
    context |= {
        "person": person,
        "photos": AttachmentKind.PHOTO in kinds,
        "can_change": bool(kinds),
        "subnav": sections_of(person, request.user, here="beneficiaries:attachment_list"),
    }
    return render(request, "beneficiaries/attachment_list.html", context)


def _standing(person):
    return person.attachments.standing()


def _groups(person, levels):
    """The files of these classes, kind by kind; of each the newest, with the older ones."""
    rows = (
        _standing(person)
        .of_classes(levels)
        .select_related("text", "uploaded_by", "trip__return_country", "case__person", *ABOUT)
        .order_by("-uploaded_at", "-pk")
    )
    rows, by_id = list(rows), {}
    for each in rows:
        each.older, by_id[each.pk] = [], each
    for each in reversed(rows):
        if each.replaces_id in by_id:
            before = by_id[each.replaces_id]
            each.older = [before, *before.older]
    current = [each for each in rows if not each.replaced_at]
    order = AttachmentKind.values
    current.sort(key=lambda each: order.index(each.kind))
    return [
        {"kind": AttachmentKind(kind).label, "rows": list(them)}
        for kind, them in groupby(current, key=lambda each: each.kind)
    ]


# Adding, replacing, voiding


@allow(Permission.PERSON_CHANGE)
@ASK
def attachment_create(request, public_id):
    """Add a file; the page that leads here may say what it is and what it belongs to."""
    person = get_person(request, public_id)
    written = permissions.kinds_written(request.user, person)
    missing = permissions.consents_missing(person, written)
    kinds = permissions.kinds_without(written, missing)
    require(bool(kinds))
    asked = {"kind": request.GET.get("tipo", ""), "about": request.GET.get("de", "")}
    form = AttachmentForm(
        request.POST or None,
        request.FILES or None,
        kinds=kinds,
        belongings=belongings_of(person),
        initial=asked,
    )
    return take_answers(
        request,
        form,
        person,
        lambda: attachments.add_attachment(person, **form.answers(), by=request.user),
        title=_("Add a paper or photo"),
        lead=_("It is made anew before it is kept: where and with what it was taken is not."),
        done=_("The file is kept."),
        template="beneficiaries/attachment_create.html",
        agree_url=where_to_agree(request, person) if ConsentPurpose.SENSITIVE in missing else "",
        then=_list_of(person, asked["about"]),
    )


def _list_of(person, about=""):
    """Where it goes on: to the consents, when that is where somebody came from."""
    page = "consent_list" if about.startswith("consent-") else "attachment_list"
    return reverse(f"beneficiaries:{page}", args=[person.public_id])


@allow(Permission.PERSON_CHANGE)
@ASK
def attachment_replace(request, public_id, record_id):
    attachment = _to_write(request, public_id, record_id)
    person = attachment.person
    if gate := _gate(request, attachment):
        return gate
    form = ReplaceForm(request.POST or None, request.FILES or None, initial=_as_it_is(attachment))
    return take_answers(
        request,
        form,
        person,
        lambda: attachments.replace_attachment(attachment, **form.answers(), by=request.user),
        title=_("Replace: {what}").format(what=attachment),
        lead=_("The one that is there stays as an older version."),
        done=_("The newer file is kept."),
        then=_page_of(attachment),
        kind=_reading(attachment),
    )


def _as_it_is(attachment):
    return {"title": attachment.text.title}


@allow(Permission.PERSON_CHANGE)
@ASK
def attachment_void(request, public_id, record_id):
    attachment = _to_write(request, public_id, record_id)
    person = attachment.person
    if gate := _gate(request, attachment):
        return gate
    form = AttachmentVoidForm(request.POST or None, instance=attachment)
    return take_answers(
        request,
        form,
        person,
        lambda: attachments.void_attachment(attachment, **form.cleaned_data, by=request.user),
        title=_("Void: {what}").format(what=attachment),
        lead=_("Nobody opens it any more; it is erased when the time of the file is over."),
        done=_("The file is voided."),
        then=_page_of(attachment),
        kind=_reading(attachment),
    )


def _to_write(request, public_id, record_id):
    attachment = _get_attachment(request, public_id, record_id)
    require(permissions.can_write_attachment(request.user, attachment))
    if attachment.replaced_at:
        raise Http404
    return attachment


def _page_of(attachment):
    page = "attachment_protected" if attachment.level == D4 else "attachment_list"
    return reverse(f"beneficiaries:{page}", args=[attachment.person.public_id])


# Opening


@signed_in
@require_safe
def attachment_file(request, public_id, record_id):
    """The file itself, to be saved: never shown as a page of ours."""
    attachment = _get_attachment(request, public_id, record_id)
    require(permissions.can_open(request.user, attachment))
    if gate := _gate(request, attachment, back_to=_page_of(attachment)):
        return gate
    record_reading(request, people=[attachment.person_id], kind=_reading(attachment))
    return _hand_out(attachment, attachment.file, attachment.media_type)


@signed_in
@require_safe
def attachment_preview(request, public_id, record_id):
    """The small picture of a photo that our own pages show."""
    attachment = _get_attachment(request, public_id, record_id)
    require(permissions.can_open(request.user, attachment))
    if gate := _gate(request, attachment):
        return gate
    if not attachment.preview:
        raise Http404
    record_reading(request, people=[attachment.person_id], kind=_reading(attachment))
    return _hand_out(attachment, attachment.preview, JPEG, inline=True)


def _get_attachment(request, public_id, record_id):
    """Return a file that was not voided, or 404 when its person is not for this user to see."""
    visible = Attachment.objects.standing().visible_to(request.user)
    visible = visible.select_related("person__office", "text")
    return get_object_or_404(visible, person__public_id=public_id, public_id=record_id)


def _gate(request, attachment, **kwargs):
    if attachment.level != D4:
        return None
    return ask_reason(request, attachment.person, D4, **kwargs)


def _reading(attachment):
    return ReadKind.PROTECTION if attachment.level == D4 else ReadKind.FILE


def _hand_out(attachment, file, media_type, *, inline=False):
    """A file under a name of ours, which tells no more than the number of the file."""
    number = attachment.person.file_number
    name = f"{number}-{attachment.uploaded_at:%Y%m%d}-{attachment.pk}.{EXTENSIONS[media_type]}"
    return hand_out(file, name=name, media_type=media_type, inline=inline)
