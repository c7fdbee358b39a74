"""What the registry itself puts on a person's page: her file and her eligibility."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.choices import OrganizationKind
from accounts.models import Organization, User
from accounts.registry import Panel, Use
from beneficiaries.choices import Outcome
from beneficiaries.models import Case, Funding, OrganizationPlace, Person
from beneficiaries.registry import Step

TONES = {
    Outcome.ELIGIBLE: "ok",
    Outcome.EXCEPTION: "ok",
    Outcome.ELIGIBLE_PARTIAL: "curso",
    Outcome.PENDING: "alerta",
    Outcome.NOT_ELIGIBLE: "plain",
}

VERBS = {
    "person.registered": gettext_lazy("Registered"),
    "person.changed": gettext_lazy("Personal details changed"),
    "contact.changed": gettext_lazy("Contact changed"),
    "identitydocument.added": gettext_lazy("Document added"),
    "identitydocument.changed": gettext_lazy("Document changed"),
    "trip.added": gettext_lazy("Return added"),
    "trip.changed": gettext_lazy("Return changed"),
    "workexperience.added": gettext_lazy("Work experience added"),
    "workexperience.changed": gettext_lazy("Work experience changed"),
    "case.opened": gettext_lazy("Case opened"),
    "eligibility.decided": gettext_lazy("Eligibility decided"),
    "case.assigned": gettext_lazy("Case assigned"),
    "consent.granted": gettext_lazy("Consent given"),
    "consent.withdrawn": gettext_lazy("Consent withdrawn"),
    "service.recorded": gettext_lazy("Service received"),
}


def steps(person: Person, user: User) -> list[Step]:
    """Registration, return, work and eligibility: what the file still lacks stands first."""
    return [_registration(person), *_return(person), _work(person), _eligibility(person)]


def _registration(person: Person) -> Step:
    on = date_format(person.registered_on, "DATE_FORMAT")
    return Step(
        _("Profile and registration"), _("Complete on {day}").format(day=on), _("Complete"), "ok"
    )


def _return(person: Person) -> list[Step]:
    if not person.is_returned:
        return []
    trips = list(person.trips.all())
    url = reverse("beneficiaries:trip_create", args=[person.public_id])
    if trips:
        country = trips[-1].return_country or _("Country missing")
        return [Step(_("Return"), str(country), _("Complete"), "ok")]
    return [
        Step(
            _("Return"),
            _("When and from where she or he returned"),
            _("Missing"),
            "alerta",
            url,
            _("Add the return."),
        )
    ]


def _work(person: Person) -> Step:
    jobs = list(person.jobs.all())
    if jobs:
        named = ", ".join(job.position or _("Occupation missing") for job in jobs)
        return Step(_("Work experience"), named, _("Complete"), "ok")
    return Step(
        _("Work experience"),
        _("At least the jobs abroad, with their dates"),
        _("Missing"),
        "alerta",
        reverse("beneficiaries:job_create", args=[person.public_id]),
        _("Add the work experience."),
    )


def _eligibility(person: Person) -> Step:
    cases = sorted(person.cases.all(), key=lambda case: case.episode)
    case = cases[-1] if cases else None
    url = f"{person.get_absolute_url()}#eligibility"
    if case is None:
        reason = _("Under 18: recorded, without a case of her or his own")
        return Step(_("Eligibility"), reason, _("Not applicable"), "plain")
    if not case.outcome:
        return Step(
            _("Eligibility"),
            _("Not decided yet"),
            _("Not started"),
            "plain",
            url,
            _("Decide on eligibility."),
        )
    todo = _("Complete what is missing and decide again.")
    return Step(
        _("Eligibility"),
        case.phase.name,
        case.get_outcome_display(),
        TONES[Outcome(case.outcome)],
        url,
        todo if case.outcome == Outcome.PENDING else "",
    )


def place_panel(organization: Organization, user: User) -> Iterator[Panel]:
    """Where an organization stands; for an office also what it covers."""
    url = reverse("programme:place_change", args=[organization.public_id])
    places = OrganizationPlace.objects.select_related("district__department")
    places = places.prefetch_related("departments", "municipalities")
    place = places.filter(organization=organization).first()
    district = place.district if place else None
    rows = [
        {
            "label": _("District"),
            "value": f"{district}, {district.department}" if district else "",
        }
    ]
    if OrganizationKind.OFFICE in organization.kinds:
        rows.append({"label": _("Covers"), "value": _territory(place) if place else ""})
    yield Panel(_("Place and territory"), rows, url=url, action=_("Change"))


def _territory(place: OrganizationPlace) -> str:
    departments = sorted(place.departments.all(), key=lambda each: each.code)
    municipalities = sorted(place.municipalities.all(), key=lambda each: each.code)
    return ", ".join([*map(str, departments), *map(str, municipalities)])


def uses(organization: Organization) -> Iterator[Use]:
    """For what the registry still needs an organization."""
    files = Person.objects.filter(office=organization).exists()
    cases = Case.objects.filter(office=organization, closed_on=None).count()
    if files or cases:
        words = ngettext("%d open case is held there.", "%d open cases are held there.", cases)
        yield Use(
            words % cases if cases else _("It holds people’s files."),
            kind=OrganizationKind.OFFICE,
            hinders_end=bool(cases),
        )
    if Funding.objects.filter(donor=organization).exists():
        yield Use(_("It funds a phase."), kind=OrganizationKind.DONOR, hinders_end=False)
