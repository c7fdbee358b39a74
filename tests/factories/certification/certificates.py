"""Certificates, the body that issues them, and the key that signs them."""

from datetime import date

import factory
from django.utils import timezone

from accounts.choices import OrganizationKind
from beneficiaries.choices import PROTECTED
from certification.actions.signing_keys import take_key
from certification.choices import PublicLookup
from certification.models import Certificate, CertifyingBody, FolioCounter, StatusList
from genesis.lib.codes import folio, short_code
from genesis.lib.signing_keys import make_key
from tests.factories.accounts import OrganizationFactory
from tests.factories.certification.assessments import AssessmentFactory


class CertifyingBodyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CertifyingBody
        django_get_or_create = ("folio_prefix",)

    folio_prefix = "GS"
    printed_name = "Instituto de Certificación de Prueba"
    valid_from = date(2020, 1, 1)
    organization = factory.SubFactory(
        OrganizationFactory,
        code=factory.Sequence("certificador-{}".format),
        kinds=[OrganizationKind.CERTIFYING_BODY.value],
    )


def signing_key():
    """A key that signs, with its private part in the folder of this run."""
    return take_key(make_key())


class CertificateFactory(factory.django.DjangoModelFactory):
    """One of before there were credentials, unless `listed`: then it is signed when printed.

    The next folio of its standard and year follows it.
    """

    class Meta:
        model = Certificate

    class Params:
        listed = factory.Trait(
            status_list=factory.LazyFunction(lambda: StatusList.objects.get_or_create(number=1)[0]),
            status_index=factory.Sequence(lambda n: 1 + n * 7 % (StatusList.SIZE - 1)),
        )

    assessment = factory.SubFactory(AssessmentFactory, certified=True)
    issued_on = factory.LazyFunction(timezone.localdate)
    valid_until = None
    year = factory.SelfAttribute("issued_on.year")
    standard = factory.SelfAttribute("assessment.standard")
    sequence = factory.Sequence(lambda n: n + 1)
    folio = factory.LazyAttribute(
        lambda o: folio(o.body.folio_prefix, o.year, o.standard_code, o.sequence)
    )
    code = factory.LazyFunction(short_code)
    body = factory.SubFactory(CertifyingBodyFactory)
    body_name = factory.SelfAttribute("body.printed_name")
    holder_name = factory.SelfAttribute("assessment.person.display_name")
    holder_initials = factory.SelfAttribute("assessment.person.initials")
    holder_document = "017"
    standard_code = factory.SelfAttribute("standard.code")
    standard_title = factory.SelfAttribute("assessment.standard_version.title")
    standard_version = factory.SelfAttribute("assessment.standard_version.number")
    level = factory.SelfAttribute("assessment.standard_version.level")
    units = factory.LazyFunction(
        lambda: [{"code": "U1", "title": "Colocar piezas", "elements": ["Preparar y colocar"]}]
    )
    centre_code = factory.SelfAttribute("assessment.centre.code")
    place = "Soyapango, San Salvador"
    assessed_on = factory.SelfAttribute("issued_on")
    officer_name = factory.LazyAttribute(lambda o: str(o.assessment.officer))
    department = factory.SelfAttribute("assessment.person.district.department")
    status = factory.SelfAttribute("assessment.person.status")
    sector = factory.SelfAttribute("standard.sector")
    public_lookup = factory.LazyAttribute(
        lambda o: PublicLookup.MINIMAL if o.status in PROTECTED else PublicLookup.FULL
    )

    @classmethod
    def _create(cls, model_class, *args, **values):
        of_the_year = {"year": values["year"], "standard": values["standard"]}
        counter, _new = FolioCounter.objects.get_or_create(**of_the_year)
        counter.last = max(counter.last, values["sequence"])
        counter.save()
        return model_class.objects.create(**values)
