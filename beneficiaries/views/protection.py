"""What may put a person in danger: a page behind the gate, and its forms (D4)."""

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.actions import people
from beneficiaries.actions.correcting import is_to_be_corrected
from beneficiaries.forms.protection import (
    CircumstancesForm,
    DisplacementForm,
    DoNotContactForm,
    MemberHealthForm,
    SafeContactForm,
    SensitiveProfileForm,
)
from beneficiaries.models import HouseholdMember, Person, Trip
from beneficiaries.registry import sections_of
from beneficiaries.views.gate import (
    KINDS,
    ask_reason,
    ask_to_write_down,
    record_protected_reading,
    where_to_agree,
)
from beneficiaries.views.people import get_person, take_answers
from beneficiaries.views.summaries import protected_sections
from genesis.lib.policy import allow, require
from genesis.lib.sensitivity import D4

ASK = require_http_methods(["GET", "HEAD", "POST"])


@allow(Permission.PERSON_SENSITIVE)
@require_safe
def person_protection(request, public_id):
    person = get_object_or_404(_protected(request.user), public_id=public_id)
    if not permissions.can_read_sensitive(request.user, person):
        require(permissions.can_break_glass(request.user, person))
        return redirect("beneficiaries:access_create", public_id=person.public_id)
    if gate := ask_reason(request, person, D4):
        return gate
    can_write = permissions.can_protect(request.user, person)
    context = {
        "person": person,
        "agree_url": where_to_agree(request, person) if can_write else "",
        "sections": protected_sections(person, can_write),
        "subnav": sections_of(person, request.user, here="beneficiaries:person_protection"),
    }
    record_protected_reading(request, person, D4)
    return render(request, "beneficiaries/person_protection.html", context)


def _protected(user):
    """Visible people with every protected section, in a fixed number of queries."""
    trips = Trip.objects.select_related("return_country", "circumstances__return_type")
    return (
        Person.objects.visible_to(user)
        .select_related(
            "office",
            "safe_contact",
            "displacement__solution",
            "displacement__origin_district",
            "sensitive_profile__gender_identity",
        )
        .prefetch_related(
            "do_not_contact__organization",
            Prefetch("trips", trips.order_by("return_date", "pk")),
            Prefetch("household", HouseholdMember.objects.select_related("health")),
            "intake_notes",
        )
    )


def _write(request, public_id, form_of, *, title, record=None, more=None):
    """Add a protected record, or correct `record`, behind the gate and for who is assigned."""
    person = get_person(request, public_id)
    require(permissions.can_protect(request.user, person))
    record, more = (record or (lambda of: None))(person), (more or (lambda of: {}))(person)
    corrects = record is not None and is_to_be_corrected(person)
    if people.is_sensitive(form_of.model) and not corrects:
        if gate := ask_to_write_down(request, person):
            return gate
    if gate := ask_reason(request, person, D4):
        return gate
    asked = {"person": person} if form_of is MemberHealthForm else {}
    form = form_of(request.POST or None, instance=record, **asked)

    def act():
        if record is None:
            key = form.cleaned_data["key"]
            answers = form.record() | more
            people.add_record(form.model, person, key=key, by=request.user, **answers)
        else:
            version = form.cleaned_data["version"]
            people.change_record(record, version=version, by=request.user, **form.record())

    then = reverse("beneficiaries:person_protection", args=[person.public_id])
    return take_answers(request, form, person, act, title=title, then=then, kind=KINDS[D4])


@allow(Permission.PERSON_PROTECT)
@ASK
def sensitive_change(request, public_id):
    return _write(
        request,
        public_id,
        SensitiveProfileForm,
        title=_("Identity and everyday life"),
        record=lambda person: getattr(person, "sensitive_profile", None),
    )


@allow(Permission.PERSON_PROTECT)
@ASK
def safe_contact_change(request, public_id):
    return _write(
        request,
        public_id,
        SafeContactForm,
        title=_("Safe contact"),
        record=lambda person: getattr(person, "safe_contact", None),
    )


@allow(Permission.PERSON_PROTECT)
@ASK
def displacement_change(request, public_id):
    return _write(
        request,
        public_id,
        DisplacementForm,
        title=_("Displacement"),
        record=lambda person: getattr(person, "displacement", None),
    )


@allow(Permission.PERSON_PROTECT)
@ASK
def do_not_contact_create(request, public_id):
    return _write(request, public_id, DoNotContactForm, title=_("Add whom not to contact"))


@allow(Permission.PERSON_PROTECT)
@ASK
def do_not_contact_change(request, public_id, record_id):
    return _write(
        request,
        public_id,
        DoNotContactForm,
        title=_("Do not contact"),
        record=lambda person: get_object_or_404(person.do_not_contact, public_id=record_id),
    )


@allow(Permission.PERSON_PROTECT)
@ASK
def circumstances_change(request, public_id, record_id):
    """Why and how of one journey: there is one of it for each."""
    return _write(
        request,
        public_id,
        CircumstancesForm,
        title=_("Circumstances of the journey"),
        record=lambda person: person.circumstances.filter(trip__public_id=record_id).first(),
        more=lambda person: {"trip": get_object_or_404(person.trips, public_id=record_id)},
    )


@allow(Permission.PERSON_PROTECT)
@ASK
def member_health_create(request, public_id):
    return _write(request, public_id, MemberHealthForm, title=_("Health in the household"))


@allow(Permission.PERSON_PROTECT)
@ASK
def member_health_change(request, public_id, record_id):
    return _write(
        request,
        public_id,
        MemberHealthForm,
        title=_("Health of a member of the household"),
        record=lambda person: get_object_or_404(person.members_health, public_id=record_id),
    )
