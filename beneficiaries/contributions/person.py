"""What the registry itself puts on a person's page: her file, her eligibility and her case."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.choices import OrganizationKind
from accounts.models import Organization, User
from accounts.registry import Panel, Use
from accounts.roles import Permission
from beneficiaries import permissions
from beneficiaries.choices import (
    CaseState,
    Outcome,
    Population,
    Sector,
)
from beneficiaries.contributions import care
from beneficiaries.models import (
    Case,
    Funding,
    OrganizationPlace,
    Person,
)
from beneficiaries.registry import Section, Step
from genesis.templatetags.days import known_to

TONES = {
    Outcome.ELIGIBLE: "ok",
    Outcome.EXCEPTION: "ok",
    Outcome.ELIGIBLE_PARTIAL: "curso",
    Outcome.PENDING: "alerta",
    Outcome.NOT_ELIGIBLE: "plain",
}

CASE_TONES = {
    CaseState.REGISTERED: "plain",
    CaseState.SCREENED: "plain",
    CaseState.ELIGIBLE: "ok",
    CaseState.ELIGIBLE_PARTIAL: "curso",
    CaseState.PENDING: "alerta",
    CaseState.NOT_ELIGIBLE: "plain",
    CaseState.EXCEPTION: "ok",
    CaseState.ACTIVE: "ok",
    CaseState.ON_HOLD: "alerta",
    CaseState.CLOSING: "alerta",
    CaseState.CLOSED: "plain",
    CaseState.MERGED: "plain",
    CaseState.UNDONE: "plain",
}

SECTIONS = [
    Section(gettext_lazy("Summary"), "beneficiaries:person_detail", Permission.PERSON_VIEW),
    Section(gettext_lazy("Case"), "beneficiaries:case_detail", Permission.PERSON_VIEW),
    Section(
        gettext_lazy("Appointments and groups"),
        "beneficiaries:appointment_list",
        Permission.PERSON_VIEW,
    ),
    Section(gettext_lazy("Whole file"), "beneficiaries:person_file", Permission.PERSON_VIEW),
    Section(
        gettext_lazy("Papers and photos"), "beneficiaries:attachment_list", Permission.PERSON_VIEW
    ),
    Section(gettext_lazy("Consents"), "beneficiaries:consent_list", Permission.PERSON_VIEW),
    Section(
        gettext_lazy("Reintegration index"), "beneficiaries:index_detail", Permission.INDEX_VIEW
    ),
    Section(
        gettext_lazy("Opinion and rights"), "beneficiaries:voice_detail", Permission.PERSON_VIEW
    ),
    Section(gettext_lazy("Plan and services"), "beneficiaries:plan_detail", Permission.PERSON_VIEW),
    Section(gettext_lazy("Needs and risk"), "beneficiaries:needs_detail", Permission.RISK_VIEW),
    Section(
        gettext_lazy("Protection"), "beneficiaries:person_protection", Permission.PERSON_SENSITIVE
    ),
]

WAITING = 50  # of each kind, the oldest first: more than anybody answers in a day

VERBS = {
    "person.registered": gettext_lazy("Registered"),
    "person.merged": gettext_lazy("Another file of the same person merged into this one"),
    "person.undone": gettext_lazy("Registration taken back with its import"),
    "person.unmerged": gettext_lazy("Merge of two files undone"),
    "suspicion.told_apart": gettext_lazy("Told apart from a file that looks alike"),
    "person.changed": gettext_lazy("Personal details changed"),
    "person.restricted": gettext_lazy("Data restricted: kept, and not used"),
    "person.unrestricted": gettext_lazy("Data may be used again"),
    "contact.changed": gettext_lazy("Contact changed"),
    "attachment.added": gettext_lazy("Paper or photo added"),
    "attachment.replaced": gettext_lazy("Paper or photo replaced"),
    "attachment.voided": gettext_lazy("Paper or photo voided"),
    "identitydocument.added": gettext_lazy("Document added"),
    "identitydocument.changed": gettext_lazy("Document changed"),
    "trip.added": gettext_lazy("Return added"),
    "trip.changed": gettext_lazy("Return changed"),
    "workexperience.added": gettext_lazy("Work experience added"),
    "workexperience.changed": gettext_lazy("Work experience changed"),
    "householdmember.added": gettext_lazy("Member of the household added"),
    "householdmember.changed": gettext_lazy("Member of the household changed"),
    "education.added": gettext_lazy("Education added"),
    "education.changed": gettext_lazy("Education changed"),
    "skill.added": gettext_lazy("Skill added"),
    "skill.changed": gettext_lazy("Skill changed"),
    "economicsituation.added": gettext_lazy("Economic situation added"),
    "economicsituation.changed": gettext_lazy("Economic situation changed"),
    "case.opened": gettext_lazy("Case opened"),
    "eligibility.decided": gettext_lazy("Eligibility decided"),
    "case.assigned": gettext_lazy("Case assigned"),
    "case.reopened": gettext_lazy("New case opened"),
    "case.screened": gettext_lazy("Screening done"),
    "case.activated": gettext_lazy("Case active: the person agreed to the plan"),
    "case.held": gettext_lazy("Case put on hold"),
    "case.resumed": gettext_lazy("Case active again"),
    "case.closing": gettext_lazy("Closing asked for"),
    "case.closing_returned": gettext_lazy("Closing given back"),
    "case.closed": gettext_lazy("Case closed"),
    "case.merged": gettext_lazy("Case merged into another file"),
    "case.undone": gettext_lazy("Case taken back with its import"),
    "exception.asked": gettext_lazy("Exception asked for"),
    "exception.granted": gettext_lazy("Exception granted"),
    "exception.refused": gettext_lazy("Exception refused"),
    "transfer.asked": gettext_lazy("Another office asks for the file"),
    "transfer.accepted": gettext_lazy("File handed on to another office"),
    "transfer.refused": gettext_lazy("File not handed on"),
    "consent.granted": gettext_lazy("Consent given"),
    "consent.withdrawn": gettext_lazy("Consent withdrawn"),
    "consent.refused": gettext_lazy("Said no to a purpose"),
    "consent.receipt": gettext_lazy("Receipt of consents made"),
    "safehours.added": gettext_lazy("Safe hours added"),
    "safehours.changed": gettext_lazy("Safe hours changed"),
    "message.prepared": gettext_lazy("Message prepared"),
    "message.sent": gettext_lazy("Message sent"),
    "message.cancelled": gettext_lazy("Message cancelled"),
    "index.recorded": gettext_lazy("Reintegration index asked"),
    "index.voided": gettext_lazy("Reintegration index voided"),
    "appointment.made": gettext_lazy("Appointment made"),
    "appointment.confirmed": gettext_lazy("Appointment confirmed"),
    "appointment.done": gettext_lazy("Came to an appointment"),
    "appointment.no_show": gettext_lazy("Did not come to an appointment"),
    "appointment.excused": gettext_lazy("Excused from an appointment"),
    "appointment.cancelled": gettext_lazy("Appointment cancelled"),
    "appointment.moved": gettext_lazy("Appointment moved"),
    "enrolment.invited": gettext_lazy("Invited to a group"),
    "enrolment.enrolled": gettext_lazy("Enrolled in a group"),
    "enrolment.completed": gettext_lazy("Completed a group"),
    "enrolment.dropped": gettext_lazy("Left a group"),
    "enrolment.failed": gettext_lazy("Did not complete a group"),
    "enrolment.no_show": gettext_lazy("Never came to a group"),
    "service.recorded": gettext_lazy("Service received"),
    "needs.recorded": gettext_lazy("Needs and risk asked"),
    "goal.proposed": gettext_lazy("Goal proposed"),
    "plan.agreed": gettext_lazy("Plan agreed on with the person"),
    "plan.reviewed": gettext_lazy("Plan reviewed"),
    "attention.recorded": gettext_lazy("Attention"),
    "opinion.recorded": gettext_lazy("Asked how satisfied she or he is"),
    "opinion.voided": gettext_lazy("Opinion voided"),
    "contact.attempted": gettext_lazy("Attempt to make contact"),
}


def steps(person: Person, user: User) -> list[Step]:
    """Registration, return, work and eligibility: what the file still lacks stands first."""
    return [
        _registration(person),
        *_return(person),
        _work(person),
        *care.needs(person),
        _eligibility(person),
        *care.plan(person),
    ]


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


# The page of the case


def steps_of_case(case: Case, user: User) -> list[dict[str, Any]]:
    """What `user` can do with a case now, the usual first."""
    offered = [(name, title) for name, title, may in _offers(case, user) if may]
    return [
        {"title": title, "url": reverse(f"beneficiaries:{name}", args=[case.person.public_id])}
        for name, title in offered
    ]


def _offers(case: Case, user: User) -> list[tuple[str, str, bool]]:
    accompanies = permissions.can_accompany(user, case)
    match case.state:
        case CaseState.REGISTERED:
            may = permissions.can_change(user, case.person)
            return [("case_screen", _("The screening is done"), may)]
        case CaseState.ELIGIBLE | CaseState.ELIGIBLE_PARTIAL | CaseState.EXCEPTION:
            return [("case_activate", _("Begin to accompany"), accompanies)]
        case CaseState.NOT_ELIGIBLE:
            decides = permissions.can_decide_exception(user, case)
            return [
                ("exception_decide", _("Decide on an exception"), decides),
                ("case_inform", _("Inform and close"), accompanies),
                ("exception_request", _("Ask for an exception"), accompanies),
            ]
        case CaseState.ACTIVE:
            return [
                ("case_request_closing", _("Ask for the closing"), accompanies),
                ("case_hold", _("Put on hold"), accompanies),
            ]
        case CaseState.ON_HOLD:
            return [
                ("case_resume", _("Go on with the case"), accompanies),
                ("case_request_closing", _("Ask for the closing"), accompanies),
            ]
        case CaseState.CLOSING:
            may = permissions.can_approve_closing(user, case)
            return [("case_approve", _("Approve the closing"), may)]
        case CaseState.CLOSED | CaseState.MERGED:
            return [
                ("case_reopen", _("Open a new case"), permissions.can_reopen(user, case.person))
            ]
    return []


def inputs_shown(inputs: dict[str, Any]) -> list[tuple[str, str]]:
    """What a decision was made on, in words; an input that was not known says so."""
    if not inputs:
        return []
    unknown = _("not known")
    rows = [
        (_("Registered on"), _day(inputs["registered_on"], "day") or unknown),
        (_("Profile"), _label(Population, inputs["population"]) or unknown),
        (_("Born"), _day(inputs["birth_date"], inputs["birth_precision"]) or unknown),
        (_("Returned on"), _day(inputs["return_date"], inputs["return_precision"]) or unknown),
    ]
    rows += [(_("Work"), _job(job, unknown)) for job in inputs["work"]]
    return rows if inputs["work"] else [*rows, (_("Work"), unknown)]


def _job(job: dict[str, Any], unknown: str) -> str:
    start = _day(job["start"], job["start_precision"]) or unknown
    end = _day(job["end"], job["end_precision"]) or unknown
    until = _("until the return") if job["ongoing"] else end
    sector = _label(Sector, job["sector"]) or unknown
    return f"{job['country'] or unknown}, {sector}: {start} – {until}"


def _label(choices: Any, code: str) -> str:
    return str(dict(choices.choices).get(code, code))


def _day(text: str | None, precision: str) -> str:
    return str(known_to(date.fromisoformat(text), precision)) if text else ""
