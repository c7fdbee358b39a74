"""Narrowing the list of people.

Nothing here tells of more than D2, which every role reads that opens the list: what is
protected, and the services that are sealed, are no filters.
"""

import re
from datetime import timedelta

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.roles import EVERYWHERE, GRANTS, Permission, Role
from beneficiaries.choices import (
    CaseState,
    ConsentPurpose,
    Outcome,
    Sector,
    Service,
    Sex,
    Status,
)
from beneficiaries.columns import columns_for
from beneficiaries.models import Appointment, Case, Consent, Department, Person, ServiceRecord
from beneficiaries.models.accompaniment import late_plans, late_reviews, silent_since
from beneficiaries.models.places import districts_named
from beneficiaries.permissions import SEALED_SERVICES
from beneficiaries.rules.care import PLAN_WITHIN
from genesis.lib.days import AGE_BANDS, births_of
from genesis.lib.filters import ListFilter
from genesis.lib.forms import DateInput
from genesis.lib.search import plain

WHOSE = [("mias", _("Mine")), ("sin", _("To be assigned"))]
AGES = [
    *((band, band.replace("-", "–").replace("<", "< ")) for band in AGE_BANDS[:-1]),
    (AGE_BANDS[-1], _("Not known")),
]
MEETINGS = [
    ("hoy", _("Today")),
    ("semana", _("In the next seven days")),
    ("sin", _("None to come")),
    ("pasada", _("Past, and not closed")),
]
LATE = [("plan", _("Not proposed in time")), ("revision", _("Review overdue"))]
TOLD = [(each.value, each.label) for each in Service if each not in SEALED_SERVICES]
# What the address of the list says besides its filters.
AROUND = {"orden", "columnas", "vista", "antes", "despues", "todas", "persona"}
MOST_SAID = 5
LONGEST_SILENCE = 3650  # days


def offices_of(request):
    """The offices whose people somebody sees."""
    return request.user.organizations_where(Permission.PERSON_VIEW).offices().order_by("sort_name")


def colleagues_of(request):
    """The caseworkers of the offices whose people somebody sees."""
    offices = request.user.organizations_where(Permission.PERSON_VIEW)
    caseworkers = User.objects.with_role(Role.CASEWORKER, at_any=offices)
    return caseworkers.order_by("sort_name", "pk")


def sees_several_offices(user):
    seeing = [each for each in user.current_roles if Permission.PERSON_VIEW in GRANTS[each.role]]
    everywhere = any(each.role in EVERYWHERE for each in seeing)
    return everywhere or len({each.organization_id for each in seeing}) > 1


def _slug(name):
    """A name out of an address, as far as it may be one: a page repeats nobody's sentences."""
    return name if re.fullmatch("[a-z_]{1,30}", name) else "…"


def is_a_district(text):
    if plain(text) and not districts_named(text):
        raise ValidationError(_("No district has a name like this."))


class DaysFilter(django_filters.Filter):
    """A number of days."""

    field_class = forms.IntegerField


class PersonFilter(ListFilter):
    """By who she is, where she lives, whose she is, and what her case waits for."""

    keeps = ("orden", "columnas", "vista")
    first = ("nombre", "caso", "responsable", "estado", "oficina", "departamento", "perfil")
    bare = "vista="

    nombre = django_filters.CharFilter(method="by_name", label=_("Name"))
    caso = django_filters.ChoiceFilter(
        method="by_caseworker", choices=WHOSE, label=_("Cases"), empty_label=_("All")
    )
    responsable = django_filters.ModelChoiceFilter(
        method="by_colleague",
        queryset=colleagues_of,
        label=_("Caseworker"),
        empty_label=_("All"),
    )
    estado = django_filters.ChoiceFilter(
        method="by_state", choices=CaseState, label=_("Case state"), empty_label=_("All")
    )
    oficina = django_filters.ModelChoiceFilter(
        field_name="office", queryset=offices_of, label=_("Office"), empty_label=_("All")
    )
    departamento = django_filters.ModelChoiceFilter(
        field_name="district__department",
        queryset=Department.objects.order_by("code"),
        label=_("Department"),
        empty_label=_("All"),
    )
    perfil = django_filters.ChoiceFilter(
        field_name="status", choices=Status, label=_("Profile"), empty_label=_("All")
    )
    distrito = django_filters.CharFilter(
        method="by_district",
        label=_("District"),
        max_length=60,
        validators=[is_a_district],
    )
    sector = django_filters.ChoiceFilter(choices=Sector, label=_("Sector"), empty_label=_("All"))
    elegibilidad = django_filters.ChoiceFilter(
        method="by_outcome", choices=Outcome, label=_("Eligibility"), empty_label=_("All")
    )
    servicio = django_filters.ChoiceFilter(
        method="by_service", choices=TOLD, label=_("Service received"), empty_label=_("All")
    )
    contacto = DaysFilter(
        method="by_silence",
        label=_("Days without contact, or more"),
        min_value=1,
        max_value=LONGEST_SILENCE,
    )
    cita = django_filters.ChoiceFilter(
        method="by_meeting", choices=MEETINGS, label=_("Appointment"), empty_label=_("All")
    )
    plan = django_filters.ChoiceFilter(
        method="by_lateness", choices=LATE, label=_("Plan overdue"), empty_label=_("All")
    )
    consentimiento = django_filters.ChoiceFilter(
        method="by_missing_consent",
        choices=ConsentPurpose,
        label=_("Consent missing"),
        empty_label=_("All"),
    )
    sexo = django_filters.ChoiceFilter(
        field_name="sex", choices=Sex, label=_("Sex"), empty_label=_("All")
    )
    edad = django_filters.ChoiceFilter(
        method="by_age", choices=AGES, label=_("Age"), empty_label=_("All")
    )
    desde = django_filters.DateFilter(
        field_name="registered_on",
        lookup_expr="gte",
        label=pgettext_lazy("person", "Registered from"),
        widget=DateInput,
    )
    hasta = django_filters.DateFilter(
        field_name="registered_on",
        lookup_expr="lte",
        label=pgettext_lazy("person", "Registered until"),
        widget=DateInput,
    )

    class Meta:
        model = Person
        fields = []
        form = forms.Form

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not sees_several_offices(self.request.user):
            del self.filters["oficina"]

    def problems(self):
        """Also the filters and columns that the address names and the list does not have."""
        asked = [name for name in self.data if name not in self.filters and name not in AROUND]
        lacking = [_("The list has no filter “{name}”.").format(name=_slug(name)) for name in asked]
        named = self.data.get("columnas", "").split(",")
        shown = {each.key for each in columns_for(self.request.user, named)}
        unseen = [key for key in named if key and key not in shown]
        lacking += [_("The list has no column “{name}”.").format(name=_slug(key)) for key in unseen]
        return [*super().problems(), *lacking[:MOST_SAID]]

    def by_name(self, people, _name, text):
        return people.called(text)

    def by_caseworker(self, people, _name, whose):
        return (
            people.assigned_to(self.request.user)
            if whose == "mias"
            else people.without_caseworker()
        )

    def by_colleague(self, people, _name, caseworker):
        return people.accompanied_by(caseworker)

    def by_state(self, people, _name, state):
        """By where the newest episode stands: an ended one counts until another opens."""
        return _of_cases(people, Case.objects.filter(state=state).newest())

    def by_outcome(self, people, _name, outcome):
        """Of the newest episode, as the column shows it."""
        return _of_cases(people, Case.objects.filter(outcome=outcome).newest())

    def by_district(self, people, _name, text):
        return people.filter(district__in=districts_named(text))

    def by_service(self, people, _name, service):
        received = ServiceRecord.objects.standing().filter(service=service)
        return people.filter(pk__in=received.values("person"))

    def by_silence(self, people, _name, days):
        day = timezone.localdate() - timedelta(days=days)
        return _of_cases(people, silent_since(Case.objects.open(), day))

    def by_meeting(self, people, _name, when):
        if when == "sin":
            coming = Appointment.objects.open().filter(starts_at__gte=timezone.now())
            return people.filter(~Exists(coming.filter(person=OuterRef("pk"))))
        return people.filter(pk__in=_meetings(when).values("person"))

    def by_lateness(self, people, _name, what):
        late = (
            late_plans(Case.objects.open(), timezone.localdate() - PLAN_WITHIN)
            if what == "plan"
            else late_reviews(Case.objects.open(), timezone.localdate())
        )
        return _of_cases(people, late)

    def by_missing_consent(self, people, _name, purpose):
        agreed = Consent.objects.in_force().for_purpose(purpose)
        return people.filter(~Exists(agreed.filter(person=OuterRef("pk"))))

    def by_age(self, people, _name, band):
        today = timezone.localdate()
        if band == "unknown":
            return people.filter(Q(birth_date=None) | Q(birth_date__gt=today))
        first, last = births_of(band, today)
        people = people.filter(birth_date__lte=last)
        return people.filter(birth_date__gte=first) if first else people


def _of_cases(people, cases):
    return people.filter(pk__in=cases.values("person"))


def _meetings(when):
    now, open_ones = timezone.now(), Appointment.objects.open()
    if when == "pasada":
        return open_ones.filter(ends_at__lt=now)
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    days = 1 if when == "hoy" else 7
    return open_ones.filter(
        starts_at__gte=midnight if when == "hoy" else now,
        starts_at__lt=midnight + timedelta(days=days),
    )
