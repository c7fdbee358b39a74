"""Views of the list of people: kept, shared, changed, and the columns that somebody chose."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.actions.lists import keep_list_choice
from accounts.models import Activity
from beneficiaries.actions import saved_views as actions
from beneficiaries.actions.saved_views import Asked
from beneficiaries.models import SavedView
from genesis.lib.states import OtherContent, StaleRecord, lock
from tests.factories.accounts import OrganizationFactory, RoleAssignmentFactory, UserFactory
from tests.factories.beneficiaries import JobFactory, PersonFactory
from tests.workers import wait_until

pytestmark = pytest.mark.django_db

LIST = "beneficiaries:person_list"
VIEWS = "beneficiaries:saved_view_list"
MEN = Asked({"sexo": "M"}, "-registered_on", ["edad", "sector"])
ALL = Asked({}, "", ["sector"])


@pytest.fixture
def office():
    return OrganizationFactory(name="Oficina Oriente")


@pytest.fixture
def caseworker(client, office):
    user = UserFactory(caseworker=True, at=office)
    client.force_login(user)
    return user


@pytest.fixture
def coordinator(office):
    return UserFactory(coordinator=True, at=office)


def save(by, name="Hombres", *, office=None, asked=MEN):
    return actions.save_view(key=uuid4(), name=name, office=office, asked=asked, by=by)


def page(view, verb):
    return reverse(f"beneficiaries:saved_view_{verb}", args=[view.public_id])


def as_user(user):
    """Another browser, where `user` is signed in."""
    client = Client()
    client.force_login(user)
    return client


def said(response):
    return [str(each) for each in response.context["messages"]]


# Keeping one


def test_the_list_as_it_is_shown_is_kept_under_a_name(client, caseworker, office):
    man = PersonFactory(office=office, sex="M", sector="construction")
    PersonFactory(office=office, sex="F")
    address = "?sexo=M&nombre=ana&orden=-registered_on&columnas=edad,sector&estado=&raro=1"
    create = reverse("beneficiaries:saved_view_create") + address
    form = client.get(create).context["form"]

    kept = client.post(create, {"name": "Hombres", "key": str(form["key"].value())})
    view = SavedView.objects.get()
    shown = client.get(kept.url, follow=True)

    assert (view.owner, view.office, view.name) == (caseworker, None, "Hombres")
    assert (view.filters, view.order, view.columns) == (MEN.filters, MEN.order, MEN.columns)
    assert set(shown.context["page"].rows) == {man}
    assert shown.context["page"].order == "-registered_on"
    assert [each.key for each in shown.context["columns"]][2:] == ["edad", "sector"]
    assert shown.context["view"] == view
    assert shown.context["view"].is_other is False


def test_the_name_that_was_searched_for_is_not_kept_and_that_is_said(client, caseworker):
    create = reverse("beneficiaries:saved_view_create")

    html = client.get(create + "?nombre=Zoila").content.decode()
    client.post(create + "?nombre=Zoila", {"name": "De todos", "key": str(uuid4())})

    assert "El nombre que buscó no se guarda" in html
    assert "Zoila" not in str(SavedView.objects.values().get())


def test_a_form_sent_twice_keeps_one_view(caseworker):
    key = uuid4()
    answers = {"key": key, "name": "Una", "office": None, "asked": MEN, "by": caseworker}

    assert actions.save_view(**answers) == actions.save_view(**answers)
    with pytest.raises(OtherContent):
        actions.save_view(**answers | {"name": "Otra"})
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("name", ["hombres", "HOMBRES"])
def test_a_name_stands_once_and_is_refused_at_its_field(client, caseworker, name):
    view = save(caseworker)
    create = reverse("beneficiaries:saved_view_create") + "?sexo=F"

    refused = client.post(create, {"name": name, "key": str(uuid4())})

    assert refused.status_code == 422
    assert "Usted ya tiene una vista con este nombre." in refused.content.decode()
    assert SavedView.objects.get() == view
    with pytest.raises(IntegrityError):
        SavedView.objects.create(owner=caseworker, name=name)


@pytest.mark.parametrize("name", ["", " ", "\x00", "x" * 61, "\u202e"])
def test_a_name_that_nobody_can_read_is_refused(client, caseworker, name):
    create = reverse("beneficiaries:saved_view_create")

    refused = client.post(create, {"name": name, "key": str(uuid4())})

    assert refused.status_code == 422
    assert refused.context["form"].errors["name"]
    assert not SavedView.objects.exists()


@pytest.mark.rule("SEC-24")
@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x>', "{{7*7}}", "'--🙂"])
def test_a_hostile_name_is_words_and_nothing_else(client, caseworker, name):
    view = save(caseworker, name)

    for address in (reverse(VIEWS), view.get_absolute_url(), page(view, "delete")):
        html = client.get(address, follow=True).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "49" not in html or "{{7*7}}" not in name or "{{7*7}}" in html
    assert view.name == name


def test_there_are_no_more_than_anybody_looks_through(caseworker, office, monkeypatch):
    monkeypatch.setattr(actions, "MOST", 2)
    save(caseworker, "A")
    save(caseworker, "B")

    with pytest.raises(ValidationError, match="demasiadas vistas"):
        save(caseworker, "C")
    assert save(caseworker, "C", office=office)  # those of an office are counted apart


# Whose they are


@pytest.mark.rule("SEC-3")
def test_one_sees_ones_own_and_those_of_the_own_office(client, caseworker, coordinator, office):
    own, shared = save(caseworker, "Mía"), save(coordinator, "De la oficina", office=office)
    hidden = [
        save(coordinator, "De la coordinadora"),
        save(UserFactory(coordinator=True), "Ajena", office=OrganizationFactory()),
    ]

    response = client.get(reverse(VIEWS))

    assert response.context["own"] == [own]
    assert response.context["shared"] == [shared]
    for each in hidden:
        for verb in ("open", "change", "delete"):
            assert client.get(page(each, verb)).status_code == 404, verb
        assert client.post(page(each, "start")).status_code == 404
        assert (
            each.name not in client.get(reverse(LIST), {"vista": each.public_id}).content.decode()
        )


@pytest.mark.rule("SEC-3")
def test_a_view_of_the_office_finds_for_each_who_is_theirs(client, coordinator, office):
    other = OrganizationFactory()
    user = UserFactory(caseworker=True, at=office)
    RoleAssignmentFactory(user=user, role="caseworker", organization=other)
    here, there = PersonFactory(office=office, sex="M"), PersonFactory(office=other, sex="M")
    shared = save(coordinator, office=office)

    for who, people in ((user, {here, there}), (coordinator, {here})):
        shown = as_user(who).get(shared.get_absolute_url(), follow=True)
        assert set(shown.context["page"].rows) == people


def test_only_coordination_keeps_views_for_the_office(client, caseworker, coordinator, office):
    create = reverse("beneficiaries:saved_view_create")
    answers = {"name": "Para todos", "office": str(office.pk)}

    client.post(create, answers | {"key": str(uuid4())})
    client = as_user(coordinator)
    foreign = {"name": "Ajena", "office": str(OrganizationFactory().pk), "key": str(uuid4())}
    refused = client.post(create, foreign)
    client.post(create, answers | {"key": str(uuid4())})

    assert refused.status_code == 422
    assert set(SavedView.objects.values_list("owner", "office")) == {
        (caseworker.pk, None),
        (coordinator.pk, office.pk),
    }


def test_a_view_of_the_office_is_changed_by_its_coordination_alone(
    client, caseworker, coordinator, office
):
    shared = save(coordinator, office=office)
    successor = UserFactory(coordinator=True, at=office)

    assert client.get(page(shared, "change")).status_code == 403
    assert client.post(page(shared, "delete"), {"version": 1}).status_code == 403
    client = as_user(successor)
    client.post(page(shared, "change"), {"name": "Varones", "version": 1})

    shared.refresh_from_db()
    assert (shared.name, shared.owner) == ("Varones", coordinator)


# Changing and deleting


def test_a_view_is_renamed_and_keeps_what_it_asks(client, caseworker):
    view = save(caseworker)

    answer = client.post(page(view, "change"), {"name": "Varones", "version": 1})

    view.refresh_from_db()
    assert answer.url == reverse(VIEWS)
    assert (view.name, view.filters, view.version) == ("Varones", MEN.filters, 2)


@pytest.mark.parametrize("refresh", [True, False])
def test_coming_from_the_list_a_view_becomes_of_that_list(client, caseworker, refresh):
    view = save(caseworker)
    change = page(view, "change") + f"?sexo=F&columnas=sexo&vista={view.public_id}"
    answers = {"name": view.name, "version": 1} | ({"refresh": "on"} if refresh else {})

    client.post(change, answers)

    view.refresh_from_db()
    assert view.filters == ({"sexo": "F"} if refresh else MEN.filters)
    assert view.columns == (["sexo"] if refresh else MEN.columns)


@pytest.mark.rule("SEC-15")
def test_whoever_comes_second_changes_nothing(client, caseworker):
    view = save(caseworker)
    actions.change_view(view, version=1, name="Primera", by=caseworker)

    late = client.post(page(view, "change"), {"name": "Segunda", "version": 1})
    client.post(page(view, "delete"), {"version": 1})

    assert late.status_code == 409
    assert SavedView.objects.get().name == "Primera"
    with pytest.raises(StaleRecord):
        actions.delete_view(view, version=1, by=caseworker)


def test_a_name_that_is_taken_is_refused_when_renaming(client, caseworker):
    save(caseworker, "Una")
    other = save(caseworker, "Otra")

    refused = client.post(page(other, "change"), {"name": "una", "version": 1})

    assert refused.status_code == 422
    assert refused.context["form"].errors
    other.refresh_from_db()
    assert other.name == "Otra"


def test_a_view_is_deleted_and_no_list_starts_with_it(client, caseworker, coordinator, office):
    shared = save(coordinator, office=office)
    client.post(page(shared, "start"))
    assert client.get(reverse(LIST)).url == shared.get_absolute_url()

    client = as_user(coordinator)
    asked = client.get(page(shared, "delete"))
    client.post(page(shared, "delete"), {"version": asked.context["version"]})

    assert not SavedView.objects.exists()
    caseworker.refresh_from_db()
    assert caseworker.list_choices == {"people": {}}
    assert Activity.objects.filter(verb="saved_view.deleted", actor=coordinator).count() == 1


def test_of_two_who_delete_a_view_the_second_is_told(client, caseworker, monkeypatch):
    """Both looked at it before either deleted it."""
    view = save(caseworker)
    delete = actions.delete_view

    def late(view, **answers):
        delete(SavedView.objects.get(pk=view.pk), **answers)
        delete(view, **answers)

    monkeypatch.setattr(actions, "delete_view", late)
    answer = client.post(page(view, "delete"), {"version": 1}, follow=True)

    assert answer.redirect_chain[0][0] == reverse(VIEWS)
    assert said(answer) == ["La vista ya estaba borrada."]


def test_who_changes_a_view_that_was_just_deleted_is_told(client, caseworker, monkeypatch):
    view, change = save(caseworker), actions.change_view

    def late(view, **answers):
        actions.delete_view(SavedView.objects.get(pk=view.pk), version=1, by=caseworker)
        return change(view, **answers)

    monkeypatch.setattr(actions, "change_view", late)
    answer = client.post(page(view, "change"), {"name": "Otra", "version": 1}, follow=True)

    assert said(answer) == ["La vista ya estaba borrada."]


@pytest.mark.django_db(transaction=True)
def test_changing_and_deleting_at_once_wait_for_each_other(caseworker):
    """Who deletes waits for the owner first, and holds the view from nobody meanwhile."""
    view = save(caseworker)
    actions.start_with(view, by=caseworker)

    def deletes():
        try:
            actions.delete_view(SavedView.objects.get(pk=view.pk), version=1, by=caseworker)
        except StaleRecord as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as beside:
        with transaction.atomic():
            lock(view.owner)  # as whoever changes it does first
            deleting = beside.submit(deletes)
            wait_until(somebody_waits, "who deletes waits for the owner")
            actions.change_view(view, version=1, name="Otra", by=caseworker)
        assert isinstance(deleting.result(), StaleRecord)
    assert SavedView.objects.get().name == "Otra"


def somebody_waits():
    """Whether a transaction waits for a lock of another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


# Starting with one


def test_the_list_starts_with_a_view_until_something_is_asked(client, caseworker, office):
    woman, man = PersonFactory(office=office, sex="F"), PersonFactory(office=office, sex="M")
    view = save(caseworker)
    client.post(page(view, "start"))

    started = client.get(reverse(LIST), follow=True)
    everybody = client.get(reverse(LIST), {"vista": ""})
    asked = client.get(reverse(LIST), {"sexo": "F"})

    assert set(started.context["page"].rows) == {man}
    assert set(everybody.context["page"].rows) == {woman, man}
    assert set(asked.context["page"].rows) == {woman}
    off = started.context["filter"].chips()[0]["url"]
    assert set(client.get(reverse(LIST) + off).context["page"].rows) == {woman, man}

    client.post(reverse("beneficiaries:saved_view_start_plain"))
    assert set(client.get(reverse(LIST)).context["page"].rows) == {woman, man}


@pytest.mark.rule("SEC-3")
def test_a_list_that_started_with_what_is_no_longer_theirs_says_so_and_goes_on(
    client, caseworker, office
):
    person = PersonFactory(office=office)
    foreign = save(UserFactory(coordinator=True), "Ajena", office=OrganizationFactory())
    keep_list_choice(caseworker, "people", by=caseworker, view=str(foreign.public_id))

    response = client.get(reverse(LIST), follow=True)

    assert set(response.context["page"].rows) == {person}
    assert said(response) == ["La vista con la que empezaba su listado ya no está."]
    assert "Ajena" not in response.content.decode()


def test_a_view_whose_filter_or_column_is_gone_says_so_and_goes_on(client, caseworker, office):
    man = PersonFactory(office=office, sex="M")
    PersonFactory(office=office, sex="F")
    view = save(caseworker)
    kept = {"sexo": "M", "departamento": "999999", "de_antes": "x"}
    SavedView.objects.update(filters=kept, columns=["edad", "signo"], order="password")

    response = client.get(view.get_absolute_url(), follow=True)

    assert set(response.context["page"].rows) == {man}
    assert said(response) == [
        "La vista pide el filtro «de_antes», que el listado ya no tiene.",
        "La vista muestra la columna «signo», que su listado no tiene.",
    ]
    assert response.context["filter"].problems()[0].startswith("Departamento: ")
    assert [each.key for each in response.context["columns"]][2:] == ["edad"]


# Columns


def columns_of(response):
    return [each.key for each in response.context["columns"] if not each.fixed]


def test_columns_are_kept_for_each_and_on_every_device(client, caseworker, office):
    person = PersonFactory(office=office, sex="F")
    choose = reverse("beneficiaries:columns_choose")

    answer = client.post(choose + "?sexo=F&columnas=sector", {"columns": ["sexo", "edad"]})
    shown = client.get(answer.url)

    assert columns_of(shown) == ["sexo", "edad"]
    assert set(shown.context["page"].rows) == {person}
    assert shown.context["filter"].in_use() == ["sexo"]
    assert ">Femenino</td>" in shown.content.decode()
    colleague = UserFactory(caseworker=True, at=office)
    assert columns_of(as_user(colleague).get(reverse(LIST))) == [
        "distrito",
        "sector",
        "perfil",
        "registro",
    ]

    client.post(choose, {"usual": "1"})
    assert columns_of(client.get(reverse(LIST))) == ["distrito", "sector", "perfil", "registro"]


@pytest.mark.parametrize("sent", [{"save": "1"}, {"columns": ["password"]}, {"columns": ["\x00"]}])
def test_columns_that_are_none_are_refused_with_a_message(client, caseworker, sent):
    refused = client.post(reverse("beneficiaries:columns_choose"), sent)

    assert refused.status_code == 422
    assert refused.context["form"].errors["columns"]


@pytest.mark.rule("CASE-12")
def test_nobody_shows_keeps_or_inherits_a_column_that_they_may_not_read(
    client, caseworker, coordinator, office
):
    JobFactory(person=PersonFactory(office=office), position="Albañil de obra")
    shared = save(coordinator, office=office, asked=Asked({}, "", ["ocupacion", "edad"]))
    registrar = UserFactory(registrar=True, at=office)
    client = as_user(registrar)

    chosen = client.post(reverse("beneficiaries:columns_choose"), {"columns": ["ocupacion"]})
    viewed = client.get(shared.get_absolute_url(), follow=True)
    named = client.get(reverse(LIST), {"columnas": "ocupacion,sexo"})

    assert chosen.status_code == 422
    assert columns_of(viewed) == ["edad"]
    assert said(viewed) == ["La vista muestra la columna «Ocupación», que su listado no tiene."]
    assert columns_of(named) == ["sexo"]
    assert "Albañil de obra" not in viewed.content.decode() + named.content.decode()
    client = as_user(coordinator)
    assert "Albañil de obra" in client.get(shared.get_absolute_url(), follow=True).content.decode()


# What it costs


@pytest.mark.parametrize("count", [1, 3])
def test_the_views_ask_the_same_queries_for_any_number(
    client, caseworker, office, count, django_assert_num_queries
):
    coordinator = UserFactory(coordinator=True, at=office)
    for number in range(count):
        save(caseworker, f"Mía {number}")
        save(coordinator, f"Nuestra {number}", office=office)

    with django_assert_num_queries(4):
        response = client.get(reverse(VIEWS))
    with django_assert_num_queries(4):
        menu = client.get(
            reverse(VIEWS), headers={"HX-Request": "true", "HX-Target": "saved-view-menu"}
        )

    assert len(response.context["own"]) == len(response.context["shared"]) == count
    assert "<html" not in menu.content.decode()
    assert f"Nuestra {count - 1}" in menu.content.decode()


def test_the_columns_of_ones_own_cost_no_query(
    client, caseworker, office, django_assert_num_queries
):
    PersonFactory.create_batch(3, office=office)
    client.post(reverse("beneficiaries:columns_choose"), {"columns": ["edad", "contacto", "cita"]})

    with django_assert_num_queries(8):  # as the list with the usual ones
        client.get(reverse(LIST), {"vista": ""})
