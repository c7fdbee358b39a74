"""The whole file of a person, section by section, and what may be added to it."""

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.forms.household import EconomyForm, EducationForm, HouseholdForm, SkillForm
from beneficiaries.models import EconomicSituation, HouseholdMember, Person, Trip, WorkExperience
from beneficiaries.registry import sections_of
from beneficiaries.views.people import add_to_file, change_in_file, get_person
from beneficiaries.views.summaries import file_sections
from genesis.lib.policy import allow

ASK = require_http_methods(["GET", "HEAD", "POST"])


@allow(Permission.PERSON_VIEW)
@require_safe
def person_file(request, public_id):
    person = get_object_or_404(_whole_files(request.user), public_id=public_id)
    can_change = permissions.can_change(request.user, person)
    context = {
        "person": person,
        "sections": file_sections(person, can_change),
        "subnav": sections_of(person, request.user, here="beneficiaries:person_file"),
        "may_protect": permissions.can_read_sensitive(request.user, person),
    }
    record_reading(request, people=[person.pk])
    return render(request, "beneficiaries/person_file.html", context)


def _whole_files(user):
    """Visible people with every section of D1 to D3, in a fixed number of queries."""
    trips = Trip.objects.select_related(
        "return_country", "return_port", "destination_country", "destination_state"
    )
    jobs = WorkExperience.objects.select_related(
        "country", "state", "isic_section", "proof", "pay_currency", "pay_period"
    )
    household = HouseholdMember.objects.select_related("relationship", "own_file")
    economies = EconomicSituation.objects.select_related("employment_status", "creditor")
    return (
        Person.objects.visible_to(user)
        .select_related(
            "office",
            "birth_country",
            "birth_district",
            "marital_status",
            "contact__previous_country",
            "contact__previous_state",
            "contact__emergency_relationship",
            "education__level",
            "education__title_country",
            "education__english_level",
            "education__driving_licence",
            "education__phone_kind",
        )
        .prefetch_related(
            "documents",
            Prefetch("trips", trips.order_by("return_date", "pk")),
            Prefetch("jobs", jobs.order_by("start_date", "pk")),
            Prefetch("household", household.order_by("birth_year", "pk")),
            "skills__level",
            Prefetch("economies", economies.order_by("-on")),
        )
    )


def _file_of(person):
    return reverse("beneficiaries:person_file", args=[person.public_id])


@allow(Permission.PERSON_CHANGE)
@ASK
def household_create(request, public_id):
    person = get_person(request, public_id)
    visible = Person.objects.visible_to(request.user)
    form = HouseholdForm(request.POST or None, person=person, visible=visible)
    title = _("Add a member of the household")
    return add_to_file(request, person, form, title=title, then=_file_of(person))


@allow(Permission.PERSON_CHANGE)
@ASK
def household_change(request, public_id, record_id):
    person = get_person(request, public_id)
    member = get_object_or_404(person.household, public_id=record_id)
    visible = Person.objects.visible_to(request.user)
    form = HouseholdForm(request.POST or None, instance=member, person=person, visible=visible)
    title = _("Member of the household")
    return change_in_file(request, person, member, form, title=title, then=_file_of(person))


@allow(Permission.PERSON_CHANGE)
@ASK
def education_change(request, public_id):
    """There is one education: the first time it is added, then corrected."""
    person = get_person(request, public_id)
    return set_in_file(
        request,
        person,
        "education",
        EducationForm,
        title=_("Education and skills"),
        then=_file_of(person),
    )


def set_in_file(request, person, name, form_of, *, title, then):
    """Add or correct the one record of its kind that a person has."""
    record = getattr(person, name, None)
    form = form_of(request.POST or None, instance=record)
    if record is None:
        return add_to_file(request, person, form, title=title, then=then)
    return change_in_file(request, person, record, form, title=title, then=then)


@allow(Permission.PERSON_CHANGE)
@ASK
def skill_create(request, public_id):
    person = get_person(request, public_id)
    form = SkillForm(request.POST or None)
    return add_to_file(request, person, form, title=_("Add a skill"), then=_file_of(person))


@allow(Permission.PERSON_CHANGE)
@ASK
def skill_change(request, public_id, record_id):
    person = get_person(request, public_id)
    skill = get_object_or_404(person.skills, public_id=record_id)
    form = SkillForm(request.POST or None, instance=skill)
    return change_in_file(request, person, skill, form, title=_("Skill"), then=_file_of(person))


@allow(Permission.PERSON_CHANGE)
@ASK
def economy_create(request, public_id):
    person = get_person(request, public_id)
    form = EconomyForm(request.POST or None)
    title = _("Record the economic situation")
    return add_to_file(request, person, form, title=title, then=_file_of(person))


@allow(Permission.PERSON_CHANGE)
@ASK
def economy_change(request, public_id, record_id):
    person = get_person(request, public_id)
    economy = get_object_or_404(person.economies, public_id=record_id)
    form = EconomyForm(request.POST or None, instance=economy)
    title = _("Economic situation")
    return change_in_file(request, person, economy, form, title=title, then=_file_of(person))
