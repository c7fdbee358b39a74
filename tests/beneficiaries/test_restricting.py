"""A restriction that was granted: her data are kept, and nobody uses or shares them."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from accounts.roles import Role
from beneficiaries.actions import bulk, cases, referrals, rights
from beneficiaries.actions.consents import has_consent, may_share
from beneficiaries.actions.list_exports import ask_for_export, make_export, may_fetch
from beneficiaries.actions.merging import merge_people
from beneficiaries.actions.messages import NotPossible, prepare_message, tick_message
from beneficiaries.actions.referral_links import find_link, link_of, make_link, secret_of_link
from beneficiaries.actions.unmerging import undo_merge
from beneficiaries.choices import BulkOutcome, ConsentPurpose, MessageState, RightsState
from beneficiaries.models import ListExport, Person, RightsRequest
from beneficiaries.permissions import exportable
from genesis.lib.states import StaleRecord
from tests.beneficiaries.test_rights import granted, in_review
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import (
    AssignmentFactory,
    CaseFactory,
    ConsentFactory,
    ContactFactory,
    MessageTemplateFactory,
    PersonFactory,
)
from tests.factories.referrals import ReferralFactory

pytestmark = pytest.mark.django_db
LIMITED = "Datos limitados a petición suya: no se usan ni se comparten."


@pytest.fixture
def officer():
    return UserFactory(role=Role.DATA_PROTECTION_OFFICER)


@pytest.fixture
def coordinator(office):
    return UserFactory(coordinator=True, at=office)


@pytest.fixture
def person(office):
    """Somebody who may be written to, and who agreed to everything."""
    person = PersonFactory(office=office)
    ContactFactory(person=person, allowed_channels=["whatsapp"], safe_to_identify_project=True)
    for purpose in ConsentPurpose:
        ConsentFactory(person=person, purpose=purpose)
    return person


@pytest.fixture
def restricted(person, officer):
    granted(person, officer, right="limitation")
    person.refresh_from_db()
    return person


def lift(asked, by, reason="Lo pidió en persona."):
    asked.refresh_from_db()
    return rights.lift_restriction(asked, version=asked.version, reason=reason, by=by)


def prepare(person, key=None):
    values = {"actividad": "Curso", "dia": "jueves", "hora": "8:00", "lugar": "la oficina"}
    return prepare_message(
        person,
        key=key or uuid4(),
        template=MessageTemplateFactory(),
        channel="whatsapp",
        values=values,
        by=UserFactory(first_name="Luz"),
    )


def export_of(people, by):
    made = ask_for_export(
        [each.pk for each in people],
        key=uuid4(),
        columns=["sector"],
        filters=[],
        file_format="xlsx",
        named=False,
        purpose="Reunión",
        by=by,
    )
    make_export(made.pk)
    made.refresh_from_db()
    return made


@pytest.mark.parametrize("outcome", ["granted", "partly", "refused"])
def test_it_holds_from_the_answer_on_when_it_is_granted(person, officer, outcome):
    asked = in_review(person, officer, right="limitation")

    rights.answer_request(
        asked, version=asked.version, outcome=outcome, ground="Ley.", answer="Sí.", by=officer
    )

    person.refresh_from_db()
    assert bool(person.restricted_at) == (outcome != "refused")
    told = Activity.objects.filter(verb="person.restricted", person_id=person.pk)
    assert told.count() == (outcome != "refused")


@pytest.mark.parametrize("right", ["access", "objection", "rectification"])
def test_no_other_right_restricts(person, officer, right):
    granted(person, officer, right=right)

    person.refresh_from_db()
    assert person.restricted_at is None


def test_nothing_that_she_agreed_to_goes_on(restricted):
    for purpose in ConsentPurpose:
        assert not has_consent(restricted, purpose)
        assert not may_share(restricted, purpose)
    assert restricted.consents.standing().count() == len(ConsentPurpose)  # none was taken back


def test_nothing_is_prepared_nor_sent(person, officer):
    waiting = prepare(person)
    granted(person, officer, right="limitation")

    waiting.refresh_from_db()
    assert waiting.state == MessageState.CANCELLED
    with pytest.raises(NotPossible, match="Sus datos están limitados"):
        prepare(person)


def test_what_waits_is_not_sent_either(restricted):
    Person.objects.update(restricted_at=None)
    waiting = prepare(Person.objects.get())
    Person.objects.update(restricted_at=timezone.now())
    waiting.refresh_from_db()

    with pytest.raises(NotPossible, match="Sus datos están limitados"):
        tick_message(waiting, version=waiting.version, by=UserFactory())


def test_a_text_that_waits_has_no_link_to_be_opened(client, person, office):
    by = UserFactory(caseworker=True, at=office)
    AssignmentFactory(person=person, user=by)
    prepare(person)
    client.force_login(by)
    url = reverse("beneficiaries:message_list")
    assert "wa.me" in client.get(url).content.decode()

    Person.objects.update(restricted_at=timezone.now())

    page = client.get(url).content.decode()
    assert "wa.me" not in page
    assert "Datos limitados" in page


def test_who_is_restricted_is_referred_to_nobody(restricted):
    referral = ReferralFactory(case=CaseFactory(person=restricted))

    with pytest.raises(ValidationError, match="Sus datos están limitados"):
        referrals.ready_referral(referral, version=1, by=UserFactory())


def test_the_page_of_an_institution_is_shut_until_it_is_lifted(client, person, officer):
    consent = person.consents.get(purpose="share_partner")
    referral = ReferralFactory(case=CaseFactory(person=person), sent=True, consent=consent)
    link = make_link(referral, key=uuid4(), by=officer)
    address = reverse("referral_page", args=[secret_of_link(link)])
    assert client.get(address).status_code == 200

    asked = granted(person, officer, right="limitation")

    assert client.get(address).status_code == 404
    assert find_link(secret_of_link(link)) is None
    assert link_of(referral) is None
    with pytest.raises(ValidationError, match="Sus datos están limitados"):
        make_link(referral, key=uuid4(), by=officer)

    lift(asked, officer)
    assert client.get(address).status_code == 200
    assert link_of(referral) == link


def test_nothing_is_done_with_her_in_an_action_on_many(person, officer, coordinator, office):
    other, to = PersonFactory(office=office), UserFactory(caseworker=True, at=office)
    granted(person, officer, right="limitation")
    person.refresh_from_db()

    run = bulk.assign_many(
        [(person.pk, person.version), (other.pk, 1)], key=uuid4(), to=to, filters=[], by=coordinator
    )
    bulk.do_few(run)

    rows = dict(run.rows.values_list("person", "outcome"))
    assert rows == {person.pk: BulkOutcome.REFUSED, other.pk: BulkOutcome.DONE}
    assert "limitados" in run.rows.get(person=person).why
    assert cases.caseworker_of(person) is None


def test_she_is_in_no_file_of_a_list(client, person, officer, coordinator, office):
    other = PersonFactory(office=office)
    before = export_of([person, other], coordinator)
    assert may_fetch(before, coordinator)

    granted(person, officer, right="limitation")

    assert set(exportable(coordinator)) == {other}
    assert not may_fetch(before, coordinator)
    client.force_login(coordinator)
    page = client.get(reverse("beneficiaries:export_create") + "?todas=1").content.decode()
    assert "1 persona de la lista no va en el archivo" in page
    assert "sus datos están limitados" in page


def test_a_file_that_is_being_made_leaves_her_out(person, officer, coordinator, office):
    other = PersonFactory(office=office)
    ids = [person.pk, other.pk]
    waiting = ListExport.objects.create(
        asked_by=coordinator, purpose="Reunión", columns=[], file_format="xlsx", ids=ids, total=2
    )
    granted(person, officer, right="limitation")

    make_export(waiting.pk)

    waiting.refresh_from_db()
    assert waiting.ids == [other.pk]


def test_her_office_opens_her_file_and_is_told(client, restricted, office):
    client.force_login(UserFactory(caseworker=True, at=office))

    for name in ("person_detail", "person_file", "consent_list"):
        page = client.get(reverse(f"beneficiaries:{name}", args=[restricted.public_id]))
        assert LIMITED in page.content.decode(), name

    Person.objects.update(restricted_at=None)
    page = client.get(restricted.get_absolute_url())
    assert LIMITED not in page.content.decode()


def test_it_is_lifted_by_data_protection_with_a_reason(client, restricted, officer):
    asked = RightsRequest.objects.get()
    url = reverse("beneficiaries:rights_lift", args=[asked.public_id])
    client.force_login(officer)
    assert url in client.get(asked.get_absolute_url()).content.decode()

    empty = client.post(url, {"version": asked.version, "reason": ""})
    done = client.post(url, {"version": asked.version, "reason": "Lo pidió."}, follow=True)

    assert (empty.status_code, done.status_code) == (422, 200)
    restricted.refresh_from_db()
    asked.refresh_from_db()
    assert (restricted.restricted_at, asked.lifted_by) == (None, officer)
    assert has_consent(restricted, "image")
    assert "Lo pidió." in done.content.decode()
    assert url not in done.content.decode()
    verbs = set(Activity.objects.values_list("verb", flat=True))
    assert {"rights.restriction_lifted", "person.unrestricted"} <= verbs
    assert client.get(url).url == asked.get_absolute_url()  # there is nothing to lift any more


def test_who_only_takes_requests_down_lifts_nothing(client, restricted, office):
    client.force_login(UserFactory(coordinator=True, at=office))
    asked = RightsRequest.objects.get()

    assert (
        client.get(reverse("beneficiaries:rights_lift", args=[asked.public_id])).status_code == 403
    )


def test_nothing_is_lifted_twice_nor_from_an_old_page(restricted, officer):
    asked = RightsRequest.objects.get()
    with pytest.raises(StaleRecord):
        rights.lift_restriction(asked, version=1, reason="Vieja.", by=officer)
    lift(asked, officer)

    with pytest.raises(ValidationError):
        lift(asked, officer)


def test_a_request_that_restricts_is_not_taken_back_in_silence(client, restricted, officer):
    asked = RightsRequest.objects.get()
    client.force_login(officer)
    url = reverse("beneficiaries:rights_step", args=[asked.public_id, "retirar"])
    assert url not in client.get(asked.get_absolute_url()).content.decode()

    refused = client.post(url, {"version": asked.version}, follow=True).content.decode()

    asked.refresh_from_db()
    assert "levante primero la limitación" in refused
    assert asked.state == RightsState.ANSWERED
    asked = lift(asked, officer)
    client.post(url, {"version": asked.version})
    asked.refresh_from_db()
    assert asked.state == RightsState.WITHDRAWN


def test_while_another_request_stands_the_data_stay_restricted(restricted, officer):
    first, second = RightsRequest.objects.get(), granted(restricted, officer, right="limitation")

    lift(first, officer)
    restricted.refresh_from_db()
    assert restricted.restricted_at

    lift(second, officer)
    restricted.refresh_from_db()
    assert restricted.restricted_at is None


def test_what_restricts_nothing_is_not_lifted(person, officer):
    with pytest.raises(ValidationError):
        lift(granted(person, officer, right="objection"), officer)


@pytest.mark.parametrize(
    "changes", [{"right": "access"}, {"outcome": "refused", "ground": "Ley."}, {"lift_reason": ""}]
)
def test_the_database_knows_what_is_lifted(restricted, officer, changes):
    lift(RightsRequest.objects.get(), officer)

    with pytest.raises(IntegrityError), transaction.atomic():
        RightsRequest.objects.update(**changes)


@pytest.mark.parametrize("of_which", ["kept", "merged"])
def test_it_survives_that_two_files_become_one(person, office, officer, coordinator, of_which):
    other = PersonFactory(office=office)
    ContactFactory(person=other, phone_1="+50370000002")
    granted(person, officer, right="limitation")
    kept, merged = (person, other) if of_which == "kept" else (other, person)
    for each in (kept, merged):
        each.refresh_from_db()

    record = merge_people(
        kept, merged, versions=(kept.version, merged.version), reason="Es ella.", by=coordinator
    )

    kept.refresh_from_db()
    assert kept.restricted_at
    undo_merge(record, version=record.version, reason="No era.", by=coordinator)
    person.refresh_from_db()
    other.refresh_from_db()
    assert (bool(person.restricted_at), other.restricted_at) == (True, None)


def test_what_was_lifted_is_not_back_when_two_files_are_taken_apart(
    person, office, officer, coordinator
):
    other = PersonFactory(office=office)
    asked = granted(person, officer, right="limitation")
    person.refresh_from_db()
    record = merge_people(
        other, person, versions=(1, person.version), reason="Es ella.", by=coordinator
    )
    lift(asked, officer)

    undo_merge(record, version=record.version, reason="No era.", by=coordinator)

    assert not Person.objects.exclude(restricted_at=None).exists()


@pytest.mark.parametrize(
    ("right", "told"),
    [
        ("limitation", "se conservan pero no se usan"),
        ("objection", "se cierra cuando diga que está hecho"),
    ],
)
def test_the_form_says_what_follows_from_a_yes(client, person, officer, right, told):
    asked = in_review(person, officer, right=right)
    client.force_login(officer)

    page = client.get(reverse("beneficiaries:rights_answer", args=[asked.public_id]))

    assert told in page.content.decode()
