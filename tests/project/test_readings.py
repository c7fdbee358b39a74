"""Every answer that names a person leaves one row in the log of readings, or fails (SEC-6).

The pages are read from the list of addresses, so that none can be forgotten.
"""

from datetime import time
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.actions.reasons import give_reason
from accounts.choices import ReadKind
from accounts.models import ReadLog
from accounts.roles import Role
from beneficiaries.actions.access import break_glass
from beneficiaries.actions.attachments import add_attachment
from beneficiaries.actions.bulk import prepare_messages
from beneficiaries.actions.consents import make_receipt
from beneficiaries.actions.merging import merge_people
from beneficiaries.actions.reference import load_reference
from beneficiaries.models import Message, SafeContact, SafeHours, Suspicion
from genesis.lib.sensitivity import D4
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    AppointmentFactory,
    AssignmentFactory,
    ConsentFactory,
    ContactFactory,
    DocumentFactory,
    EnrolmentFactory,
    GroupFactory,
    GroupSessionFactory,
    JobFactory,
    MessageTemplateFactory,
    PersonFactory,
    TripFactory,
)
from tests.factories.papers import photo, upload
from tests.factories.referrals import ReferralFactory
from tests.project.test_access import all_routes

pytestmark = [pytest.mark.django_db, pytest.mark.rule("SEC-6", "CASE-12")]

SURNAME = "Quijivix"  # of nobody else, and in no text of ours
WITH_MANY = {"case_assign_many", "message_prepare_many", "export_create"}
READERS = [
    Role.CASEWORKER,
    Role.TERRITORIAL_COORDINATOR,
    Role.DATA_PROTECTION_OFFICER,
]


@pytest.fixture(scope="module", autouse=True)
def reference(django_db_setup, django_db_blocker):
    """What the pages stand on: code lists, the notice, the questions of the index."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_reference()
        yield
        transaction.set_rollback(True)


class World:
    """One person with a record of each kind, and whoever reads her."""

    def __init__(self):
        self.office = OrganizationFactory()
        self.person = PersonFactory(office=self.office, surnames=SURNAME, with_case=True)
        self.colleague = UserFactory(caseworker=True, at=self.office)
        self.caseworker = UserFactory(caseworker=True, at=self.office)
        AssignmentFactory(person=self.person, user=self.caseworker)
        give_reason(self.person.pk, level=D4, reason="Visita.", by=self.caseworker)
        ContactFactory(person=self.person)
        ConsentFactory(person=self.person, purpose="sensitive")
        SafeContact.objects.create(person=self.person, code_word="Colibrí")
        self.records = {
            "consent_withdraw": {"consent_id": self._consents()},
            "document_change": {"record_id": DocumentFactory(person=self.person).public_id},
            "trip_change": {"record_id": TripFactory(person=self.person).public_id},
            "job_change": {"record_id": JobFactory(person=self.person).public_id},
            **dict.fromkeys(("attachment_replace", "attachment_void"), self._attachment()),
            "hours_change": {"record_id": self._hours().public_id},
            "consent_create": {"purpose": "research"},
            "reason_give": {"level": "d4"},
        }
        receipt = make_receipt(self.person, key=uuid4(), by=self.caseworker)
        self.own = {"receipt_file": receipt.public_id} | self._duplicates() | self._agenda()
        self._message()
        self.own["bulk_detail"] = self._run().public_id
        break_glass(self.person, key=uuid4(), reason="Urge.", by=self.colleague)

    def _duplicates(self):
        """Another file that looks like hers, and one that was merged into hers."""
        twin, earlier = PersonFactory.create_batch(2, office=self.office)
        pair = Suspicion.objects.create(person=twin, other=self.person)
        merge = merge_people(
            self.person,
            earlier,
            versions=(self.person.version, earlier.version),
            reason="Es ella.",
            by=self.colleague,
        )
        asked = dict.fromkeys(("duplicate_merge", "duplicate_dismiss"), pair.public_id)
        return asked | dict.fromkeys(("merge_detail", "merge_undo"), merge.public_id)

    def _referrals(self):
        """A draft, one that is ready, and one that went out."""
        case = self.person.cases.get()
        consent = ConsentFactory(person=self.person, purpose="share_partner")
        ready = ReferralFactory(case=case, ready=True, consent=consent)
        sent = ReferralFactory(case=case, sent=True, consent=consent)
        steps = ("detail", "answer", "begin", "finish", "cancel")
        unsent = dict.fromkeys(("referral_change", "referral_send"), ready.public_id)
        return unsent | {f"referral_{each}": sent.public_id for each in steps}

    def _agenda(self):
        """An appointment, and a group with a session that was held."""
        made = AppointmentFactory(person=self.person, responsible=self.caseworker)
        group = GroupFactory(office=self.office)
        enrolment = EnrolmentFactory(group=group, person=self.person)
        session = GroupSessionFactory(group=group)
        steps = ("detail", "close", "move", "cancel")
        of_the_group = ("group_detail", "group_finish", "enrolment_create")
        return self._referrals() | {
            **{f"appointment_{each}": made.public_id for each in steps},
            **dict.fromkeys(of_the_group, group.public_id),
            "enrolment_drop": enrolment.public_id,
            "attendance_record": session.public_id,
        }

    def _consents(self):
        ConsentFactory(person=self.person)
        return ConsentFactory(person=self.person, purpose="image").public_id

    def _attachment(self):
        """A protected paper of hers: its own pages say the reading too."""
        attachment = add_attachment(
            self.person,
            key=uuid4(),
            by=self.caseworker,
            file=upload(photo()),
            kind="medical",
        )
        return {"record_id": attachment.public_id}

    def _hours(self):
        return SafeHours.objects.create(person=self.person, days=[0], starts=time(8), ends=time(9))

    def _message(self):
        return Message.objects.create(
            person=self.person,
            template=MessageTemplateFactory(),
            neutral=True,
            channel="sms",
            number="+50370000001",
            text="Hola.",
            not_before=self.person.recorded_at,
            prepared_by=self.caseworker,
        )

    def _run(self):
        """A text that the caseworker prepared for several, her among them."""
        return prepare_messages(
            [(self.person.pk, self.person.version)],
            key=uuid4(),
            template=MessageTemplateFactory(),
            values={},
            filters=[],
            by=self.caseworker,
        )

    def reader(self, role):
        if role == Role.CASEWORKER:
            return self.caseworker
        return UserFactory(role=role, at=self.office)

    def address(self, route):
        """The address of a route for this person; None when it needs a record of another kind."""
        name = route.name.partition(":")[2]
        known = self.records.get(name, {})
        if "public_id" in route.arguments:
            known = known | {"public_id": self.own.get(name, self.person.public_id)}
        if set(route.arguments) - set(known):
            return None
        whole = "?todas=1" if name in WITH_MANY else ""
        return reverse(route.name, kwargs=known) + whole


def pages_that_name_her(world, user):
    """Each page that names the person, with the rows that it left in the log."""
    client = Client()
    client.force_login(user)
    for route in all_routes():
        address = world.address(route)
        if address is None or route.name.startswith(("account", "mfa")):
            continue
        before = ReadLog.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        response = client.get(address)
        if response.status_code == 200 and not response.streaming and _names_her(response):
            rows = ReadLog.objects.filter(pk__gt=before, actor=user)
            yield route, list(rows.exclude(kind=ReadKind.DENIED))


def _names_her(response):
    return SURNAME in response.content.decode(errors="replace")


@pytest.mark.parametrize("role", READERS)
def test_every_page_that_names_a_person_leaves_one_row_with_her_number(role):
    world = World()

    faults, seen = [], 0
    for route, rows in pages_that_name_her(world, world.reader(role)):
        seen += 1
        if len(rows) != 1 or world.person.pk not in rows[0].persons:
            faults.append((route.name, [each.persons for each in rows]))

    assert faults == []
    assert seen >= {Role.CASEWORKER: 20, Role.DATA_PROTECTION_OFFICER: 0}.get(role, 8)


def test_a_page_whose_reading_cannot_be_kept_fails():
    world = World()
    client = Client(raise_request_exception=False)
    client.force_login(world.caseworker)

    def refuse(execute, sql, params, many, context):
        if 'INSERT INTO "accounts_readlog"' in sql:
            raise DatabaseError("the log is full")
        return execute(sql, params, many, context)

    for name in ("person_detail", "person_file", "consent_list", "access_explain"):
        address = reverse(f"beneficiaries:{name}", args=[world.person.public_id])
        assert client.get(address).status_code == 200
        with connection.execute_wrapper(refuse):
            response = client.get(address)
        transaction.set_rollback(False)  # nothing was written that the next page would miss
        assert response.status_code == 500
        assert SURNAME not in response.content.decode()


def test_the_protected_page_is_not_shown_before_a_reason_is_given():
    world = World()
    other = UserFactory(caseworker=True, at=world.office)
    world.person.assignments.update(user=other)
    client = Client()
    client.force_login(other)
    address = reverse("beneficiaries:person_protection", args=[world.person.public_id])

    asked = client.get(address)

    assert asked.status_code == 302
    give_reason(world.person.pk, level=D4, reason="Visita.", by=other)
    assert "Colibrí" in client.get(address).content.decode()
