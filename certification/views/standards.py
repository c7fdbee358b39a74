"""The competency standards, as everybody in certification may read them, and how they differ.

Answer keys are shown to who may read them alone.
"""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.roles import Permission
from certification import permissions
from certification.contributions.register import history_of
from certification.documents.standards import as_yaml, document_of, stated
from certification.models import StandardDraft, StandardRetirement, StandardVersion
from certification.rules.comparing import compare, weights
from certification.rules.standard_document import without_keys
from certification.rules.standards import examine, lint
from genesis.lib.pages import hand_out, render_page
from genesis.lib.policy import allow
from genesis.lib.uploads import EXTENSIONS

TYPES = {extension: media_type for media_type, extension in EXTENSIONS.items()}


def get_version(public_id):
    versions = StandardVersion.objects.select_related("standard", "draft", "retirement__by")
    return get_object_or_404(versions, public_id=public_id)


@allow(Permission.STANDARD_VIEW)
@require_safe
def standard_list(request):
    drafts = StandardDraft.objects.visible_to(request.user).open()
    context = {
        "versions": StandardVersion.objects.select_related("standard").order_by(
            "standard__code", "-number"
        ),
        "drafts": drafts.order_by("code", "number", "pk"),
        "may_write": request.user.may(Permission.STANDARD_AUTHOR),
    }
    return render_page(request, "certification/standard_list.html", context)


@allow(Permission.STANDARD_VIEW)
@require_safe
def standard_detail(request, public_id):
    """A version as it is judged, what its committee wrote, and what became of it."""
    version = get_version(public_id)
    standard = examine(document_of(version)).standard
    draft = getattr(version, "draft", None)
    retirement = getattr(version, "retirement", None)
    records = {StandardVersion: [version.pk]} | ({StandardDraft: [draft.pk]} if draft else {})
    records |= {StandardRetirement: [retirement.pk]} if retirement else {}
    may_read_minutes = permissions.can_read_minutes(request.user)
    context = {
        "version": version,
        "standard": standard,
        "warnings": lint(standard),
        "draft": draft,
        "retirement": retirement,
        "approvals": draft.votes().select_related("by").order_by("at", "pk") if draft else [],
        "history": history_of(records, with_reasons=may_read_minutes),
        "may_read_keys": request.user.may(Permission.STANDARD_KEYS),
        "may_read_minutes": may_read_minutes,
        "may_write": request.user.may(Permission.STANDARD_AUTHOR),
        "may_retire": permissions.can_retire(request.user, version),
    }
    return render_page(request, "certification/standard_detail.html", context)


@allow(Permission.STANDARD_VIEW)
@require_safe
def standard_file(request, public_id):
    """The version as a file that may be sent in again: with its keys for who may read them."""
    version = get_version(public_id)
    document = document_of(version)
    return answer_yaml(request, document, version.standard.code, version.number, stated(version))


def answer_yaml(request, document, code, number, state):
    if not request.user.may(Permission.STANDARD_KEYS):
        document, _keys = without_keys(document)
    name = content_disposition_header(True, f"{code}-v{number}.yaml")
    return HttpResponse(
        as_yaml(document, state=state),
        content_type="application/yaml; charset=utf-8",
        headers={"Content-Disposition": name, "X-Content-Type-Options": "nosniff"},
    )


@allow(Permission.STANDARD_VIEW)
@require_safe
def standard_compare(request, public_id):
    """What this version has that another one has not, and what it says otherwise."""
    version = get_version(public_id)
    others = version.standard.versions.exclude(pk=version.pk).order_by("-number")
    other = _chosen(request, others, version)
    context = {
        "record": version,
        "other": other,
        "others": others,
        "here": _("Version %(number)s") % {"number": version.number},
    }
    if other:
        context |= compared(request.user, document_of(other), document_of(version))
    return render_page(request, "certification/standard_compare.html", context)


def _chosen(request, others, version):
    """The version that the address names, or the one before this one."""
    named = {str(each.number): each for each in others}
    if request.GET.get("con") in named:
        return named[request.GET["con"]]
    before = [each for each in others if each.number < version.number]
    return next(iter(before or others), None)


def compared(user, before, after):
    old, new = examine(before).standard, examine(after).standard
    with_keys = user.may(Permission.STANDARD_KEYS)
    return {
        "sections": compare(old, new, with_keys=with_keys),
        "weights": weights(old, new),
    }


@allow(Permission.STANDARD_VIEW)
@require_safe
def minutes_file(request, public_id):
    """The minutes of the meeting that approved a version, as they were signed."""
    draft = get_object_or_404(
        StandardDraft.objects.visible_to(request.user), published_as__public_id=public_id
    )
    if not draft.minutes_file:
        raise Http404
    extension = draft.minutes_file.name.rpartition(".")[2]
    return hand_out(
        draft.minutes_file,
        name=f"acta-{draft.code}-v{draft.number}.{extension}",
        media_type=TYPES[extension],
    )
