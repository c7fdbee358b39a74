"""The gates before protected data: her consent, and a reason once per person and day."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.actions.history import record_reading
from accounts.actions.reasons import give_reason, has_reason
from accounts.choices import ReadKind
from accounts.roles import Permission
from beneficiaries.actions.consents import RESTRICTED, has_consent
from beneficiaries.choices import ConsentPurpose
from beneficiaries.forms.protection import ReasonForm
from beneficiaries.models import Person, SafetyProtocol
from beneficiaries.views.people import get_person
from genesis.lib.pages import is_ours, render_form
from genesis.lib.policy import signed_in
from genesis.lib.sensitivity import D4, D5, D6

LEVELS = {
    D4: gettext_lazy("Protected data"),
    D5: gettext_lazy("Psychosocial file"),
    D6: gettext_lazy("Legal file"),
}
KINDS = {D4: ReadKind.PROTECTION, D5: ReadKind.PSYCHOSOCIAL, D6: ReadKind.LEGAL}
ASK = require_http_methods(["GET", "HEAD", "POST"])


def ask_reason(request, person, level, *, back_to=""):
    """Return the way to the page that asks for a reason; None once it was given today.

    A view asks this after `require(can_…)`, and returns what it gets (CASE-12). What is
    sent (POST) shows nothing that is kept, so that midnight takes no typed text away.
    A file leads `back_to` the page with its link: a download leaves the question standing.
    """
    if request.method == "POST" or has_reason(request.user, person.pk, level):
        return None
    where = reverse("beneficiaries:reason_give", args=[person.public_id, level.lower()])
    return redirect(f"{where}?{urlencode({'next': back_to or request.get_full_path()})}")


def ask_to_write_down(request, person):
    """Return the way to the consent to sensitive data; None where she gave it (CASE-3).

    A view asks this before a form of protected answers. What is sent (POST) the action
    answers at the form, so that no typed text is lost.
    """
    if request.method == "POST" or has_consent(person, ConsentPurpose.SENSITIVE):
        return None
    if person.restricted_at:
        messages.error(request, RESTRICTED)
        return redirect("beneficiaries:person_protection", person.public_id)
    return redirect(where_to_agree(request, person))


def where_to_agree(request, person):
    """The page that asks for the consent to sensitive data, and leads back to this one.

    Empty where she gave it, or where no consent counts as her data are restricted.
    """
    if person.restricted_at or has_consent(person, ConsentPurpose.SENSITIVE):
        return ""
    where = reverse("beneficiaries:consent_create", args=[person.public_id, "sensitive"])
    return f"{where}?{urlencode({'siguiente': request.get_full_path()})}"


def record_protected_reading(request, person, level):
    """Keep that somebody was shown a protected part of a file, with its kind."""
    record_reading(request, people=[person.pk], kind=KINDS[level])


@signed_in
@ASK
def reason_give(request, public_id, level):
    """Ask why, and lead on to the page that was asked for, which says whether they may."""
    level = level.upper()
    if level not in LEVELS:
        raise Http404
    person, template = _person_of(request, public_id)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        give_reason(person.pk, level=level, reason=form.cleaned_data["reason"], by=request.user)
        return redirect(_page_asked_for(request, person))
    record_reading(request, people=[person.pk])
    return render_form(
        request,
        template,
        form,
        person=person,
        title=LEVELS[level],
        lead=_("It may put her or him in danger. Say once a day why you open it."),
    )


def _person_of(request, public_id):
    """Somebody whom they see, or whose safety protocol they follow, with the page to ask on."""
    followed = SafetyProtocol.objects.visible_to(request.user).filter(person__public_id=public_id)
    if request.user.may(Permission.PERSON_VIEW) or not followed.exists():
        return get_person(request, public_id), "beneficiaries/record_form.html"
    return Person.objects.get(public_id=public_id), "beneficiaries/protocol_form.html"


def _page_asked_for(request, person):
    page = request.GET.get("next", "")
    return page if is_ours(page) else person.get_absolute_url()
