"""One thing with many people of the list: confirmed with their number, each row for itself."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity, ReadLog, RoleAssignment
from accounts.roles import Role
from beneficiaries.actions import bulk, cases
from beneficiaries.choices import BulkOutcome
from beneficiaries.jobs import run_bulk, run_waiting_actions
from beneficiaries.models import Assignment, BulkRow, BulkRun, Message, Person
from genesis.lib.background import PAUSE, WorkState
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.beneficiaries import (
    ConsentFactory,
    ContactFactory,
    MessageTemplateFactory,
    PersonFactory,
)
from tests.workers import kill_group, wait_until

pytestmark = pytest.mark.django_db
ASSIGN, MESSAGE = "beneficiaries:case_assign_many", "beneficiaries:message_prepare_many"
LIST = "beneficiaries:person_list"


@pytest.fixture
def coordinator(client, office):
    user = UserFactory(coordinator=True, at=office)
    client.force_login(user)
    return user


@pytest.fixture
def to(office):
    return UserFactory(caseworker=True, at=office)


def page_of(client, name, people=(), address="todas=1"):
    if people:
        address = "&".join(f"persona={each.public_id}" for each in people)
    url = f"{reverse(name)}?{address}"
    shown = client.get(url).context
    return url, {"key": str(shown["form"]["key"].value()), "marcas": shown["marks"]}


def assign(rows, *, to, by, key=None):
    run = bulk.assign_many(
        [(each.pk, version) for each, version in rows],
        key=key or uuid4(),
        to=to,
        filters=[],
        by=by,
    )
    bulk.do_few(run)
    run.refresh_from_db()
    return run


def came_of(run):
    return {each.person_id: (each.outcome, bool(each.why)) for each in run.rows.all()}


DONE, REFUSED = (BulkOutcome.DONE, False), (BulkOutcome.REFUSED, True)


def test_each_row_is_done_or_says_why_not(office, coordinator, to):
    new, had, old, foreign = (
        PersonFactory(office=office),
        PersonFactory(office=office, caseworker=to),
        PersonFactory(office=office, version=4),
        PersonFactory(),
    )

    run = assign([(each, 1) for each in (new, had, old, foreign)], to=to, by=coordinator)

    assert came_of(run) == {new.pk: DONE, had.pk: REFUSED, old.pk: REFUSED, foreign.pk: REFUSED}
    assert (run.is_done, run.done) == (True, 4)
    assert [cases.caseworker_of(each) for each in (new, had, old, foreign)] == [to, to, None, None]


def test_a_caseworker_of_another_office_gets_nobody_of_this_one(office):
    by, to = UserFactory(programme_coordinator=True), UserFactory(caseworker=True)
    person = PersonFactory(office=office)

    run = assign([(person, 1)], to=to, by=by)

    assert came_of(run) == {person.pk: REFUSED}
    assert cases.caseworker_of(person) is None


def test_the_chosen_are_confirmed_assigned_and_told(client, coordinator, office, to):
    people = PersonFactory.create_batch(2, office=office)
    old, foreign = PersonFactory(office=office), PersonFactory()
    url, answers = page_of(client, ASSIGN, [*people, old, foreign])

    wrong = client.post(url, answers | {"to": ""})
    Person.objects.filter(pk=old.pk).update(version=2)
    response = client.post(url, answers | {"to": to.pk}, follow=True)

    assert (wrong.status_code, set(wrong.context["form"].errors)) == (422, {"to"})
    assert {each.pk for each in wrong.context["found"].first} == {*(p.pk for p in people), old.pk}
    run = response.context["run"]
    assert came_of(run) == {**dict.fromkeys((each.pk for each in people), DONE), old.pk: REFUSED}
    assert "El expediente cambió" in response.content.decode()
    assert {cases.caseworker_of(each) for each in people} == {to}
    assert ReadLog.objects.latest("pk").persons == sorted([*(p.pk for p in people), old.pk])


def test_all_of_a_filter_are_chosen_page_or_no_page(client, coordinator, office, to):
    paz = PersonFactory.create_batch(30, office=office, surnames="Paz")
    PersonFactory(office=office, surnames="Rivas")
    PersonFactory(surnames="Paz")
    url, answers = page_of(client, ASSIGN, address="todas=1&nombre=paz")

    html = client.get(url).content.decode()
    client.post(url, answers | {"to": to.pk})

    assert "Se trata de 30 personas." in html
    assert "Y 5 personas más." in html
    assert set(came_of(BulkRun.objects.get())) == {each.pk for each in paz}
    assert BulkRun.objects.get().filters == ["Nombre: …"]  # nobody's name is kept


def test_who_came_into_the_list_since_is_not_swept_along(client, coordinator, office, to):
    person = PersonFactory(office=office)
    url, answers = page_of(client, ASSIGN)
    late = PersonFactory(office=office)

    refused = client.post(url, answers | {"to": to.pk})

    assert refused.status_code == 409
    html = refused.content.decode()
    assert "La lista cambió" in html
    assert "Se trata de 2 personas." in html
    assert f'value="{to.pk}" selected' in html  # what was chosen is still there
    assert not BulkRun.objects.exists()
    assert cases.caseworker_of(person) is cases.caseworker_of(late) is None
    client.post(url, answers | {"to": to.pk, "marcas": refused.context["marks"]})
    assert set(came_of(BulkRun.objects.get())) == {person.pk, late.pk}


@pytest.mark.parametrize("marks", ["", "x", "W1sxLDFdXQ:1abc:xyz"])
def test_marks_that_somebody_made_up_confirm_nothing(client, coordinator, office, to, marks):
    PersonFactory(office=office)
    url, answers = page_of(client, ASSIGN)

    assert client.post(url, answers | {"to": to.pk, "marcas": marks}).status_code == 409
    assert not BulkRun.objects.exists()


def test_the_marks_of_somebody_else_confirm_nothing(client, coordinator, office, to):
    PersonFactory(office=office)
    url, answers = page_of(client, ASSIGN)
    client.cookies.clear()
    client.force_login(UserFactory(coordinator=True, at=office))

    assert client.post(url, answers | {"to": to.pk}).status_code == 409


@pytest.mark.rule("SEC-16")
def test_a_form_sent_twice_does_nothing_twice(client, coordinator, office, to):
    person = PersonFactory(office=office)
    url, answers = page_of(client, ASSIGN, address="todas=1&caso=sin")

    first = client.post(url, answers | {"to": to.pk})
    second = UserFactory(caseworker=True, at=office)
    cases.hand_over(Person.objects.get(), version=2, to=second, by=coordinator)
    PersonFactory(office=office, caseworker=second)
    again = client.post(url, answers | {"to": to.pk})

    assert again.status_code == 302
    assert again.url == first.url == BulkRun.objects.get().get_absolute_url()
    PersonFactory(office=office)  # the list has somebody again, whom that page did not show
    assert client.post(url, answers | {"to": to.pk}).url == first.url
    assert client.post(url, answers | {"to": second.pk}).status_code == 409
    assert cases.caseworker_of(person) == second
    key = uuid4()
    runs = {assign([(person, 9)], to=to, by=coordinator, key=key).pk for _each in range(2)}
    assert len(runs) == 1
    assert Activity.objects.filter(verb="bulk.started").count() == 2


def test_nobody_chosen_leads_back_to_the_list_as_it_was(client, coordinator, office):
    PersonFactory(office=office)
    page = client.get(f"{reverse(LIST)}?caso=sin&orden=-registered_on").content.decode()
    form = page[page.index('id="chosen"') : page.index("</form>", page.index('id="chosen"'))]
    assert 'name="caso" value="sin"' in form

    response = client.get(f"{reverse(ASSIGN)}?caso=sin&orden=-registered_on")

    assert response.url == f"{reverse(LIST)}?caso=sin&orden=-registered_on"


@pytest.mark.parametrize("address", ["", "persona=x", "persona=", "todas=1&nombre=zz"])
def test_nobody_chosen_leads_back_to_the_list(client, coordinator, office, address):
    PersonFactory(office=office)

    response = client.get(f"{reverse(ASSIGN)}?{address}")

    assert response.url.startswith(reverse(LIST))


def test_more_than_are_done_at_once_are_to_be_narrowed(client, coordinator, office, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 2)
    PersonFactory.create_batch(3, office=office)

    response = client.get(f"{reverse(ASSIGN)}?todas=1&sector=construction", follow=True)

    assert "Son demasiadas a la vez: filtre la lista hasta 2" in response.content.decode()
    assert response.redirect_chain[0][0] == reverse(LIST) + "?sector=construction"


def test_of_too_many_only_one_more_is_read(client, coordinator, office, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 2)
    PersonFactory.create_batch(4, office=office)

    with CaptureQueriesContext(connection) as queries:
        client.get(f"{reverse(ASSIGN)}?todas=1")

    (asked,) = [
        each["sql"] for each in queries if '"beneficiaries_person"."version"' in each["sql"]
    ]
    assert asked.endswith("LIMIT 3")


def test_who_gives_up_goes_back_to_the_list_as_it_was(client, coordinator, office):
    PersonFactory(office=office)
    kept = "sector=construction&orden=-sort_name&columnas=edad"

    html = client.get(f"{reverse(ASSIGN)}?todas=1&{kept}").content.decode()

    assert f'href="{reverse(LIST)}?{kept.replace("&", "&amp;")}">Cancelar' in html


def test_an_answer_that_is_none_narrows_the_chosen_no_more_than_the_list(
    client, coordinator, office
):
    PersonFactory.create_batch(2, office=office)

    listed = client.get(reverse(LIST), {"sexo": "zz"}).context["page"].total
    page = client.get(f"{reverse(ASSIGN)}?todas=1&sexo=zz")

    assert page.context["found"].total == listed == 2


# Messages


def with_consent(person, **contact):
    ContactFactory(person=person, **contact)
    ConsentFactory(person=person)
    return person


@pytest.mark.rule("CASE-14")
def test_a_text_for_many_says_what_came_of_each(client, caseworker, office):
    hers = with_consent(PersonFactory(office=office, caseworker=caseworker))
    silent = with_consent(PersonFactory(office=office, caseworker=caseworker), allowed_channels=[])
    of_another = with_consent(PersonFactory(office=office))
    unwilling = PersonFactory(office=office, caseworker=caseworker)
    ContactFactory(person=unwilling)
    url, answers = page_of(client, MESSAGE)

    page = client.post(url, answers | {"template": MessageTemplateFactory().pk}, follow=True)

    run = BulkRun.objects.get()
    assert came_of(run) == {
        hers.pk: DONE,
        silent.pk: REFUSED,
        of_another.pk: REFUSED,
        unwilling.pk: REFUSED,
    }
    assert Message.objects.get().person == hers
    assert "Usted no acompaña a esta persona." in page.content.decode()
    assert "no contactar" in page.content.decode()


def test_texts_are_prepared_once_though_the_form_is_sent_twice(client, caseworker, office):
    with_consent(PersonFactory(office=office, caseworker=caseworker))
    url, answers = page_of(client, MESSAGE)
    answers["template"] = MessageTemplateFactory().pk

    first, again = client.post(url, answers), client.post(url, answers)
    other = client.post(url, answers | {"dia": "lunes"})

    assert first.url == again.url
    assert other.status_code == 409
    assert Message.objects.count() == 1


# Many of them


def many(office, count):
    people = PersonFactory.build_batch(count, office=office, district=None)
    return [(each, 1) for each in Person.objects.bulk_create(people)]


def test_more_than_some_hundred_go_on_in_the_background(
    client, office, coordinator, to, monkeypatch
):
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    rows = many(office, 5)
    run = assign(rows, to=to, by=coordinator)
    assert (run.done, run.work_state) == (0, WorkState.WAITING)

    run_waiting_actions()
    run_bulk(run_id=run.pk)

    run.refresh_from_db()
    assert (run.done, run.work_state) == (2, WorkState.WAITING)
    assert "2 de 5" in client.get(run.get_absolute_url()).content.decode()
    for _each in range(4):
        run_bulk(run_id=run.pk)
    run.refresh_from_db()
    assert (run.done, run.is_done) == (5, True)
    assert set(came_of(run).values()) == {DONE}
    assert Activity.objects.filter(verb="bulk.finished").count() == 1


def test_who_lost_the_role_while_it_went_on_does_no_more(office, coordinator, to, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    run = assign(many(office, 2), to=to, by=coordinator)
    run_bulk(run_id=run.pk)
    yesterday = timezone.localdate() - timedelta(days=1)
    RoleAssignment.objects.filter(user=coordinator).update(valid_until=yesterday)

    run_bulk(run_id=run.pk)

    assert list(came_of(run).values()) == [DONE, REFUSED]


@pytest.mark.django_db(transaction=True)
def test_two_lists_of_the_same_people_in_opposite_orders_both_come_to_their_end(
    office, monkeypatch
):
    """Each waits, with its first person locked, until the other has its first or cannot."""
    by, to = UserFactory(coordinator=True, at=office), UserFactory(caseworker=True, at=office)
    rows = [(each.pk, version) for each, version in many(office, 2)]
    runs = [
        bulk.assign_many(each, key=uuid4(), to=to, filters=[], by=by) for each in (rows, rows[::-1])
    ]
    both, assign_row = Barrier(2, timeout=3), bulk.assign_row

    def slowly(*args, **answers):
        why = assign_row(*args, **answers)
        with suppress(BrokenBarrierError):
            both.wait()
        return why

    monkeypatch.setattr(bulk, "assign_row", slowly)
    at_once(bulk.do_few, runs)

    for run in runs:
        run.refresh_from_db()
        assert (run.is_done, run.attempts, run.last_error) == (True, 1, "")
    assert Assignment.objects.count() == 2


def at_once(act, each):
    """Do something with each, at the same time."""

    def one(value):
        try:
            return act(value)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(each)) as pool:
        return list(pool.map(one, each))


def test_few_have_their_job_as_well(
    office, coordinator, to, monkeypatch, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as asked:
        run = assign(many(office, 1), to=to, by=coordinator)
    nudged = [each.args for each in asked if getattr(each, "keywords", None)]

    assert nudged == [("beneficiaries.jobs.run_bulk",)]
    run_bulk(run_id=run.pk)  # it comes late, and does nothing twice
    assert came_of(run) == dict.fromkeys(came_of(run), DONE)
    assert Activity.objects.filter(verb="bulk.finished").count() == 1


@pytest.mark.rule("SEC-19")
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_leaves_each_row_done_once(office, start_worker, ask_task):
    by, to = UserFactory(coordinator=True, at=office), UserFactory(caseworker=True, at=office)
    run = assign(many(office, 201), to=to, by=by)
    first = start_worker()
    ask_task("beneficiaries.jobs.run_bulk", run_id=run.pk)
    wait_until(lambda: state_of(run)["attempted_at"] is not None, "the first worker is at it")
    kill_group(first)

    BulkRun.objects.filter(work_state=WorkState.RUNNING).update(
        attempted_at=timezone.now() - PAUSE - timedelta(seconds=1)
    )
    start_worker()
    ask_task("beneficiaries.jobs.run_bulk", run_id=run.pk)
    wait_until(lambda: state_of(run)["work_state"] == WorkState.DONE, "all rows are done")

    assert BulkRow.objects.filter(outcome=BulkOutcome.DONE).count() == 201
    assert Assignment.objects.count() == 201
    assert Person.objects.filter(version=2).count() == 201


def state_of(run):
    return BulkRun.objects.values("work_state", "attempted_at").get(pk=run.pk)


# What is shown of it


def test_the_results_are_for_who_asked_and_name_only_whom_they_still_see(
    client, coordinator, office, to
):
    here, gone = PersonFactory(office=office), PersonFactory(office=office)
    run = assign([(here, 1), (gone, 1)], to=to, by=coordinator)
    Person.objects.filter(pk=gone.pk).update(office=OrganizationFactory())

    html = client.get(run.get_absolute_url()).content.decode()

    assert here.surnames in html
    assert gone.surnames not in html
    assert "ya no ve" in html
    assert ReadLog.objects.latest("pk").persons == [here.pk]
    client.cookies.clear()
    client.force_login(UserFactory(coordinator=True, at=office))
    assert client.get(run.get_absolute_url()).status_code == 404


def test_asking_how_far_it_is_reads_nobody(client, coordinator, office, to, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    run = assign(many(office, 2), to=to, by=coordinator)
    before = ReadLog.objects.count()
    asking = {"HX-Request": "true", "HX-Target": "progress"}

    with CaptureQueriesContext(connection) as queries:
        html = client.get(run.get_absolute_url(), headers=asking).content.decode()

    assert "0 de 2" in html
    assert "<html" not in html
    assert ReadLog.objects.count() == before
    assert len(queries) == 5


def test_the_results_can_be_narrowed_to_what_was_refused(client, coordinator, office, to):
    good, bad = PersonFactory(office=office), PersonFactory(office=office, version=3)
    run = assign([(good, 1), (bad, 1)], to=to, by=coordinator)

    page = client.get(run.get_absolute_url(), {"resultado": "refused"})

    assert [each.person for each in page.context["page"].rows] == [bad]


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_ask_the_same_queries(client, coordinator, office, to, count):
    people = PersonFactory.create_batch(count, office=office)
    run = assign([(each, 1) for each in people], to=to, by=coordinator)
    asked = []

    for url in (f"{reverse(ASSIGN)}?todas=1", run.get_absolute_url(), reverse(LIST)):
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        asked.append(len(queries))

    assert asked == [7, 9, 8]


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        (Role.TERRITORIAL_COORDINATOR, [ASSIGN, "beneficiaries:export_create"]),
        (Role.CASEWORKER, [MESSAGE]),
        (Role.REGISTRAR, []),
    ],
)
def test_the_list_offers_what_the_role_may_do_with_many(client, office, role, acts):
    PersonFactory.create_batch(2, office=office)
    client.force_login(UserFactory(role=role, at=office))

    html = client.get(reverse(LIST), {"sector": "construction"}).content.decode()

    for name in (ASSIGN, MESSAGE, "beneficiaries:export_create"):
        assert (f'formaction="{reverse(name)}"' in html) == (name in acts)
        assert (f"{reverse(name)}?sector=construction&amp;todas=1" in html) == (name in acts)
    assert ("elegir" in html) == bool(acts)


def test_a_row_that_is_refused_says_why_and_nobody_stands_in_twice(office, coordinator, to):
    person = PersonFactory(office=office)
    run = assign([(person, 1)], to=to, by=coordinator)

    with pytest.raises(IntegrityError), transaction.atomic():
        BulkRow.objects.update(outcome=BulkOutcome.REFUSED)
    with pytest.raises(IntegrityError), transaction.atomic():
        BulkRow.objects.create(run=run, person=person, place=2, file_version=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        BulkRun.objects.update(done=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        BulkRun.objects.update(to=None)
