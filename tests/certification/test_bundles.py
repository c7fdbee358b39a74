"""Certificates of many people in one file: of those that somebody may read, once, for some days."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.choices import ReadKind
from accounts.models import Activity, ReadLog
from beneficiaries.choices import AssignmentKind
from beneficiaries.models import Person
from certification.actions import bundles
from certification.contributions.bundles import blocks
from certification.jobs import make_bundle, see_to_bundles
from certification.models import Certificate, CertificateBundle
from certification.tasks import render_certificate
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.certification import CertificateFactory

pytestmark = pytest.mark.django_db
CREATE = "certification:bundle_create"


@pytest.fixture
def office():
    return OrganizationFactory()


@pytest.fixture
def printed(office):
    """Two certificates of people of one office, printed, and one of another."""
    made = CertificateFactory.create_batch(2, assessment__person__office=office)
    made.append(CertificateFactory())
    for each in made:
        render_certificate(certificate_id=each.pk)
    return made


@pytest.fixture
def coordinator(client, office):
    user = UserFactory(coordinator=True, at=office)
    client.force_login(user)
    return user


def names_in(content):
    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {each.filename: archive.read(each)[:4] for each in archive.infolist()}


def asked_for(client, **filters):
    address = reverse(CREATE, query=filters)
    response = client.post(address, {"key": str(uuid4()), "purpose": "Entrega del lunes"})
    assert response.status_code == 302, response.context["form"].errors
    return CertificateBundle.objects.latest("pk")


@pytest.mark.rule("SEC-3", "SEC-6")
def test_a_list_is_taken_out_with_those_that_are_for_its_reader(client, printed, coordinator):
    page = client.get(reverse(CREATE))
    assert page.context["total"] == 2

    bundle = asked_for(client)
    make_bundle(bundle_id=bundle.pk)

    url = reverse("certification:bundle_file", args=[bundle.public_id])
    content = b"".join(client.get(url).streaming_content)
    assert names_in(content) == {f"{each.folio}.pdf": b"%PDF" for each in printed[:2]}
    read = ReadLog.objects.get(kind=ReadKind.EXPORT)
    assert read.persons == sorted(each.person_id for each in printed[:2])
    assert Activity.objects.filter(verb="certificates.bundled", actor=coordinator).exists()
    assert "2 certificados" in client.get(bundle.get_absolute_url()).content.decode()
    [block] = blocks(coordinator)
    assert [line.url for line in block.lines] == [bundle.get_absolute_url()]


def test_the_filters_of_the_list_say_which(client, printed, coordinator):
    bundle = asked_for(client, folio=printed[0].folio)

    assert bundle.ids == [printed[0].pk]


@pytest.mark.rule("SEC-3", "SEC-4")
def test_a_file_is_for_whoever_asked_for_it(client, printed, coordinator, office):
    bundle = asked_for(client)
    make_bundle(bundle_id=bundle.pk)
    other = Client()
    other.force_login(UserFactory(coordinator=True, at=office))

    for name in ("bundle_detail", "bundle_file"):
        url = reverse(f"certification:{name}", args=[bundle.public_id])
        b"".join(answer := client.get(url))
        assert answer.status_code == 200
        assert other.get(url).status_code == 404


@pytest.mark.rule("SEC-3")
def test_what_somebody_may_read_no_more_stays_out_of_the_file(client, printed, coordinator):
    bundle = asked_for(client)
    person = printed[0].assessment.person
    person.office = OrganizationFactory()
    person.save()

    make_bundle(bundle_id=bundle.pk)

    bundle.refresh_from_db()
    with bundle.file.open() as file:
        assert set(names_in(file.read())) == {f"{printed[1].folio}.pdf"}
    assert bundle.ids == [printed[1].pk]


@pytest.mark.rule("SEC-3")
def test_who_accompanies_reads_and_who_only_keeps_the_register_does_not(printed):
    person = printed[0].assessment.person
    caseworker = person.assignments.get(kind=AssignmentKind.CASEWORKER).user
    officer = UserFactory(officer=True)

    readable = Certificate.objects.readable_by
    assert list(readable(caseworker)) == [printed[0]]
    assert set(Certificate.objects.visible_to(officer)) == set(printed)
    assert not readable(officer).exists()
    assert list(readable(printed[1].assessment.officer)) == [printed[1]]


@pytest.mark.rule("SEC-16")
def test_none_and_too_many_are_refused_and_a_request_is_kept_once(printed, coordinator, settings):
    some, key = printed[:2], uuid4()
    settled = [
        bundles.request_bundle(some, key=key, purpose="Entrega", by=coordinator)
        for _each in range(2)
    ]
    assert settled[0] == settled[1] == CertificateBundle.objects.get()

    for wrong in ([], some * bundles.MOST, printed):
        with pytest.raises(ValidationError):
            bundles.request_bundle(wrong, key=uuid4(), purpose="Entrega", by=coordinator)


def test_bad_answers_are_said_at_the_field_and_nothing_is_made(client, printed, coordinator):
    for purpose, status in (("", 422), ("a\x00b", 422), ("x" * 301, 422)):
        answer = client.post(reverse(CREATE), {"key": str(uuid4()), "purpose": purpose})
        assert answer.status_code == status
        assert "purpose" in answer.context["form"].errors
    other = Client()
    other.force_login(UserFactory(coordinator=True, at=OrganizationFactory()))
    answer = other.post(reverse(CREATE), {"key": str(uuid4()), "purpose": "Entrega"})
    assert answer.status_code == 409
    assert not CertificateBundle.objects.exists()


@pytest.mark.rule("SEC-19")
def test_the_file_is_made_once_and_erased_after_three_days(
    client, printed, coordinator, media_root, django_capture_on_commit_callbacks
):
    bundle = asked_for(client)
    for _each in range(2):
        make_bundle(bundle_id=bundle.pk)
    files = list((media_root / "bundles").glob("*.zip"))
    assert [each.name for each in files] == [f"{bundle.public_id}.zip"]
    assert CertificateBundle.objects.get().attempts == 1

    CertificateBundle.objects.update(asked_at=timezone.now() - timedelta(hours=73))
    with django_capture_on_commit_callbacks(execute=True):
        see_to_bundles()

    assert list((media_root / "bundles").glob("*.zip")) == []
    assert "se borró" in client.get(bundle.get_absolute_url()).content.decode()


@pytest.mark.rule("SEC-23")
def test_a_file_ends_with_the_data_of_somebody_in_it(
    client, printed, coordinator, django_capture_on_commit_callbacks
):
    bundle = asked_for(client)
    make_bundle(bundle_id=bundle.pk)

    with django_capture_on_commit_callbacks(execute=True):
        bundles.erase_bundles_of({printed[0].person_id})

    bundle.refresh_from_db()
    assert (bundle.file.name, bundle.erased_at is None) == ("", False)


@pytest.mark.rule("SEC-23")
def test_what_was_erased_before_it_was_made_is_not_made(client, printed, coordinator, media_root):
    bundle = asked_for(client)
    bundles.erase_bundles_of({printed[0].person_id})

    make_bundle(bundle_id=bundle.pk)

    bundle.refresh_from_db()
    assert (bundle.file.name, bundle.is_done) == ("", True)
    assert not list(media_root.rglob("*.zip"))


@pytest.mark.rule("SEC-3")
def test_the_file_is_for_its_asker_as_long_as_all_papers_are(client, printed, coordinator):
    bundle = asked_for(client)
    make_bundle(bundle_id=bundle.pk)
    url = reverse("certification:bundle_file", args=[bundle.public_id])
    b"".join(client.get(url))

    Person.objects.filter(pk=printed[0].person_id).update(restricted_at=timezone.now())

    assert client.get(url).status_code == 404
    assert url not in client.get(bundle.get_absolute_url()).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_ask_the_same_queries(
    client, coordinator, office, count, django_assert_max_num_queries
):
    for each in CertificateFactory.create_batch(count, assessment__person__office=office):
        render_certificate(certificate_id=each.pk)
    with django_assert_max_num_queries(11):
        client.get(reverse(CREATE))
    bundle = asked_for(client)
    make_bundle(bundle_id=bundle.pk)
    with django_assert_max_num_queries(7):
        client.get(bundle.get_absolute_url())
