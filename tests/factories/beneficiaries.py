"""People by what matters of them: `PersonFactory(with_case=True, caseworker=user)`."""

from datetime import date, timedelta

import factory
from django.utils import timezone

from accounts.roles import Role
from beneficiaries.choices import (
    ACCOMPANIED_STATES,
    ANSWERED_STATES,
    AssignmentKind,
    AttentionMode,
    AttentionState,
    CaseState,
    CloseReason,
    ConsentChannel,
    ConsentPurpose,
    ContactChannel,
    ContactOutcome,
    DocStatus,
    DocType,
    Outcome,
    Population,
    Precision,
    RiskLevel,
    Sector,
    Service,
    Sex,
    Status,
    Track,
)
from beneficiaries.models import (
    Appointment,
    Assignment,
    Attention,
    Case,
    Consent,
    Contact,
    ContactAttempt,
    Department,
    District,
    Enrolment,
    Goal,
    Group,
    GroupSession,
    IdentityDocument,
    LookupValue,
    MessageTemplate,
    Municipality,
    Need,
    Notice,
    Person,
    Phase,
    Plan,
    Programme,
    Registration,
    Risk,
    RuleSet,
    Screening,
    ServiceRecord,
    Trip,
    WorkExperience,
)
from beneficiaries.models.places import place_of
from beneficiaries.rules.eligibility import RuleParameters
from genesis.lib.search import name_columns
from tests.factories.accounts import OrganizationFactory, UserFactory


class DepartmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Department
        django_get_or_create = ("code",)

    code = "06"
    iso = factory.LazyAttribute(lambda o: f"SV-{o.code}")
    pcode = factory.LazyAttribute(lambda o: f"SV{o.code}")
    name = "San Salvador"


class MunicipalityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Municipality
        django_get_or_create = ("code",)

    code = "SV06003"
    name = "San Salvador Este"
    department = factory.SubFactory(DepartmentFactory)
    valid_from = date(2024, 5, 1)


class DistrictFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = District
        django_get_or_create = ("code",)
        skip_postgeneration_save = True

    code = "0617"
    name = "Soyapango"
    department = factory.SubFactory(DepartmentFactory)
    municipality = factory.SubFactory(MunicipalityFactory)
    former_municipality = factory.SubFactory(
        MunicipalityFactory,
        code=factory.SelfAttribute("..code"),
        name=factory.SelfAttribute("..name"),
        department=factory.SelfAttribute("..department"),
        valid_from=None,
        valid_until=date(2024, 4, 30),
    )

    @factory.post_generation
    def known(self, create, _extracted, **_more):
        """Each process reads the territory once: let no test count that as its own query."""
        if create:
            place_of(self.pk)


class LookupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LookupValue
        django_get_or_create = ("list", "code")

    list = "countries"
    code = "US"
    es = "Estados Unidos"
    en = "United States"


class NoticeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Notice
        django_get_or_create = ("number",)

    number = 1
    text = "Gene-Sis guarda sus datos para acompañarle."
    valid_from = date(2018, 1, 1)


class PhaseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Phase
        django_get_or_create = ("code",)

    code = "fase-2025-2028"
    name = "Fase 2025–2028"
    programme = factory.LazyFunction(
        lambda: Programme.objects.get_or_create(code="gene-sis", defaults={"name": "Gene-Sis"})[0]
    )
    starts_on = date(2020, 1, 1)
    ends_on = date(2030, 12, 31)
    rule_set = factory.LazyFunction(
        lambda: RuleSet.objects.get_or_create(
            code="fase-ue", number=1, defaults={"parameters": RuleParameters().to_dict()}
        )[0]
    )


class PersonFactory(factory.django.DjangoModelFactory):
    """A returned migrant; `with_case` opens a case, `caseworker` assigns it."""

    class Meta:
        model = Person
        skip_postgeneration_save = True

    file_number = factory.Sequence("GS-2019-{:05}".format)  # no counter is there
    given_names = "Ana María"
    surnames = factory.Sequence("Portillo {}".format)
    search = factory.LazyAttribute(lambda o: name_columns(o.given_names, o.surnames)["search"])
    sounds = factory.LazyAttribute(lambda o: name_columns(o.given_names, o.surnames)["sounds"])
    sort_name = factory.LazyAttribute(
        lambda o: name_columns(o.given_names, o.surnames)["sort_name"]
    )
    name_key = factory.LazyAttribute(lambda o: name_columns(o.given_names, o.surnames)["name_key"])
    birth_date = date(1990, 5, 10)
    birth_precision = Precision.DAY
    sex = Sex.F
    population = Population.RETURNEE
    office = factory.SubFactory(OrganizationFactory)
    district = factory.SubFactory(DistrictFactory)
    registered_on = date(2026, 3, 2)
    status = Status.RETURNED_US
    sector = Sector.CONSTRUCTION

    @factory.post_generation
    def with_case(self, create, extracted, **kwargs):
        if extracted:
            CaseFactory(person=self, office=self.office, **kwargs)

    @factory.post_generation
    def caseworker(self, create, user):
        if user:
            AssignmentFactory(person=self, user=user)


class ContactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contact

    person = factory.SubFactory(PersonFactory)
    phone_1 = "+50370000001"
    phone_1_owner = "own"
    allowed_channels = factory.LazyFunction(lambda: ["call", "whatsapp"])


class MessageTemplateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MessageTemplate
        django_get_or_create = ("code",)

    code = "recordatorio"
    title = "Recordatorio"
    purpose = "registration"
    text = "Hola, {nombre}. {actividad} de Gene-Sis el {dia}: https://gene-sis.test"
    neutral_text = "Hola, {nombre}. Le saluda {quien}. ¿Puede comunicarse conmigo?"


class DocumentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = IdentityDocument

    person = factory.SubFactory(PersonFactory)
    doc_type = DocType.DUI
    status = DocStatus.VALID
    number = "90000001-7"


class CaseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Case

    person = factory.SubFactory(PersonFactory)
    office = factory.SelfAttribute("person.office")
    phase = factory.SubFactory(PhaseFactory)
    opened_on = factory.SelfAttribute("person.registered_on")
    state = factory.LazyAttribute(lambda o: o.outcome or CaseState.REGISTERED)
    outcome = ""

    @classmethod
    def _create(cls, model_class, *args, screened=True, **values):
        """Needs and risk are known of everybody, unless a test says `screened=False`."""
        case = super()._create(model_class, *args, **values | columns_of_state(values))
        if screened:
            ScreeningFactory(case=case)
        return case


def columns_of_state(values):
    """What a case in its state has besides: a day agreed on, a reason, who closed it and when."""
    state, opened_on = values["state"], values["opened_on"]
    columns = {}
    if state in ACCOMPANIED_STATES and not values.get("outcome"):
        columns |= {"certification_track": Track.ELIGIBLE, "outcome": Outcome.ELIGIBLE}
    if state in ANSWERED_STATES and not values.get("outcome"):
        track = Track.PENDING if state == CaseState.PENDING else Track.NOT_CERTIFICATION_TRACK
        track = Track.ELIGIBLE if state == CaseState.ELIGIBLE else track
        columns |= {"certification_track": track, "outcome": state}
    if state in ACCOMPANIED_STATES:
        columns["plan_agreed_on"] = opened_on
    match state:
        case CaseState.ON_HOLD:
            today = timezone.localdate()
            columns |= {"held_on": today, "review_on": today + timedelta(days=30)}
        case CaseState.CLOSING:
            columns |= {"close_reason": CloseReason.GOALS_MET, "close_asked_by": UserFactory()}
        case CaseState.CLOSED:
            columns |= closed_columns()
        case CaseState.MERGED | CaseState.UNDONE:
            columns["closed_on"] = timezone.localdate()
    return {
        name: value
        for name, value in columns.items()
        if name not in values or name in {"outcome", "certification_track"}
    }


def why_of(outcome):
    """What a decision needs besides its outcome: an exception says who made it, and why."""
    if outcome != Outcome.EXCEPTION:
        return {}
    return {"decided_by": UserFactory(), "exception_reason": "Sostiene a su familia."}


def closed_columns(on=None):
    """What closes a case: `person.cases.update(**closed_columns())`."""
    return {
        "state": CaseState.CLOSED,
        "closed_on": on or timezone.localdate(),
        "closed_by": UserFactory(),
        "close_reason": CloseReason.GOALS_MET,
    }


def closing_columns(case, by):
    """What asks for the closing of a case because the consent was taken back."""
    return {
        "state": CaseState.CLOSING,
        "certification_track": "eligible",
        "outcome": "eligible",
        "plan_agreed_on": case.opened_on,
        "close_reason": CloseReason.CONSENT_WITHDRAWN,
        "close_asked_by": by,
    }


class ScreeningFactory(factory.django.DjangoModelFactory):
    """What somebody needs: a job first; nothing endangers her, unless a test says so."""

    class Meta:
        model = Screening
        skip_postgeneration_save = True

    case = factory.SubFactory(CaseFactory, screened=False)
    on = factory.SelfAttribute("case.opened_on")

    @factory.post_generation
    def needs(self, create, _extracted, **_more):
        employment = LookupFactory(list="need", code="employment", es="Empleo", en="Employment")
        Need.objects.create(screening=self, need=employment, priority=1)

    @factory.post_generation
    def risk(self, create, extracted, **values):
        Risk.objects.create(screening=self, **{"level": RiskLevel.NONE, **values})


class PlanFactory(factory.django.DjangoModelFactory):
    """The plan of a case, to which the person agreed."""

    class Meta:
        model = Plan

    case = factory.SubFactory(CaseFactory)
    proposed_on = factory.SelfAttribute("case.opened_on")
    agreed_by_person_on = factory.SelfAttribute("case.opened_on")


class GoalFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Goal

    plan = factory.SubFactory(PlanFactory)
    need = factory.SubFactory(LookupFactory, list="need", code="employment", es="Empleo")
    text = "Tener un empleo estable"
    indicator = "Contrato firmado"
    target_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=90))
    organization = factory.SelfAttribute("plan.case.office")


class AttentionFactory(factory.django.DjangoModelFactory):
    """Half an hour of job coaching at the office; `state` says that nobody came."""

    class Meta:
        model = Attention

    case = factory.SubFactory(CaseFactory)
    service = Service.COACHING
    state = AttentionState.GIVEN
    mode = AttentionMode.OFFICE
    on = factory.LazyFunction(timezone.localdate)
    minutes = factory.LazyAttribute(lambda o: 30 if o.state == AttentionState.GIVEN else None)


class AttemptFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ContactAttempt

    case = factory.SubFactory(CaseFactory)
    on = factory.LazyFunction(timezone.localdate)
    channel = ContactChannel.CALL
    outcome = ContactOutcome.NO_ANSWER


class AssignmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Assignment

    person = factory.SubFactory(PersonFactory)
    user = factory.SubFactory(UserFactory, role=Role.CASEWORKER)
    kind = AssignmentKind.CASEWORKER
    valid_from = date(2020, 1, 1)


class ConsentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Consent

    person = factory.SubFactory(PersonFactory)
    purpose = ConsentPurpose.REGISTRATION
    granted = True
    channel = ConsentChannel.PAPER_SIGNED
    notice = factory.SubFactory(NoticeFactory)


class RegistrationFactory(factory.django.DjangoModelFactory):
    """Begun, and not finished."""

    class Meta:
        model = Registration

    office = factory.SubFactory(OrganizationFactory)
    begun_by = factory.SubFactory(UserFactory)
    consents = factory.Dict({})


class TripFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Trip

    person = factory.SubFactory(PersonFactory)
    return_country = factory.SubFactory(LookupFactory)
    return_date = date(2025, 12, 1)
    return_precision = Precision.DAY


class JobFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WorkExperience

    person = factory.SubFactory(PersonFactory)
    country = factory.SubFactory(LookupFactory)
    sector = Sector.CONSTRUCTION
    position = "Albañil"
    start_date = date(2019, 1, 1)
    start_precision = Precision.DAY
    end_date = date(2022, 12, 31)
    end_precision = Precision.DAY


class ServiceRecordFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ServiceRecord

    person = factory.SubFactory(PersonFactory)
    service = Service.EARLY_ATTENTION
    on = date(2026, 3, 2)
    organization = factory.SelfAttribute("person.office")
    source = factory.Sequence("case:{}".format)
    department = factory.SelfAttribute("person.district.department")
    status = factory.SelfAttribute("person.status")
    sector = factory.SelfAttribute("person.sector")
    recorded_at = factory.LazyFunction(timezone.now)


class AppointmentFactory(factory.django.DjangoModelFactory):
    """An appointment in two days; `ago=timedelta(hours=3)` puts its beginning into the past."""

    class Meta:
        model = Appointment

    class Params:
        ago = timedelta(days=-2)

    person = factory.SubFactory(PersonFactory)
    kind = factory.SubFactory(
        LookupFactory,
        list="appointment_kind",
        code="interview",
        es="Entrevista",
        en="Interview",
    )
    place = "Oficina San Salvador"
    starts_at = factory.LazyAttribute(lambda o: timezone.now() - o.ago)
    ends_at = factory.LazyAttribute(lambda o: o.starts_at + timedelta(hours=1))
    responsible = factory.SubFactory(UserFactory, role=Role.CASEWORKER)
    made_by = factory.SelfAttribute("responsible")


class GroupFactory(factory.django.DjangoModelFactory):
    """A group of financial education that meets from a month ago until a month from now."""

    class Meta:
        model = Group

    service = Service.FINANCIAL_EDUCATION
    name = factory.Sequence("Finanzas del hogar {}".format)
    office = factory.SubFactory(OrganizationFactory)
    facilitator = factory.SubFactory(UserFactory, role=Role.COACH)
    starts_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=30))
    ends_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))
    hours = 20


class GroupSessionFactory(factory.django.DjangoModelFactory):
    """A session that began some days ago; nobody has said yet who came."""

    class Meta:
        model = GroupSession

    class Params:
        days_ago = 1

    group = factory.SubFactory(GroupFactory)
    starts_at = factory.LazyAttribute(lambda o: timezone.now() - timedelta(days=o.days_ago))
    ends_at = factory.LazyAttribute(lambda o: o.starts_at + timedelta(hours=2))
    topic = "Presupuesto familiar"


class EnrolmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Enrolment

    group = factory.SubFactory(GroupFactory)
    person = factory.SubFactory(PersonFactory)
    state_by = factory.SubFactory(UserFactory, role=Role.CASEWORKER)
