"""Centres and evaluators, and the accreditations that let them assess."""

from datetime import date

import factory
from django.utils import timezone

from accounts.choices import OrganizationKind
from certification.choices import (
    WITH_A_REASON,
    AccreditationState,
    Condition,
    EvaluatorState,
    VisitKind,
    VisitOutcome,
)
from certification.models import (
    AccreditationVisit,
    Centre,
    CentreAccreditation,
    CentreEquipment,
    Equipment,
    Evaluator,
    EvaluatorAccreditation,
    EvaluatorCentre,
)
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import DistrictFactory
from tests.factories.certification.standards import StandardFactory


class CentreFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Centre

    organization = factory.SubFactory(
        OrganizationFactory,
        code=factory.Sequence("centro-{}".format),
        name=factory.Sequence("Centro {}".format),
        kinds=[OrganizationKind.EVALUATION_CENTRE.value],
    )
    code = factory.Sequence("CE-{:04}".format)
    district = factory.SubFactory(DistrictFactory)


ALWAYS = {"valid_from": date(2020, 1, 1), "valid_until": date(2099, 12, 31)}


class AccreditationFactory(factory.django.DjangoModelFactory):
    """A centre's accreditation: asked for, unless a trait or a state says how far it is.

    One that was granted has a favourable visit behind it, as the database asks.
    """

    class Meta:
        model = CentreAccreditation

    class Params:
        visited = factory.Trait(state=AccreditationState.VISITED)
        accredited = factory.Trait(state=AccreditationState.ACCREDITED)
        suspended = factory.Trait(state=AccreditationState.SUSPENDED)

    centre = factory.SubFactory(CentreFactory)
    standard = factory.SubFactory(StandardFactory)
    state = AccreditationState.REQUESTED
    workstations = 4
    max_per_day = 8
    requested_by = factory.LazyAttribute(
        lambda o: UserFactory(centre_manager=True, at=o.centre.organization)
    )
    state_by = factory.SelfAttribute("requested_by")

    @classmethod
    def _create(cls, model_class, *args, state, reason="", **values):
        days = {name: values.pop(name, day) for name, day in ALWAYS.items()}
        if state in WITH_A_REASON:
            reason = reason or "Una razón"
        if state == AccreditationState.VISIT_PLANNED:
            values.setdefault("visit_on", timezone.localdate())
        if state == AccreditationState.RENEWAL_REQUESTED and "renews" not in values:
            same = {name: values[name] for name in ("centre", "standard", "requested_by")}
            values["renews"] = cls(accredited=True, **same)
        granted = state in {"accredited", "suspended", "revoked"}
        if not granted:
            return model_class.objects.create(state=state, reason=reason, **values)
        made = model_class.objects.create(state=AccreditationState.VISITED, **values)
        VisitFactory(accreditation=made, recorded_by=made.requested_by)
        by = UserFactory(programme_coordinator=True)
        facts = {"granted_by": by, "granted_at": timezone.now(), "resolution_number": "R-1"}
        for name, value in {**days, **facts, "state": AccreditationState.ACCREDITED}.items():
            setattr(made, name, value)
        made.save()
        if state != AccreditationState.ACCREDITED:
            made.state, made.reason = state, reason
            made.save()
        return made


class VisitFactory(factory.django.DjangoModelFactory):
    """A favourable first visit."""

    class Meta:
        model = AccreditationVisit

    accreditation = factory.SubFactory(AccreditationFactory, visited=True)
    kind = VisitKind.INITIAL
    on = date(2020, 1, 1)
    team = "Marta Ruiz"
    equipment = space = safety = records = confidentiality = True
    outcome = VisitOutcome.FAVOURABLE
    recorded_by = factory.SelfAttribute("accreditation.requested_by")


class EvaluatorFactory(factory.django.DjangoModelFactory):
    """Somebody in the register of evaluators."""

    class Meta:
        model = Evaluator

    user = factory.SubFactory(UserFactory, evaluator=True)
    department = factory.LazyFunction(lambda: DistrictFactory().department)
    certificate_number = factory.Sequence("PE-{:04}".format)
    certificate_issued_on = date(2019, 6, 1)
    registered_by = factory.LazyFunction(lambda: UserFactory(programme_coordinator=True))


class EvaluatorAccreditationFactory(factory.django.DjangoModelFactory):
    """Somebody accredited as an expert of the founding panel, unless told otherwise."""

    class Meta:
        model = EvaluatorAccreditation

    class Params:
        proposed = factory.Trait(state=EvaluatorState.PROPOSED, valid_from=None, valid_until=None)
        suspended = factory.Trait(state=EvaluatorState.SUSPENDED, reason="Una queja")

    evaluator = factory.SubFactory(EvaluatorFactory)
    standard = factory.SubFactory(StandardFactory)
    state = EvaluatorState.ACCREDITED
    state_by = factory.SelfAttribute("evaluator.registered_by")
    panel_seat = factory.LazyAttribute(lambda o: None if o.own_certificate else 1)
    own_certificate = None
    external_evidence = factory.LazyAttribute(
        lambda o: "" if o.own_certificate else "Veinte años de obra"
    )
    sponsor = factory.LazyAttribute(lambda o: "" if o.own_certificate else "Cámara de la obra")
    valid_from = date(2020, 1, 1)
    valid_until = date(2099, 12, 31)


def let_assess(standard, *, centre=None, evaluator=None):
    """Let a centre and an evaluator assess in a standard on any day; say who and where.

    What is there already stays as it is. The founding panel has two seats: the
    third evaluator of a standard needs a certificate.
    """
    centre = centre or CentreFactory()
    user = evaluator or UserFactory(evaluator=True)
    if not centre.accreditations.filter(standard=standard).exists():
        AccreditationFactory(centre=centre, standard=standard, accredited=True)
    known = Evaluator.objects.filter(user=user).first() or EvaluatorFactory(user=user)
    if not known.accreditations.filter(standard=standard).exists():
        seats = EvaluatorAccreditation.objects.filter(standard=standard).count() + 1
        EvaluatorAccreditationFactory(evaluator=known, standard=standard, panel_seat=seats)
    if not known.centres.filter(centre=centre).exists():
        EvaluatorCentre.objects.create(
            evaluator=known, centre=centre, valid_from=date(2020, 1, 1), given_by=user
        )
    there = centre.equipment.values_list("requirement", flat=True)
    CentreEquipment.objects.bulk_create(
        CentreEquipment(centre=centre, requirement=each, quantity=999, condition=Condition.GOOD)
        for each in Equipment.objects.filter(standard_version__standard=standard)
        if each.pk not in set(there)
    )
    return centre, user
