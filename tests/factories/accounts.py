"""Users by what they are: `UserFactory(evaluator=True)`, each at an office of their own."""

from datetime import date

import factory

from accounts.choices import OrganizationKind
from accounts.models import Organization, RoleAssignment, User
from accounts.roles import Role


class OrganizationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organization

    code = factory.Sequence("oficina-{}".format)
    name = factory.Sequence("Oficina {}".format)
    kinds = factory.LazyFunction(lambda: [OrganizationKind.OFFICE.value])


class RoleAssignmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RoleAssignment

    user = factory.SubFactory("tests.factories.accounts.UserFactory")
    role = Role.CASEWORKER
    organization = factory.SubFactory(OrganizationFactory)
    valid_from = date(2020, 1, 1)


class UserFactory(factory.django.DjangoModelFactory):
    """`role=Role.X` or a trait gives one role, at the organization `at` or at one made for it."""

    class Meta:
        model = User

    class Params:
        administrator = factory.Trait(role=Role.ADMINISTRATOR)
        programme_coordinator = factory.Trait(role=Role.PROGRAMME_COORDINATOR)
        coordinator = factory.Trait(role=Role.TERRITORIAL_COORDINATOR)
        registrar = factory.Trait(role=Role.REGISTRAR)
        caseworker = factory.Trait(role=Role.CASEWORKER)
        evaluator = factory.Trait(role=Role.EVALUATOR)
        centre_manager = factory.Trait(role=Role.CENTRE_MANAGER)
        verifier = factory.Trait(role=Role.VERIFIER)
        officer = factory.Trait(role=Role.CERTIFYING_OFFICER)
        monitoring = factory.Trait(role=Role.MONITORING_OFFICER)

    email = factory.Sequence("persona{}@prueba.test".format)
    first_name = "Rosa"
    last_name = factory.Sequence("Menjívar {}".format)
    role = None
    at = None

    @classmethod
    def _create(cls, model_class, *args, role=None, at=None, **kwargs):
        user = model_class.objects.create_user(**kwargs)
        if role:
            RoleAssignmentFactory(user=user, role=role, organization=at or OrganizationFactory())
        return user
