"""What happens while a file moves: to another office, into another file, or is restricted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from time import sleep
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import OperationalError
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from beneficiaries.actions import (
    appointments,
    care,
    merging,
    moves,
    referrals,
    reminders,
    rights,
    transfers,
)
from beneficiaries.actions.duplicates import close_task
from beneficiaries.models import Person, Risk, Task, Transfer
from genesis.lib.states import StaleRecord
from tests.beneficiaries.test_care import FOUND, lists, told  # noqa: F401
from tests.beneficiaries.test_merging import merge, undo
from tests.beneficiaries.test_rights import ask, granted
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    AppointmentFactory,
    ConsentFactory,
    ContactFactory,
    MessageTemplateFactory,
    PersonFactory,
    PhaseFactory,
    ScreeningFactory,
)
from tests.factories.referrals import ReferralFactory
from tests.threads import in_threads, meet_at_first_locks

at_once = pytest.mark.django_db(transaction=True)
DAYS = timedelta(days=3)


def elsewhere(work):
    """Do something in another connection, and wait for its end."""

    def run():
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(timeout=20)


def moving(person):
    """A file that another office has asked for, and who says yes to it."""
    PhaseFactory()
    to = OrganizationFactory()
    asked = Transfer.objects.create(
        person=person, to_office=to, asked_by=UserFactory(), reason="Se mudó."
    )
    here = UserFactory(coordinator=True, at=person.office)

    def accept():
        return transfers.accept_transfer(asked, version=1, answer="Sí.", by=here)

    return to, accept


@pytest.mark.rule("CASE-1")
@at_once
def test_what_was_done_while_two_files_are_merged_stays_done_when_it_is_undone(monkeypatch):
    kept, merged = PersonFactory(with_case=True), PersonFactory(with_case=True)
    officer, by = UserFactory(role=Role.DATA_PROTECTION_OFFICER), UserFactory()
    task = granted(merged, officer, right="rectification").task
    both = merging.lock_both

    def faster(*people):  # in the same moment somebody does what was left to do
        found = both(*people)
        elsewhere(lambda: close_task(task, version=task.version, outcome="Corregido.", by=by))
        return found

    monkeypatch.setattr(merging, "lock_both", faster)
    undo(merge(kept, merged))

    task.refresh_from_db()
    assert (task.outcome, task.done_by) == ("Corregido.", by)


@pytest.mark.django_db
@pytest.mark.rule("CASE-18")
def test_an_alarm_that_the_clock_raises_goes_to_the_office_that_holds_the_file(monkeypatch):
    person = PersonFactory(with_case=True)
    to, accept = moving(person)
    there = UserFactory(role=Role.CLINICAL_SUPERVISOR, at=to)
    screening = ScreeningFactory(case=person.cases.get())
    Risk.objects.filter(screening=screening).update(calls_for_protocol=True)
    raise_alarm = care.raise_alarm

    def later(risk):  # the clock has read its list; those before this one take their time
        accept()
        raise_alarm(risk)

    monkeypatch.setattr(care, "raise_alarm", later)

    assert care.raise_missing_alarms() == 1
    assert Task.objects.visible_to(there).count() == 1


@at_once
@pytest.mark.rule("CASE-28")
def test_a_late_referral_is_left_to_the_office_that_holds_the_file_then(monkeypatch):
    person = PersonFactory(with_case=True)
    to, accept = moving(person)
    there = UserFactory(coordinator=True, at=to)
    late = ReferralFactory(sent=True, case=person.cases.get(), sent_at=timezone.now() - DAYS)
    locking, tried = referrals.lock_case, []

    def slowly(case):  # whose person was read before; meanwhile her file moves
        if not tried:
            tried.append(case.person)
            elsewhere(accept)
        return locking(case)

    monkeypatch.setattr(referrals, "lock_case", slowly)
    referrals.leave_to_supervisor(late, at=timezone.now())

    assert Task.objects.visible_to(there).count() == 1


@at_once
@pytest.mark.rule("CASE-28")
def test_the_clock_and_a_merge_both_come_to_their_end(monkeypatch):
    kept, merged = PersonFactory(with_case=True), PersonFactory(with_case=True)
    case = merged.cases.get()
    late = ReferralFactory(sent=True, case=case, sent_at=timezone.now() - DAYS)
    ConsentFactory(person=kept, purpose="share_partner", granted=False)
    held, left = Event(), Event()
    both, create = merging.lock_both, Task.objects.create

    def lock_both(one, other):
        left.wait(5)
        found = both(one, other)
        held.set()
        return found

    def slowly(**values):
        left.set()
        held.wait(2)
        sleep(0.5)
        return create(**values)

    monkeypatch.setattr(merging, "lock_both", lock_both)
    monkeypatch.setattr(Task.objects, "create", slowly)

    answers = in_threads(
        lambda: referrals.leave_to_supervisor(late, at=timezone.now()), _merge_of(kept, merged)
    )

    assert not [each for each in answers if isinstance(each, Exception)]


@pytest.mark.django_db
@pytest.mark.usefixtures("lists")
@pytest.mark.rule("CASE-37")
def test_while_her_data_are_restricted_what_was_known_stays():
    person = PersonFactory(with_case=True)
    case = person.cases.get()
    by = UserFactory(caseworker=True, at=person.office)
    ConsentFactory(person=person, purpose="sensitive")
    care.record_screening(case, **told(case, flags=["threat"]), by=by)
    granted(person, UserFactory(role=Role.DATA_PROTECTION_OFFICER), right="limitation")

    care.record_screening(case, **told(case, flags=[]), by=by)

    assert care.latest_screening(case).flags.get().flag.code == "threat"


@at_once
def test_who_is_locked_is_the_person_of_the_case():
    kept, merged = PersonFactory(), PersonFactory(with_case=True)
    case = merged.cases.select_related("person").get()  # as a page read it
    merge(kept, merged)

    def free():
        with transaction.atomic():
            try:
                Person.objects.select_for_update(nowait=True, no_key=True).get(pk=kept.pk)
            except OperationalError:
                return False
            return True

    with transaction.atomic():
        assert moves.lock_case(case).person == kept
        assert not elsewhere(free)


@at_once
def test_a_case_that_goes_over_to_another_file_is_looked_at_again(monkeypatch):
    kept, merged = PersonFactory(), PersonFactory(with_case=True)
    case, locking = merged.cases.get(), moves.lock

    def slowly(record):
        if isinstance(record, Person):
            elsewhere(lambda: merge(kept, merged))
        return locking(record)

    monkeypatch.setattr(moves, "lock", slowly)
    with pytest.raises(StaleRecord), transaction.atomic():
        moves.lock_case(case)


@pytest.mark.django_db
@pytest.mark.rule("CASE-1", "SEC-3")
def test_who_took_a_request_down_does_not_learn_the_number_of_a_file_elsewhere(client, office):
    kept, merged = PersonFactory(with_case=True), PersonFactory(office=office, with_case=True)
    takes_down = UserFactory(caseworker=True, at=office)
    asked = ask(merged, takes_down, right="rectification")
    client.force_login(takes_down)
    number = merged.file_number
    before = client.get(asked.get_absolute_url()).content.decode()

    merge(kept, merged)

    pages = [client.get(asked.get_absolute_url()), client.get(reverse("beneficiaries:rights_list"))]
    assert number in before
    assert [each.status_code for each in pages] == [200, 200]
    assert [kept.file_number in each.content.decode() for each in pages] == [False, False]


def _merge_of(kept, merged):
    """The merge as another request does it: with files that it has read itself."""
    return lambda: merge(Person.objects.get(pk=kept.pk), Person.objects.get(pk=merged.pk))


def _assessment_of(person, _officer):
    protocol = care.open_protocol(person, by=UserFactory())
    by = UserFactory(role=Role.CLINICAL_SUPERVISOR, at=person.office)
    return lambda: care.assess_risk(protocol, key=uuid4(), by=by, **FOUND)


def _withdrawal_of(person, officer):
    request = granted(person, officer, right="rectification")
    return lambda: rights.withdraw_request(request, version=request.version, by=officer)


def _putting_off_of(person, by):
    appointment = AppointmentFactory(person=person)
    later = appointment.starts_at + timedelta(days=1)
    return lambda: appointments.move_appointment(
        appointment, version=1, starts_at=later, minutes=30, place="", reason="Viaja.", by=by
    )


def _reminder_of(person, by):
    MessageTemplateFactory(code=reminders.REMINDER)
    ContactFactory(person=person)
    ConsentFactory(person=person)
    appointment = AppointmentFactory(person=person)
    return lambda: reminders.remind_of(appointment, key=uuid4(), channel="whatsapp", by=by)


DOINGS = {
    "assessment of a risk": (care, _assessment_of),
    "withdrawal of a request": (rights, _withdrawal_of),
    "appointment": (appointments, _putting_off_of),
    "reminder": (reminders, _reminder_of),
}


@at_once
@pytest.mark.parametrize("what", DOINGS)
def test_what_is_done_with_a_person_and_a_merge_at_once_both_come_to_their_end(what, monkeypatch):
    kept, merged = PersonFactory(with_case=True), PersonFactory(with_case=True)
    officer = UserFactory(role=Role.DATA_PROTECTION_OFFICER)
    module, prepare = DOINGS[what]
    act = prepare(merged, officer)
    meet_at_first_locks(monkeypatch, (module, "lock"), (merging, "lock_both"))

    answers = in_threads(act, _merge_of(kept, merged))

    assert not [each for each in answers if isinstance(each, Exception)]
