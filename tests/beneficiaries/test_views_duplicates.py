"""The pages of possible duplicates: the queue, two files side by side, what was merged (CASE-1)."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions.history import record_activity
from accounts.models import ReadLog
from accounts.roles import Role
from beneficiaries.actions.duplicates import report_elsewhere, suspect
from beneficiaries.choices import Likeness, TaskKind
from beneficiaries.models import (
    DoNotContact,
    MergeRecord,
    Person,
    SafeContact,
    Suspicion,
    Task,
)
from beneficiaries.registry import VERBS
from tests.beneficiaries.answers import contact, dui, identity
from tests.factories.accounts import OrganizationFactory, RoleAssignmentFactory, UserFactory
from tests.factories.beneficiaries import (
    AssignmentFactory,
    CaseFactory,
    ContactFactory,
    DocumentFactory,
    PersonFactory,
    TripFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.rule("CASE-1")]
LIST = "/personas/duplicados/"
ANA = {"given_names": "Ana Lucía", "surnames": "Mejía Rivas"}


@pytest.fixture
def coordinator(client, office):
    user = UserFactory(coordinator=True, at=office)
    client.force_login(user)
    return user


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def pair_at(*offices, **said):
    one, other = (PersonFactory(**ANA, office=each) for each in offices)
    for each in (one, other):
        ContactFactory(person=each)
    values = {"likeness": Likeness.UNSURE, "raised_by": UserFactory()} | said
    return Suspicion.objects.create(person=other, other=one, **values)


def page_of(suspicion, name="duplicate_merge"):
    return reverse(f"beneficiaries:{name}", args=[suspicion.public_id])


def answers(response, **others):
    """What the form of the page would send, with the values that it proposes."""
    form = response.context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    return sent | {"reason": "Traen el mismo DUI."} | others


# The queue


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_says_how_much_alike_two_files_are(
    client, coordinator, office, count, django_assert_num_queries
):
    for _each in range(count):
        pair_at(office, office)

    with django_assert_num_queries(8):
        response = client.get(LIST)

    assert len(response.context["page"].rows) == count
    (alike, *_others) = [each.alike for each in response.context["page"].rows]
    assert alike.tone == "mal"
    assert ReadLog.objects.filter(view="beneficiaries:duplicate_list").count() == 1


def test_the_oldest_stands_first(client, coordinator, office):
    first, second = pair_at(office, office), pair_at(office, office)

    assert client.get(LIST).context["page"].rows == [first, second]


@pytest.mark.parametrize("likeness", Likeness)
def test_whoever_is_not_sure_leaves_it_to_coordination(client, coordinator, office, likeness):
    pair_at(office, office, likeness=likeness)

    waits = len(client.get(LIST).context["page"].rows)

    assert waits == (likeness != Likeness.DIFFERENT)


def test_only_who_sees_both_offices_sees_the_pair(client, coordinator, office):
    pair = pair_at(office, OrganizationFactory())

    assert client.get(LIST).context["page"].rows == []
    for name in ("duplicate_merge", "duplicate_dismiss"):
        assert client.get(page_of(pair, name)).status_code == 404

    RoleAssignmentFactory(
        user=coordinator,
        role=Role.TERRITORIAL_COORDINATOR,
        organization=pair.person.office,
    )
    assert client.get(LIST).context["page"].rows == [pair]


def test_a_pair_of_which_one_is_barred_is_not_there(client, coordinator, office):
    pair = pair_at(office, office)
    pair.person.conflicts.create(user=coordinator, kind="relative", noted_by=UserFactory())

    assert client.get(LIST).context["page"].rows == []


def test_a_caseworker_decides_on_no_duplicates(client, caseworker):
    assert client.get(LIST).status_code == 403


# Side by side


def test_the_documents_of_both_files_stand_side_by_side(client, coordinator, office):
    pair = pair_at(office, office)
    kept, merged = pair.person, pair.other
    DocumentFactory(person=kept, number="01234567-8")
    DocumentFactory(person=merged, doc_type="dui_expired", number="07654321-1")
    for person, number in ((kept, "A0001"), (merged, "A0002"), (merged, "A0001")):
        DocumentFactory(person=person, doc_type="passport_sv", number=number)

    rows = client.get(page_of(pair)).context["rows"]

    papers = {
        each["code"]: ({each["kept"], each["merged"]}, each["differs"])
        for each in rows
        if each["code"].startswith("document-")
    }
    assert papers == {
        "document-dui": ({"01234567-8 · Vigente", ""}, False),
        "document-dui_expired": ({"07654321-1 · Vigente", ""}, False),
        "document-passport_sv": (
            {"A0001 · Vigente", "A0001 · Vigente, A0002 · Vigente"},
            True,
        ),
    }


@pytest.mark.parametrize("count", [1, 3])
def test_both_files_stand_side_by_side(
    client, coordinator, count, house, django_assert_num_queries
):
    office = coordinator.role_assignments.get().organization
    pair = pair_at(office, office)
    Person.objects.filter(pk=pair.person_id).update(known_as="Nita")
    for person in (pair.person, pair.other):
        TripFactory.create_batch(count, person=person)
        CaseFactory(person=person)

    with django_assert_num_queries(14):
        response = client.get(page_of(pair))

    differing = {each["code"] for each in response.context["rows"] if each["differs"]}
    assert differing == {"person-known_as"}
    assert "differs" in response.text or "difiere" in response.text
    assert "goes_on" in response.context["form"].fields
    hanging = {str(title): both for title, *both in response.context["hanging"]}
    assert [count, count] in hanging.values()
    (row,) = [each for each in response.context["rows"] if each["differs"]]
    assert row["proposed"] == "merged"  # the other has none


def test_of_what_is_protected_only_how_much_it_is_shown(client, coordinator, office):
    pair = pair_at(office, office)
    AssignmentFactory(person=pair.person)
    SafeContact.objects.create(person=pair.person, code_word="Colibrí")
    DoNotContact.objects.create(person=pair.other, kind="person", name="El tío Óscar")

    response = client.get(page_of(pair))

    assert ("Registros protegidos", 1, 1) in response.context["hanging"]
    titles = {str(title) for title, *_both in response.context["hanging"]}
    assert titles == {"Contactos", "Posibles duplicados", "Registros protegidos"}
    assert "Colibrí" not in response.text
    assert "Óscar" not in response.text


def test_the_older_file_stays_unless_asked(client, coordinator, office):
    pair = pair_at(office, office)

    assert client.get(page_of(pair)).context["kept"] == pair.other
    other_way = client.get(page_of(pair), {"queda": str(pair.person.public_id)})
    assert other_way.context["kept"] == pair.person


def test_two_files_become_one(client, coordinator, office):
    pair = pair_at(office, office)
    Person.objects.filter(pk=pair.person_id).update(known_as="Nita")
    trip = TripFactory(person=pair.person)
    page = page_of(pair)

    response = client.post(page, answers(client.get(page)))

    merge = MergeRecord.objects.get()
    assert response.url == merge.get_absolute_url()
    kept = Person.objects.get(pk=pair.other_id)
    assert (kept.known_as, kept.trips.get()) == ("Nita", trip)
    assert client.get(response.url).status_code == 200
    assert client.get(LIST).context["page"].rows == []
    assert client.get(page).status_code == 404


def test_without_a_reason_nothing_is_merged(client, coordinator, office):
    pair = pair_at(office, office)
    page = page_of(pair)

    response = client.post(page, answers(client.get(page), reason=" "))

    assert response.status_code == 422
    assert "reason" in response.context["form"].errors
    assert not MergeRecord.objects.exists()


def test_what_has_to_be_done_first_is_a_list(client, coordinator, office):
    pair = pair_at(office, office)
    for number, person in enumerate((pair.person, pair.other), 1):
        DocumentFactory(person=person, number=dui(number))
    page = page_of(pair)
    shown = client.get(page)

    response = client.post(page, answers(shown))

    assert len(shown.context["todo"]) == 1
    assert response.status_code == 422
    assert not MergeRecord.objects.exists()


def test_a_page_that_has_grown_old_merges_nothing(client, coordinator, office):
    pair = pair_at(office, office)
    page = page_of(pair)
    sent = answers(client.get(page))
    Person.objects.filter(pk=pair.person_id).update(version=7)

    response = client.post(page, sent)

    assert response.status_code == 409
    assert not MergeRecord.objects.exists()


def test_two_people_are_told_apart_for_good(client, coordinator, office):
    pair = pair_at(office, office)
    page = page_of(pair, "duplicate_dismiss")
    sent = answers(client.get(page), reason="Son primas.")

    response = client.post(page, sent)

    assert response.url == LIST
    pair.refresh_from_db()
    assert (pair.likeness, pair.reason, pair.settled_by) == (
        Likeness.DIFFERENT,
        "Son primas.",
        coordinator,
    )
    assert client.get(LIST).context["page"].rows == []
    assert client.post(page, sent).status_code == 404


def test_a_task_of_the_pair_is_done_with_it(client, office):
    user = UserFactory(programme_coordinator=True)
    client.force_login(user)
    one, other = PersonFactory(**ANA, office=office), PersonFactory(**ANA)
    suspect(one, other, Likeness.OPEN, "", by=UserFactory())
    report_elsewhere(other, kind=TaskKind.SAME_DUI_ELSEWHERE, office=office, by=UserFactory())
    page = page_of(Suspicion.objects.get(), "duplicate_dismiss")

    client.post(page, answers(client.get(page), reason="Son primas."))

    waiting = Task.objects.open().get()
    assert waiting.kind == TaskKind.SAME_DUI_ELSEWHERE


# What was merged


@pytest.fixture
def merged(client, coordinator, office):
    pair = pair_at(office, office)
    page = page_of(pair)
    client.post(page, answers(client.get(page)))
    return MergeRecord.objects.get()


@pytest.mark.parametrize("count", [1, 3])
def test_merges_are_listed(client, coordinator, office, count, django_assert_num_queries):
    for _each in range(count):
        page = page_of(pair_at(office, office))
        client.post(page, answers(client.get(page)))

    with django_assert_num_queries(6):
        response = client.get("/personas/fusiones/")

    assert len(response.context["page"].rows) == count


def test_a_merge_is_undone(client, merged):
    page = reverse("beneficiaries:merge_undo", args=[merged.public_id])
    sent = answers(client.get(page), undone_reason="Son primas.")
    trip = TripFactory(person=merged.kept)

    response = client.post(page, sent, follow=True)

    merged.refresh_from_db()
    assert (merged.undone_reason, merged.merged.merged_into) == ("Son primas.", None)
    assert merged.stayed == {"beneficiaries.Trip": [trip.pk]}
    assert "1" in response.text
    assert Suspicion.objects.waiting().exists()


def test_a_merge_that_stands_for_good_says_so(client, merged):
    page = reverse("beneficiaries:merge_undo", args=[merged.public_id])
    sent = answers(client.get(page), undone_reason="Son primas.")
    MergeRecord.objects.update(merged_at="2020-01-01T12:00:00Z")

    response = client.post(page, sent)

    assert response.status_code == 422
    assert client.get(merged.get_absolute_url()).status_code == 200


def test_another_office_sees_nothing_of_a_merge(merged):
    client = signed_in(UserFactory(coordinator=True, at=OrganizationFactory()))

    for name in ("merge_detail", "merge_undo"):
        page = reverse(f"beneficiaries:{name}", args=[merged.public_id])
        assert client.get(page).status_code == 404


# Both numbers find the file


def test_both_numbers_find_the_file(client, merged):
    for number in (merged.kept.file_number, merged.merged.file_number):
        [found] = client.get(reverse("search"), {"q": number}).context["found"]
        assert [line.person for line in found.lines] == [merged.kept_id]


def test_the_old_address_leads_to_the_file_that_stayed(client, merged):
    response = client.get(merged.merged.get_absolute_url())

    assert response.url == merged.kept.get_absolute_url()
    told = client.get(merged.merged.get_absolute_url(), follow=True)
    assert merged.merged.file_number in told.text


def test_who_may_not_see_the_file_that_stayed_is_led_nowhere(merged):
    client = signed_in(UserFactory(caseworker=True, at=OrganizationFactory()))

    assert client.get(merged.merged.get_absolute_url()).status_code == 404


def test_what_was_typed_into_a_merged_file_is_shown_again(merged, office):
    worker = UserFactory(caseworker=True, at=office)
    AssignmentFactory(person=merged.kept, user=worker)
    client = signed_in(worker)
    page = reverse("beneficiaries:person_change", args=[merged.merged.public_id])

    response = client.post(page, {"given_names": "Ana <b>Luz</b>", "version": 1})

    assert response.status_code == 409
    assert "Ana &lt;b&gt;Luz&lt;/b&gt;" in response.text
    assert reverse("beneficiaries:person_change", args=[merged.kept.public_id]) in response.text


def test_the_history_of_both_files_is_read_together(client, merged):
    for person, verb in ((merged.kept, "trip.added"), (merged.merged, "skill.added")):
        record_activity(verb, person, by=UserFactory())

    page = client.get(merged.kept.get_absolute_url())

    told = {str(each["title"]) for each in page.context["activities"]}
    assert {str(VERBS[verb]) for verb in ("trip.added", "skill.added")} <= told


# Correcting a file


@pytest.fixture
def ours(office, caseworker, house):
    person = PersonFactory(office=office, caseworker=caseworker, with_case=True)
    ContactFactory(person=person)
    return person


def corrected(client, person, **changed):
    """Send the form of who somebody is, with some answers changed."""
    person.refresh_from_db()
    page = reverse("beneficiaries:person_change", args=[person.public_id])
    names = {"given_names": person.given_names, "surnames": person.surnames}
    return client.post(page, identity(**names | changed) | {"version": person.version})


def test_a_name_that_another_file_has_is_asked_about_once(client, caseworker, ours):
    other = PersonFactory(**ANA, office=ours.office)

    asked = corrected(client, ours, **ANA)

    assert asked.status_code == 422
    assert [each["person"] for each in asked.context["likely"]] == [other]
    read = ReadLog.objects.latest("pk")
    assert set(read.persons) == {ours.pk, other.pk}
    said = {f"parecido-{other.public_id}": "different", f"razon-{other.public_id}": "Su prima."}
    answered = corrected(client, ours, **ANA, **said)
    assert answered.status_code == 302
    kept = Suspicion.objects.get()
    assert (kept.person, kept.other, kept.likeness, kept.reason, kept.raised_by) == (
        ours,
        other,
        Likeness.DIFFERENT,
        "Su prima.",
        caseworker,
    )
    corrected(client, ours, given_names="Ana", surnames="Mejía")
    again = corrected(client, ours, **ANA)
    assert again.status_code == 302, again.context["form"].errors  # nobody is asked again
    assert Suspicion.objects.count() == 1


@pytest.mark.parametrize("likeness", ["same", "unsure"])
def test_what_is_not_told_apart_goes_to_coordination(client, ours, likeness):
    other = PersonFactory(**ANA, office=ours.office)

    corrected(client, ours, **ANA, **{f"parecido-{other.public_id}": likeness})

    assert Suspicion.objects.waiting().get().likeness == likeness


def test_of_a_file_of_another_office_a_correction_says_nothing(client, ours):
    other = PersonFactory(**ANA)

    response = corrected(client, ours, **ANA)

    assert response.status_code == 302
    assert Suspicion.objects.get().other == other
    assert Task.objects.get().person == other


def test_a_telephone_that_another_file_has_is_asked_about(client, ours):
    other = ContactFactory(person__office=ours.office, phone_1="+50370000009").person

    page = reverse("beneficiaries:contact_change", args=[ours.public_id])
    sent = contact(phone_1="7000 0009") | {"version": 1}

    asked = client.post(page, sent)

    assert asked.status_code == 422
    assert [each["person"] for each in asked.context["likely"]] == [other]
    said = {f"parecido-{other.public_id}": "different", f"razon-{other.public_id}": "Su mamá."}
    assert client.post(page, sent | said).status_code == 302


def test_a_correction_of_something_else_asks_nothing(client, ours):
    PersonFactory(given_names=ours.given_names, surnames=ours.surnames, office=ours.office)

    assert corrected(client, ours, known_as="Nita").status_code == 302
    assert not Suspicion.objects.exists()


# Pointing out


def pointed_out(client, person, file_number, **more):
    page = reverse("beneficiaries:duplicate_report", args=[person.public_id])
    key = client.get(page).context["form"]["key"].value()
    sent = {"key": key, "file_number": file_number, "likeness": "same", "reason": "La conozco."}
    return client.post(page, sent | more)


def test_whoever_knows_points_out_a_duplicate(client, caseworker, ours):
    other = PersonFactory(office=ours.office)

    response = pointed_out(client, ours, other.file_number.lower())

    assert response.status_code == 302
    pair = Suspicion.objects.waiting().get()
    assert {pair.person, pair.other} == {ours, other}
    assert (pair.likeness, pair.reason, pair.raised_by) == ("same", "La conozco.", caseworker)


@pytest.mark.parametrize("which", ["elsewhere", "herself", "nobody", "apart"])
def test_a_number_that_leads_nowhere_is_refused(client, ours, which):
    apart = PersonFactory(office=ours.office)
    Suspicion.objects.create(person=ours, other=apart, likeness=Likeness.DIFFERENT)
    numbers = {
        "elsewhere": PersonFactory().file_number,
        "herself": ours.file_number,
        "nobody": "GS-2001-00001",
        "apart": apart.file_number,
    }

    response = pointed_out(client, ours, numbers[which])

    assert response.status_code == 422
    assert "file_number" in response.context["form"].errors
    assert Suspicion.objects.count() == 1
