"""Institutions, referrals to them and people whom they send: `ReferralFactory(sent=True)`."""

from datetime import timedelta

import factory
from django.utils import timezone

from accounts.choices import OrganizationKind
from beneficiaries.choices import ReferralState, ReferralVia
from beneficiaries.models import DirectoryEntry, IncomingReferral, Referral, ReferralReason
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import CaseFactory, ConsentFactory, LookupFactory


class DirectoryEntryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DirectoryEntry

    organization = factory.SubFactory(
        OrganizationFactory,
        name=factory.Sequence("Institución {}".format),
        kinds=[OrganizationKind.PARTNER.value],
    )
    sort_name = factory.SelfAttribute("organization.sort_name")
    services = factory.LazyFunction(lambda: ["food"])
    focal_point = "Lic. Marta Rivas"


class ReferralFactory(factory.django.DjangoModelFactory):
    """A draft; `ready`, or `sent` so many hours ago, with the consent that it takes."""

    class Meta:
        model = Referral
        skip_postgeneration_save = True

    class Params:
        ready = factory.Trait(
            state=ReferralState.READY,
            consent=factory.SubFactory(
                ConsentFactory,
                person=factory.SelfAttribute("..case.person"),
                purpose="share_partner",
            ),
        )
        sent = factory.Trait(
            ready=True,
            state=ReferralState.SENT,
            via=ReferralVia.PRINTED,
            sent_at=factory.LazyFunction(timezone.now),
            due_at=factory.LazyAttribute(lambda o: o.sent_at + timedelta(hours=24)),
        )

    case = factory.SubFactory(CaseFactory)
    organization = factory.LazyFunction(lambda: DirectoryEntryFactory().organization)
    priority = "emergency"
    data_shared = factory.LazyFunction(lambda: ["name", "needs", "reason"])
    made_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def why(self, create, _extracted, **kwargs):
        if create:
            told = {"needs": ["food"], "reason": "No ha comido desde ayer."}
            ReferralReason.objects.create(referral=self, **told | kwargs)


class IncomingReferralFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = IncomingReferral

    office = factory.SubFactory(OrganizationFactory)
    source = factory.SubFactory(LookupFactory, list="referral_source", code="gami", es="GAMI")
    sender = "Ana Paz, gami@prueba.test"
    reference = "GAMI-77"
    name = "Josué Quijada"
    phone = "+50370000002"
    received_on = factory.LazyFunction(timezone.localdate)
    answer_due_on = factory.LazyAttribute(lambda o: o.received_on + timedelta(days=7))
    recorded_by = factory.SubFactory(UserFactory)
