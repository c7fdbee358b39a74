"""Who works in the demo: offices, centres, a certifying body, and one account for each role."""

import os
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from accounts.actions.organizations import create_organization
from accounts.actions.users import create_admin
from accounts.choices import OrganizationKind
from accounts.models import Organization, RoleAssignment, User
from accounts.roles import Role
from beneficiaries.actions.programmes import change_phase, set_place
from beneficiaries.actions.reference import load_reference
from beneficiaries.models import Department, District, Phase
from certification.actions import committee, drafts
from certification.actions.standards import load_standard
from certification.models import Centre, CertifyingBody, StandardVersion
from demo.clock import at

BEGAN = date(2024, 1, 1)
OFFICES = [
    ("ss", "Oficina San Salvador", ["05", "06", "07", "08", "09", "10"]),
    ("sa", "Oficina Santa Ana", ["01", "02", "03"]),
    ("sm", "Oficina San Miguel", ["11", "12", "13", "14"]),
    ("ch", "Oficina Chalatenango", ["04"]),
]
CENTRES = [
    ("CE-SS-01", "Centro de Evaluación San Bartolo", "0607"),
    ("CE-SA-01", "Centro de Evaluación Santa Ana", "0210"),
    ("CE-SM-01", "Centro de Evaluación San Miguel", "1217"),
]
DONORS = [("ue", "Unión Europea"), ("cosude", "Cooperación Suiza (COSUDE)")]
# Besides one account per role: (account, role, code of the office, given name, surname)
OTHERS = [
    ("caseworker.santa.ana", Role.CASEWORKER, "sa", "Delmy", "Recinos"),
    ("caseworker.san.miguel", Role.CASEWORKER, "sm", "Óscar", "Funes"),
    ("caseworker.chalatenango", Role.CASEWORKER, "ch", "Karla", "Alas"),
    ("caseworker2", Role.CASEWORKER, "ss", "Mauricio", "Serrano"),
    ("coordinator.santa.ana", Role.TERRITORIAL_COORDINATOR, "sa", "Silvia", "Magaña"),
    ("coordinator.san.miguel", Role.TERRITORIAL_COORDINATOR, "sm", "René", "Quintanilla"),
    ("evaluator2", Role.EVALUATOR, "ss", "Walter", "Orellana"),
    ("evaluator3", Role.EVALUATOR, "ss", "Ingrid", "Bonilla"),
    ("verifier2", Role.VERIFIER, "ss", "Ruth", "Landaverde"),
    ("centre_manager.santa.ana", Role.CENTRE_MANAGER, "sa", "Blanca", "Polanco"),
    ("centre_manager.san.miguel", Role.CENTRE_MANAGER, "sm", "Wilfredo", "Ramos"),
]
NAMES = [
    ("Rosa", "Menjívar"),
    ("Carlos", "Ayala"),
    ("Sonia", "Portillo"),
    ("Luis", "Guardado"),
    ("Marta", "Henríquez"),
    ("Jorge", "Cáceres"),
    ("Patricia", "Molina"),
    ("Saúl", "Argueta"),
    ("Gladis", "Campos"),
    ("Ernesto", "Rivas"),
    ("Vilma", "Chávez"),
]


@dataclass
class Cast:
    """Everybody and everything that the demo's events need."""

    offices: dict[str, Organization] = field(default_factory=dict)
    caseworkers: dict[str, list[User]] = field(default_factory=dict)
    evaluators: list[User] = field(default_factory=list)
    verifiers: list[User] = field(default_factory=list)
    officer: User | None = None
    coordinators: dict[str, User] = field(default_factory=dict)
    centres: list[Centre] = field(default_factory=list)
    trainers: Organization | None = None
    standards: list[StandardVersion] = field(default_factory=list)
    managers: dict[str, User] = field(default_factory=dict)  # of the centre with that code
    panels: dict[int, list[User]] = field(default_factory=dict)  # who assesses in a standard


def address(name: str) -> str:
    return f"{name}@demo.test"


def make_cast() -> Cast:
    """Set the stage, as an administrator does: reference data, offices, standards, users."""
    load_reference()
    cast = Cast()
    for code, name, _departments in OFFICES:
        cast.offices[code] = Organization.objects.create(
            code=code, name=name, kinds=[OrganizationKind.OFFICE]
        )
    for code, name, district in CENTRES:
        organization = Organization.objects.create(
            code=code.lower(), name=name, kinds=[OrganizationKind.EVALUATION_CENTRE]
        )
        home = District.objects.get(code=district)
        cast.centres.append(
            Centre.objects.create(organization=organization, code=code, district=home)
        )
    body = Organization.objects.create(
        code="ceco", name="Consejo Ejemplar", kinds=[OrganizationKind.CERTIFYING_BODY]
    )
    CertifyingBody.objects.create(
        organization=body,
        printed_name="Consejo Ejemplar de Certificación de Oficios",
        folio_prefix="GS",
        valid_from=BEGAN,
    )
    cast.trainers = Organization.objects.create(
        code="taller-escuela",
        name="Taller Escuela San Martín",
        kinds=[OrganizationKind.TRAINING_BODY],
    )
    for file in sorted((settings.BASE_DIR / "data" / "standards").glob("*.yaml")):
        cast.standards.append(load_standard(file.read_bytes()))
    _make_users(cast)
    _set_up(cast, by=User.objects.get(email=address(Role.ADMINISTRATOR)))
    cast.standards = [_publish(cast, each) for each in cast.standards]
    return cast


def _set_up(cast: Cast, *, by: User) -> None:
    """Where the offices work, and who funds the phases."""
    for code, _name, departments in OFFICES:
        covered = Department.objects.filter(code__in=departments)
        set_place(cast.offices[code], version=0, district=None, departments=covered, by=by)
    donors = [
        create_organization(key=uuid4(), code=code, name=name, kinds=["donor"], by=by)
        for code, name in DONORS
    ]
    for phase in Phase.objects.order_by("starts_on")[1:]:
        days = {"starts_on": phase.starts_on, "ends_on": phase.ends_on}
        rest = {"name": phase.name, "rule_set": phase.rule_set}
        change_phase(phase, version=phase.version, donors=donors, by=by, **days, **rest)


def _publish(cast: Cast, loaded: StandardVersion) -> StandardVersion:
    """Have a committee approve what was loaded, before its first day: the officer wrote it."""
    assert cast.officer is not None
    coordinator = User.objects.get(email=address(Role.PROGRAMME_COORDINATOR))
    with at(loaded.valid_from - timedelta(days=40)):
        draft = drafts.copy_version(loaded, key=uuid4(), by=cast.officer)
        committee.send_to_committee(draft, version=draft.version, by=cast.officer)
    with at(loaded.valid_from - timedelta(days=20)):
        draft.refresh_from_db()
        for member in (cast.verifiers[0], coordinator):
            committee.approve_draft(draft, version=draft.version, by=member)
        return committee.publish_draft(
            draft,
            version=draft.version,
            met_on=timezone.localdate(),
            present=f"{cast.verifiers[0]}, {coordinator}",
            minutes="El comité técnico leyó la norma y sus instrumentos, y la aprobó.",
            file=None,
            by=coordinator,
        )


def _make_users(cast: Cast) -> None:
    create_admin(
        email=address(Role.ADMINISTRATOR),
        password=os.environ["GENESIS_DEMO_PASSWORD"],
        first_name="Ana",
        last_name="Administradora",
    )
    for place, role in enumerate(each for each in Role if each != Role.ADMINISTRATOR):
        home = _home(cast, role, "ss")
        user = _user(role, role, home, named=NAMES[place % len(NAMES)])
        _place(cast, user, role, "ss")
    for name, role, office, *named in OTHERS:
        user = _user(name, role, _home(cast, role, office), named=tuple(named))
        _place(cast, user, role, office)


def _centre(cast: Cast, office: str) -> Centre:
    return next(each for each in cast.centres if each.code == f"CE-{office.upper()}-01")


def _home(cast: Cast, role: Role, office: str) -> Organization:
    """Where somebody works: who manages a centre, there."""
    if role == Role.CENTRE_MANAGER:
        return _centre(cast, office).organization
    return cast.offices[office]


def _user(name: str, role: Role, office: Organization, *, named: tuple[str, ...]) -> User:
    first, last = named
    password = os.environ["GENESIS_DEMO_PASSWORD"]
    user = User.objects.create_user(address(name), password, first_name=first, last_name=last)
    RoleAssignment.objects.create(user=user, role=role, organization=office, valid_from=BEGAN)
    return user


def _place(cast: Cast, user: User, role: Role, office: str) -> None:
    match role:
        case Role.CASEWORKER:
            cast.caseworkers.setdefault(office, []).append(user)
        case Role.EVALUATOR:
            cast.evaluators.append(user)
        case Role.CENTRE_MANAGER:
            cast.managers[_centre(cast, office).code] = user
        case Role.VERIFIER:
            cast.verifiers.append(user)
        case Role.CERTIFYING_OFFICER:
            cast.officer = user
        case Role.TERRITORIAL_COORDINATOR:
            cast.coordinators[office] = user
