"""Locked, versioned changes, and moves along a table (SEC-15)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from beneficiaries.choices import IMPORT_MOVES, ImportStage
from beneficiaries.models import PeopleImport, Person
from genesis.lib.states import MoveNotAllowed, StaleRecord, change, lock, move
from tests.factories.accounts import OrganizationFactory
from tests.factories.beneficiaries import PersonFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("SEC-15")]

# An import that is undone keeps by whom and why: what no move of this test brings along.
STAGES = [each for each in ImportStage if each not in {ImportStage.UNDOING, ImportStage.UNDONE}]


def batch(state):
    return PeopleImport.objects.create(
        office=OrganizationFactory(), file_name="a.xlsx", sha256="0" * 64, state=state
    )


def test_a_change_saves_counts_and_tells_old_and_new():
    person = PersonFactory(known_as="Ana")

    changes = change(person, version=1, known_as="Anita", sex=person.sex)

    assert changes == {"known_as": ("Ana", "Anita")}
    assert (person.known_as, person.version) == ("Anita", 2)
    assert Person.objects.values_list("known_as", "version").get() == ("Anita", 2)


@pytest.mark.parametrize("version", [0, 2, -1, 10**40])
def test_a_change_of_another_version_saves_nothing(version):
    person = PersonFactory(known_as="Ana")

    with pytest.raises(StaleRecord):
        change(person, version=version, known_as="Anita")

    assert (person.known_as, person.version) == ("Ana", 1)
    assert Person.objects.values_list("known_as", "version").get() == ("Ana", 1)


def test_of_something_that_is_gone_a_change_is_stale():
    record = batch(ImportStage.CHECKED)
    PeopleImport.objects.all().delete()

    with pytest.raises(StaleRecord):
        change(record, version=1, file_name="b.xlsx")


@pytest.mark.parametrize("state", STAGES)
@pytest.mark.parametrize("to", STAGES)
def test_only_the_moves_of_the_table_are_made(state, to):
    record = batch(state)

    if to in IMPORT_MOVES[state]:
        assert move(record, to, version=1, done=3) == {"state": (state, to), "done": (0, 3)}
        assert (record.state, record.version) == (to, 2)
    else:
        with pytest.raises(MoveNotAllowed):
            move(record, to, version=1, done=3)
        record.refresh_from_db()
        assert (record.state, record.version, record.done) == (state, 1, 0)


def test_a_move_from_an_old_page_is_not_made():
    record = batch(ImportStage.CHECKED)

    with pytest.raises(StaleRecord):
        move(record, ImportStage.IMPORTING, version=7)

    record.refresh_from_db()
    assert record.state == ImportStage.CHECKED


def test_a_refusal_says_what_may_be_done_now():
    with pytest.raises(MoveNotAllowed, match="nada más"):
        move(batch(ImportStage.DISCARDED), ImportStage.CHECKING, version=1)


def test_a_lock_reads_what_is_there_now():
    person = PersonFactory(known_as="Ana")
    Person.objects.update(known_as="Anita", version=5)

    with transaction.atomic():
        locked = lock(person)

    assert (locked.known_as, locked.version) == ("Anita", 5)
    assert person.known_as == "Ana"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_at_once_one_is_told():
    person = PersonFactory()

    def save(name):
        try:
            with transaction.atomic():
                change(lock(person), version=1, known_as=name)
        except StaleRecord:
            return None
        else:
            return name
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        saved = list(filter(None, pool.map(save, ["uno", "dos", "tres"])))

    assert Person.objects.values_list("known_as", "version").get() == (saved[0], 2)
    assert len(saved) == 1
