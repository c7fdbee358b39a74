"""The pages of referrals: ours, the institution's without an account, and whom others send."""

import re
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pikepdf
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actions.reasons import give_reason
from accounts.choices import ReadKind
from accounts.models import Activity, ReadLog
from accounts.roles import Role
from beneficiaries.actions.referral_links import VISITS_OF_ONE, make_link, secret_of_link
from beneficiaries.jobs import leave_late_referrals
from beneficiaries.models import (
    DirectoryEntry,
    DoNotContact,
    IncomingReferral,
    Referral,
    ReferralLink,
    ReferralVisit,
)
from genesis.lib.sensitivity import D4
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    AssignmentFactory,
    CaseFactory,
    ConsentFactory,
    ContactFactory,
    LookupFactory,
    NoticeFactory,
    PersonFactory,
)
from tests.factories.referrals import (
    DirectoryEntryFactory,
    IncomingReferralFactory,
    ReferralFactory,
)

pytestmark = pytest.mark.django_db
SECRET_REASON = "No ha comido desde ayer."


@pytest.fixture(autouse=True)
def fresh_turns():
    cache.clear()


@pytest.fixture
def person():
    person = PersonFactory(surnames="Quijivix", with_case=True)
    ContactFactory(person=person)
    LookupFactory(list="need", code="food", es="Alimentación", en="Food")
    return person


@pytest.fixture
def caseworker(client, person):
    user = UserFactory(caseworker=True, at=person.office)
    AssignmentFactory(person=person, user=user)
    client.force_login(user)
    return user


def page(name, *args):
    return reverse(f"beneficiaries:{name}", args=args)


def _as(user):
    client = Client()
    client.force_login(user)
    return client


def sent_to(person, **more):
    return ReferralFactory(case=person.cases.get(), sent=True, **more)


def answers(entry, **changes):
    return {
        "key": str(uuid4()),
        "organization": entry.pk,
        "focal_point": "",
        "priority": "urgent",
        "needs": ["food"],
        "reason": SECRET_REASON,
        "data_shared": ["name", "needs"],
    } | changes


# Ours


def test_a_referral_goes_from_the_draft_to_its_outcome(client, person, caseworker):
    ConsentFactory(person=person, purpose="share_partner")
    client.post(page("referral_create", person.public_id), answers(DirectoryEntryFactory()))
    referral = Referral.objects.get()
    assert referral.focal_point == "Lic. Marta Rivas"

    def send(name, **said):
        referral.refresh_from_db()
        response = client.post(page(name, referral.public_id), {"version": referral.version} | said)
        assert response.status_code == 302, response.content.decode()
        referral.refresh_from_db()

    send("referral_ready")
    send("referral_send", via="phone")
    send("referral_acknowledge")
    send("referral_answer", accepts="yes", feedback="")
    send("referral_begin", on=timezone.localdate().isoformat())
    send("referral_finish", outcome="partially", feedback="Dieron la mitad.")

    assert (referral.state, referral.outcome) == ("completed", "partially")
    text = client.get(referral.get_absolute_url()).content.decode()
    assert "Dieron la mitad." in text
    assert Activity.objects.filter(person_id=person.pk, verb="referral.completed").exists()


@pytest.mark.parametrize("name", ["referral_create", "person_referral_list"])
def test_the_consent_that_is_missing_is_asked_for_and_leads_back(client, person, caseworker, name):
    here = page(name, person.public_id)
    ask = page("consent_create", person.public_id, "share_partner") + f"?siguiente={here}"
    assert ask in client.get(here).content.decode()
    NoticeFactory()

    typed = {"key": str(uuid4()), "agrees": "yes", "channel": "paper_signed"}

    assert client.post(ask, typed).url == here


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(client, person, caseworker):
    wrong = answers(DirectoryEntryFactory(), confidential="on", data_shared=["name"])

    response = client.post(page("referral_create", person.public_id), wrong)

    assert response.status_code == 422
    assert "data_shared" in response.context["form"].errors
    assert SECRET_REASON in response.content.decode()
    assert not Referral.objects.exists()


@pytest.mark.rule("CASE-15")
def test_an_institution_that_she_avoids_is_not_offered(client, person, caseworker):
    entry, other = DirectoryEntryFactory(), DirectoryEntryFactory()
    DoNotContact.objects.create(
        person=person, kind="institution", name="X", organization=entry.organization
    )

    text = client.get(page("referral_create", person.public_id)).content.decode()

    assert other.organization.name in text
    assert entry.organization.name not in text
    response = client.post(page("referral_create", person.public_id), answers(entry))
    assert response.status_code == 422


@pytest.mark.rule("CASE-12")
def test_why_she_was_referred_is_read_only_with_a_reason_of_the_day(client, person, caseworker):
    referral = ReferralFactory(case=person.cases.get())

    assert SECRET_REASON not in client.get(referral.get_absolute_url()).content.decode()
    assert client.get(page("referral_change", referral.public_id)).status_code == 302
    give_reason(person.pk, level=D4, reason="Visita.", by=caseworker)
    assert SECRET_REASON in client.get(referral.get_absolute_url()).content.decode()
    assert ReadLog.objects.latest("pk").kind == ReadKind.PROTECTION

    response = _as(UserFactory(coordinator=True, at=person.office)).get(referral.get_absolute_url())
    assert response.status_code == 200
    assert SECRET_REASON not in response.content.decode()


def test_the_paper_of_a_referral_asks_why_and_leads_back_to_its_page(client, person, caseworker):
    referral = sent_to(person)

    asked = client.get(page("referral_file", referral.public_id))
    given = client.post(asked.url, {"key": str(uuid4()), "reason": "La imprimo."})

    assert given.url == referral.get_absolute_url()


def test_other_offices_do_not_find_it_and_colleagues_do_not_act(person):
    referral = sent_to(person)
    client = _as(UserFactory(caseworker=True))
    assert client.get(referral.get_absolute_url()).status_code == 404
    assert person.surnames not in client.get(page("referral_list")).content.decode()

    client = _as(UserFactory(caseworker=True, at=person.office))
    assert client.get(referral.get_absolute_url()).status_code == 200
    for name in ("referral_acknowledge", "referral_link_make", "referral_finish"):
        sent = {"version": referral.version, "key": str(uuid4())}
        assert client.post(page(name, referral.public_id), sent).status_code == 403


def test_three_copies_say_only_what_was_ticked(client, person, caseworker):
    referral = sent_to(person, data_shared=["needs"], confidential=True)
    address = page("referral_file", referral.public_id)
    assert client.get(address).status_code == 302  # first a reason
    give_reason(person.pk, level=D4, reason="Imprimir.", by=caseworker)

    response = client.get(address)

    with pikepdf.open(BytesIO(response.content)) as pdf:
        assert len(pdf.pages) == 3
        assert "Quijivix" not in str(pdf.docinfo.get("/Title", ""))
    assert "Quijivix" not in response["Content-Disposition"]


def test_a_draft_is_not_printed(client, person, caseworker):
    give_reason(person.pk, level=D4, reason="Imprimir.", by=caseworker)
    referral = ReferralFactory(case=person.cases.get())

    assert client.get(page("referral_file", referral.public_id)).status_code == 404


def test_the_page_of_a_referral_asks_few_questions(client, person, caseworker, referral):
    make_link(referral, key=uuid4(), by=caseworker)
    give_reason(person.pk, level=D4, reason="Visita.", by=caseworker)
    client.get(referral.get_absolute_url())

    with CaptureQueriesContext(connection) as asked:
        client.get(referral.get_absolute_url())

    assert len(asked) <= 15, [each["sql"][:80] for each in asked]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("name", ["referral_list", "directory_list", "person_referral_list"])
def test_pages_ask_the_same_whatever_the_rows(client, person, caseworker, name, rows):
    consent = ConsentFactory(person=person, purpose="share_partner")
    for _each in range(rows):
        sent_to(person, consent=consent)
    address = page(name, *([person.public_id] if name.startswith("person") else []))
    client.get(address)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(address).status_code == 200

    expected = {"referral_list": 6, "directory_list": 7, "person_referral_list": 8}
    assert len(asked) == expected[name], [each["sql"][:80] for each in asked]


# The institution's page


@pytest.fixture
def referral(person):
    return sent_to(person, data_shared=["name", "needs"])


@pytest.fixture
def address(referral):
    link = make_link(referral, key=uuid4(), by=referral.made_by)
    return reverse("referral_page", args=[secret_of_link(link)])


def test_the_institution_reads_what_was_ticked_and_no_title_or_address_names_her(
    client, referral, address
):
    response = client.get(address)
    text = response.content.decode()

    assert "Quijivix" in text
    assert "Alimentación" in text
    assert SECRET_REASON not in text
    assert "Quijivix" not in text.partition("</title>")[0]
    assert "Quijivix" not in address
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "no-store"
    assert "noindex" in response["X-Robots-Tag"]


def test_the_address_has_128_bits_and_is_stored_nowhere(referral, address):
    secret = address.strip("/").rpartition("/")[2]
    link = ReferralLink.objects.get()

    assert len(secret) == 26  # of five bits each
    assert secret not in (link.digest, str(link.public_id))
    assert link.expires_at - timezone.now() < timedelta(days=31)


def test_each_visit_is_kept_and_opening_is_not_answering(client, referral, address):
    client.get(address)
    client.get(address)

    referral.refresh_from_db()
    assert referral.state == "sent"
    assert ReferralVisit.objects.count() == 2


def test_unknown_expired_shut_and_cancelled_are_answered_alike(client, referral, address):
    unknown = client.get(reverse("referral_page", args=["A" * 26]))
    ReferralLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    expired = client.get(address)
    ReferralLink.objects.update(
        expires_at=timezone.now() + timedelta(days=1), revoked_at=timezone.now()
    )
    shut = client.get(address)
    ReferralLink.objects.update(revoked_at=None)
    assert client.get(address).status_code == 200
    referral.case.person.consents.update(granted=False)
    not_agreed = client.get(address)

    assert {each.status_code for each in (unknown, expired, shut, not_agreed)} == {404}
    assert len({_without_tokens(each) for each in (unknown, expired, shut, not_agreed)}) == 1


def _without_tokens(response):
    """The page without what stands in it of the request itself: its token, its address."""
    text = response.content.decode().replace(response.request["PATH_INFO"], "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


def test_the_institution_accepts_and_finishes_without_an_account(client, referral, address):
    def send(step, **said):
        referral.refresh_from_db()
        return client.post(address, {"step": step, "version": referral.version} | said)

    assert send("recibida").status_code == 302
    assert send("aceptada").status_code == 302
    wrong = send("terminada", outcome="", feedback="Recibió víveres.")
    assert wrong.status_code == 422
    assert "Recibió víveres." in wrong.content.decode()
    assert send("terminada", outcome="service_received", feedback="Listo.").status_code == 302

    referral.refresh_from_db()
    assert (referral.state, referral.outcome, referral.feedback) == (
        "completed",
        "service_received",
        "Listo.",
    )
    assert Activity.objects.get(verb="referral.completed").actor is None
    assert "Quijivix" not in client.get(address).content.decode()


def test_the_institution_declines_with_a_reason(client, referral, address):
    assert (
        client.post(address, {"step": "no-aceptada", "version": referral.version}).status_code
        == 422
    )
    said = {"step": "no-aceptada", "version": referral.version, "feedback": "Sin cupo."}

    assert client.post(address, said).status_code == 302

    referral.refresh_from_db()
    assert (referral.state, referral.feedback) == ("declined_by_org", "Sin cupo.")


def test_an_old_page_of_the_institution_changes_nothing(client, referral, address):
    said = {"step": "aceptada", "version": referral.version + 3}

    assert client.post(address, said).status_code == 422
    referral.refresh_from_db()
    assert referral.state == "sent"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"step": "x", "version": "1"},
        {"step": "aceptada", "version": "x"},
        {"version": "9" * 40},
    ],
)
def test_what_nobody_would_send_is_refused(client, referral, address, said):
    assert client.post(address, said).status_code in {400, 422}


def test_the_page_is_not_asked_for_without_end(client, address):
    statuses = [client.get(address).status_code for _each in range(VISITS_OF_ONE + 1)]

    assert statuses[-2:] == [200, 429]


def test_another_page_shuts_the_first(client, referral, address):
    make_link(referral, key=uuid4(), by=referral.made_by)

    assert client.get(address).status_code == 404


# The directory


def test_the_directory_is_searched_by_name_need_and_department(client, person, caseworker):
    department = person.district.department
    here = DirectoryEntryFactory(services=["food"])
    here.departments.add(department)
    other = DirectoryEntryFactory(services=["health"])

    def found(**asked):
        text = client.get(page("directory_list"), asked).content.decode()
        return [each for each in (here, other) if each.organization.name in text]

    need = LookupFactory(list="need", code="food")
    assert found() == [here, other]
    assert found(nombre=here.organization.name) == [here]
    assert found(necesidad=need.pk) == [here]
    assert found(departamento=department.pk) == [here, other]  # one of the whole country


def test_administration_puts_an_institution_into_the_directory(client):
    client.force_login(UserFactory(administrator=True))
    LookupFactory(list="need", code="food")
    organization = OrganizationFactory(kinds=["partner"])
    address = reverse("programme:directory_change", args=[organization.public_id])
    assert client.post(address, {"version": 0}).status_code == 422  # helps with nothing

    sent = {"version": 0, "services": ["food"], "focal_point": "Ana", "active": "on"}
    assert client.post(address, sent).status_code == 302
    assert client.post(address, sent).status_code == 409
    assert DirectoryEntry.objects.get().services == ["food"]
    assert "Ana" in client.get(organization.get_absolute_url()).content.decode()


# People whom institutions send


@pytest.fixture
def registrar(client):
    user = UserFactory(role=Role.REGISTRAR)
    client.force_login(user)
    return user


def office_of(user):
    return user.role_assignments.get().organization


def test_somebody_who_was_sent_is_answered_for_in_five_working_days(client, registrar):
    source = LookupFactory(list="referral_source", code="gami")
    sent = {
        "key": str(uuid4()),
        "source": source.pk,
        "sender": "Ana Paz",
        "name": "Josué Quijada",
        "received_on": timezone.localdate().isoformat(),
        "office": office_of(registrar).pk,
    }

    for _twice in range(2):
        assert client.post(page("incoming_create"), sent).status_code == 302

    incoming = IncomingReferral.objects.get()
    assert (incoming.answer_due_on - incoming.received_on).days >= 5
    client.post(page("incoming_answer", incoming.public_id), {"version": incoming.version})
    incoming.refresh_from_db()
    assert incoming.answered_by == registrar


@pytest.mark.rule("CASE-3")
@pytest.mark.parametrize("end", ["not_interested", "not_eligible"])
def test_who_is_not_registered_is_not_kept_by_name(client, registrar, end):
    incoming = IncomingReferralFactory(office=office_of(registrar))

    for to in ("contacted", end):
        address = page("incoming_move", incoming.public_id, to)
        assert client.post(address, {"version": incoming.version}).status_code == 302
        incoming.refresh_from_db()

    assert (incoming.state, incoming.name, str(incoming.phone)) == (end, "", "")
    assert "Quijada" not in str(list(Activity.objects.values_list("changes", flat=True)))


def test_who_is_registered_is_the_person_of_the_file(client, registrar):
    incoming = IncomingReferralFactory(office=office_of(registrar), state="contacted")
    person = PersonFactory(office=office_of(registrar))
    address = page("incoming_register", incoming.public_id)
    elsewhere = {"version": incoming.version, "expediente": PersonFactory().file_number}
    assert client.post(address, elsewhere).status_code == 422

    sent = {"version": incoming.version, "expediente": person.file_number}
    assert client.post(address, sent).status_code == 302

    incoming.refresh_from_db()
    assert (incoming.person, incoming.name) == (person, "")


def test_other_offices_do_not_see_who_was_sent(client, registrar):
    incoming = IncomingReferralFactory()

    assert "Quijada" not in client.get(page("incoming_list")).content.decode()
    assert client.get(page("incoming_detail", incoming.public_id)).status_code == 404


def test_steps_that_are_none_are_refused(client, registrar):
    incoming = IncomingReferralFactory(office=office_of(registrar))

    for to in ("registered", "no-hay"):
        address = page("incoming_move", incoming.public_id, to)
        assert client.post(address, {"version": incoming.version}).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_those_who_were_sent_asks_the_same_whatever_the_rows(client, registrar, rows):
    for _each in range(rows):
        IncomingReferralFactory(office=office_of(registrar))
    client.get(page("incoming_list"))

    with CaptureQueriesContext(connection) as asked:
        client.get(page("incoming_list"))

    assert len(asked) == 6, [each["sql"][:80] for each in asked]


def test_today_tells_what_waits(client, person, caseworker):
    consent = ConsentFactory(person=person, purpose="share_partner")
    referral = ReferralFactory(case=person.cases.get(), ready=True, consent=consent)
    incoming = IncomingReferralFactory(office=person.office)

    text = client.get(reverse("home")).content.decode()

    assert referral.get_absolute_url() in text
    assert page("incoming_detail", incoming.public_id) in text


def test_a_minor_without_a_case_is_not_referred_from_here(client):
    person = PersonFactory()
    user = UserFactory(caseworker=True, at=person.office)
    AssignmentFactory(person=person, user=user)
    client.force_login(user)

    assert client.get(page("referral_create", person.public_id)).status_code == 404
    assert not CaseFactory._meta.model.objects.exists()


@pytest.mark.rule("CASE-28")
def test_coordination_finds_what_was_not_answered_among_its_tasks(client):
    referral = ReferralFactory(sent=True, sent_at=timezone.now() - timedelta(hours=25))
    leave_late_referrals()
    client.force_login(UserFactory(coordinator=True, at=referral.case.office))

    text = client.get(page("task_list")).content.decode()

    assert page("person_referral_list", referral.case.person.public_id) in text
    assert "Una institución no ha respondido a una referencia" in text
    assert "registrar" not in text.partition("<main")[2].partition("</main>")[0]
