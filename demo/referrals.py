"""Institutions of the directory, people referred to them, and people whom others send."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from accounts.actions.organizations import create_organization
from accounts.choices import OrganizationKind
from accounts.models import Organization, User
from accounts.roles import Role
from beneficiaries.actions import cases, referrals
from beneficiaries.actions.consents import grant_consent, may_share
from beneficiaries.actions.directory import set_directory_entry
from beneficiaries.actions.incoming import move_incoming, receive_referral
from beneficiaries.actions.referral_links import make_link
from beneficiaries.choices import (
    ENDED_STATES,
    ConsentChannel,
    ConsentPurpose,
    IncomingState,
    ReferralOutcome,
    ReferralState,
)
from beneficiaries.models import Case, Department, LookupValue, Person, Referral
from demo.cast import Cast, address
from demo.clock import at

INSTITUTIONS = [
    (
        "comedor",
        "Comedor San Martín (ejemplo)",
        ["food"],
        "Hna. Teresa Alvarado",
        "Lunes a viernes, 7:00 a 13:00. Llevar cualquier documento.",
        ["06"],
    ),
    (
        "clinica",
        "Clínica Comunal Las Flores (ejemplo)",
        ["health", "mental_health"],
        "Dra. Irma Chicas",
        "Citas por teléfono.",
        [],
    ),
    (
        "albergue",
        "Albergue Nueva Esperanza (ejemplo)",
        ["shelter", "protection"],
        "Lic. Mario Rivas",
        "Se llama antes de enviar a alguien.",
        ["06", "02"],
    ),
]
SENT_BY_OTHERS = ["Wilber Antonio Mejía", "Glenda Beatriz Orellana", "Nelson Ayala"]
WAYS = [[], ["ready"], ["sent"], ["sent", "late"], ["sent", "accept"], ["sent", "accept", "end"]]
WAYS += [["sent", "decline"], ["sent", "accept", "begin"]]


def refer(people: list[Person], cast: Cast) -> int:
    """One referral in each state, each of somebody else; and three people who were sent to us."""
    institutions = [_institution(each) for each in INSTITUTIONS]
    referred = [each for each in people if _can_be_referred(each)][-len(WAYS) :]
    for place, (person, way) in enumerate(zip(referred, WAYS, strict=False)):
        _lead(person, institutions[place % len(institutions)], way)
    _receive(cast)
    return len(referred)


def _institution(known: tuple) -> Organization:
    code, name, services, focal_point, note, departments = known
    by = User.objects.get(email=address(Role.ADMINISTRATOR))
    organization = create_organization(
        key=uuid4(), code=code, name=name, kinds=[OrganizationKind.PARTNER.value], by=by
    )
    set_directory_entry(
        organization,
        version=0,
        departments=Department.objects.filter(code__in=departments),
        services=services,
        focal_point=focal_point,
        phone="+50322000000",
        email="contacto@ejemplo.test",
        note=note,
        active=True,
        by=by,
    )
    return organization


def _can_be_referred(person: Person) -> bool:
    case = cases.current_case(person)
    open_case = case is not None and case.state not in ENDED_STATES
    return open_case and cases.caseworker_of(person) is not None


def _lead(person: Person, institution: Organization, way: list[str]) -> None:
    by, case = cases.caseworker_of(person), cases.current_case(person)
    assert case is not None
    today = timezone.localdate()
    with at(today - timedelta(days=3), 9):
        if not may_share(person, ConsentPurpose.SHARE_PARTNER):
            grant_consent(
                person,
                key=uuid4(),
                purpose=ConsentPurpose.SHARE_PARTNER,
                channel=ConsentChannel.PAPER_SIGNED,
                witness="",
                by=by,
            )
        referral = _draft(case, institution, late="late" in way, by=by)
        if way:
            _step(referrals.ready_referral, referral, by=by)
        if "sent" in way:
            _step(referrals.send_referral, referral, by=by, via="printed")
            make_link(referral, key=uuid4(), by=by)
    for place, step in enumerate(way[1:]):
        with at(today - timedelta(days=1), 10 + place):
            _go_on(referral, step, by)


def _draft(case: Case, institution: Organization, *, late: bool, by: User) -> Referral:
    needs = institution.directory_entry.services[:1]
    return referrals.draft_referral(
        case,
        key=uuid4(),
        organization=institution,
        focal_point=institution.directory_entry.focal_point,
        priority="emergency" if late else "normal",
        needs=needs,
        reason="Llegó hace una semana y todavía no tiene con qué cubrir lo básico.",
        data_shared=["name", "age", "phone", "needs"],
        by=by,
    )


def _go_on(referral: Referral, step: str, by: User) -> None:
    match step:
        case "late":
            referral.refresh_from_db()
            referrals.leave_to_supervisor(referral, at=timezone.now())
        case "accept":
            _step(referrals.accept_referral, referral, by=by)
        case "begin":
            _step(referrals.begin_service, referral, by=by, on=timezone.localdate())
        case "decline":
            _step(referrals.decline_referral, referral, by=by, feedback="Este mes no hay cupo.")
        case "end":
            said = {"outcome": ReferralOutcome.SERVICE_RECEIVED, "feedback": "Fue atendida."}
            _step(referrals.finish_referral, referral, by=by, **said)


def _step(act, referral: Referral, *, by: User, **said) -> None:
    referral.refresh_from_db()
    if referral.state != ReferralState.CANCELLED:
        act(referral, version=referral.version, by=by, **said)


def _receive(cast: Cast) -> None:
    source = LookupValue.objects.get(list="referral_source", code="gami")
    by = cast.caseworkers["ss"][0]
    for place, name in enumerate(SENT_BY_OTHERS):
        received = receive_referral(
            key=uuid4(),
            office=cast.offices["ss"],
            received_on=timezone.localdate() - timedelta(days=5 * place),
            source=source,
            sender="Mesa de recepción, 2200-0000",
            reference=f"R-{place + 101}",
            name=name,
            phone="+50370000009",
            by=by,
        )
        if place == 1:
            move_incoming(received, version=received.version, to=IncomingState.CONTACTED, by=by)
