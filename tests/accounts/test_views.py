"""The pages of administrators, and where everybody begins."""

import re
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.core.mail import EmailMessage
from django.urls import reverse

from accounts.models import Activity, RoleAssignment, User
from accounts.roles import DESCRIPTIONS, GRANTS, Role
from beneficiaries.models import PeopleImport
from genesis.lib.background import WorkState
from tests.factories.accounts import OrganizationFactory, RoleAssignmentFactory, UserFactory

pytestmark = pytest.mark.django_db

ADDRESS = re.compile(r"https?://\S+?/cuenta/clave/enlace/[^\s<]+")


@pytest.fixture
def admin(client):
    user = UserFactory(administrator=True, first_name="Beatriz", last_name="Alvarenga")
    client.force_login(user)
    return user


def page_of(name, *args):
    return reverse(f"accounts:{name}", args=args)


def told(response):
    return [str(each) for each in response.context["messages"]]


# Where everybody begins


WITHOUT_PAGES = {
    Role.PSYCHOLOGIST,
    Role.LEGAL_ADVISER,
    *[role for role in Role if not GRANTS[role]],
}


@pytest.mark.parametrize("role", sorted(set(Role) - WITHOUT_PAGES))
def test_home_says_that_nothing_waits_when_nothing_does(client, role):
    client.force_login(UserFactory(role=role))

    response = client.get("/")

    assert response.context["blocks"] == []
    assert "Nada le espera" in response.content.decode()
    assert [item["title"] for item in response.context["nav"][0]["items"]] == ["Hoy"]


@pytest.mark.parametrize("role", sorted(WITHOUT_PAGES))
def test_home_says_what_a_role_without_pages_will_find(client, role):
    office = OrganizationFactory(name="Oficina de Usulután")
    client.force_login(UserFactory(role=role, at=office))

    response = client.get("/")

    page = response.content.decode()
    assert response.status_code == 200
    assert str(DESCRIPTIONS[role]) in page
    assert f"<h2>{role.label}</h2>" in page
    assert "Oficina de Usulután" in page


@pytest.mark.parametrize("count", [1, 3])
def test_home_asks_the_same_queries_for_any_number_of_roles(
    client, count, django_assert_num_queries
):
    user = UserFactory()
    for role in [Role.LEGAL_ADVISER, Role.PSYCHOLOGIST, Role.AUDITOR][:count]:
        RoleAssignmentFactory(user=user, role=role)
    client.force_login(user)

    with django_assert_num_queries(4):
        response = client.get("/")

    assert len(response.context["roles"]) == count


def test_home_says_whom_to_ask_for_a_role(client):
    client.force_login(UserFactory())

    assert "Todavía no tiene un rol" in client.get("/").content.decode()


# The list


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_same_queries_for_any_number_of_rows(
    client, admin, count, django_assert_num_queries
):
    for _each in range(count):
        RoleAssignmentFactory(user=UserFactory(caseworker=True), role=Role.COACH)

    with django_assert_num_queries(6):
        response = client.get(page_of("user_list"))

    rows = response.context["page"].rows
    assert len(rows) == count + 1
    assert {len(each.held) for each in rows if each != admin} == {2}


def test_list_shows_the_roles_of_today_alone(client, admin):
    user = UserFactory(last_name="Zelaya")
    RoleAssignmentFactory(user=user, role=Role.COACH, valid_until="2021-01-01")
    RoleAssignmentFactory(user=user, role=Role.EVALUATOR)

    (row,) = client.get(page_of("user_list"), {"name": "zelaya"}).context["page"].rows

    assert [each.role for each in row.held] == [Role.EVALUATOR]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"name": "ana paz"}, {"Paz"}),
        ({"name": "PRUEBA-1"}, {"Paz"}),
        ({"role": "coach"}, {"Paz"}),
        ({"access": "no"}, {"Ríos"}),
        ({"access": "yes", "role": "coach"}, {"Paz"}),
        ({"name": "nadie"}, set()),
        ({"role": "king"}, {"Paz", "Ríos", "Alvarenga"}),
        ({"assigned__user__password__startswith": "a"}, {"Paz", "Ríos", "Alvarenga"}),
        ({"orden": "password"}, {"Paz", "Ríos", "Alvarenga"}),
    ],
)
def test_list_is_narrowed_by_what_it_offers_and_by_nothing_else(client, admin, asked, found):
    UserFactory(first_name="Ana", last_name="Paz", email="prueba-1@x.sv", role=Role.COACH)
    UserFactory(first_name="Eva", last_name="Ríos", is_active=False)

    rows = client.get(page_of("user_list"), asked).context["page"].rows

    assert {each.last_name for each in rows} == found


def test_list_goes_on_and_back(client, admin):
    UserFactory.create_batch(30)

    first = client.get(page_of("user_list")).context["page"]
    second = client.get(page_of("user_list"), {"despues": first.after}).context["page"]
    back = client.get(page_of("user_list"), {"antes": second.before}).context["page"]

    assert (len(first.rows), len(second.rows), first.total) == (25, 6, 31)
    assert first.rows == back.rows
    assert not {each.pk for each in first.rows} & {each.pk for each in second.rows}


def test_list_shows_the_filters_in_use_and_takes_each_off(client, admin):
    page = client.get(page_of("user_list"), {"role": "coach", "access": "yes"}).content.decode()

    chips = re.search(r'<ul class="chips".*?</ul>', page, re.DOTALL)[0]
    assert re.findall(r'href="([^"]+)"', chips) == ["?access=yes", "?role=coach", "/usuarios/"]


def test_list_gives_only_its_results_to_a_piece_of_a_page(client, admin):
    headers = {"HX-Request": "true", "HX-Target": "results"}

    piece = client.get(page_of("user_list"), headers=headers).content.decode()

    assert "Alvarenga" in piece
    assert "<html" not in piece


# A new user


WHO = {"first_name": "María José", "last_name": "Núñez", "email": "mj@prueba.test"}


def test_create_makes_a_user_and_goes_on_to_the_role(client, admin):
    response = client.post(page_of("user_create"), WHO | {"key": uuid4()})

    user = User.objects.get(email="mj@prueba.test")
    assert response.headers["Location"] == page_of("role_give", user.public_id)
    assert str(user) == "María José Núñez"


@pytest.mark.rule("SEC-16")
def test_create_sent_twice_makes_one_user_and_answers_the_same(client, admin):
    answers = WHO | {"key": uuid4()}

    first, second = (client.post(page_of("user_create"), answers) for _time in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert User.objects.filter(email="mj@prueba.test").count() == 1


@pytest.mark.rule("SEC-16")
@pytest.mark.parametrize("key", [None, "", "x", "3f2504e0", "\x00"])
def test_create_without_a_key_makes_nobody(client, admin, key):
    answers = WHO if key is None else WHO | {"key": key}

    response = client.post(page_of("user_create"), answers)

    assert response.status_code == 422
    assert User.objects.count() == 1


@pytest.mark.rule("SEC-16")
def test_create_with_the_key_of_other_answers_says_so(client, admin):
    answers = WHO | {"key": uuid4()}
    client.post(page_of("user_create"), answers)

    response = client.post(page_of("user_create"), answers | {"first_name": "Eva"})

    assert response.status_code == 422
    assert "ya se envió con otras respuestas" in response.content.decode()
    assert not User.objects.filter(first_name="Eva").exists()


def test_create_keeps_what_was_typed_and_its_key(client, admin):
    key = str(uuid4())

    response = client.post(page_of("user_create"), WHO | {"key": key, "email": "no"})

    page = response.content.decode()
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"email"}
    assert 'value="María José"' in page
    assert f'value="{key}"' in page


def test_create_refuses_an_address_in_use_at_its_field(client, admin):
    UserFactory(email="MJ@prueba.test".lower())

    response = client.post(
        page_of("user_create"), WHO | {"email": "MJ@Prueba.test", "key": uuid4()}
    )

    assert response.status_code == 422
    assert response.context["form"].errors == {"email": ["Otra persona ya usa esta dirección."]}


@pytest.mark.rule("SEC-13")
def test_create_takes_nothing_that_was_not_asked(client, admin):
    extra = {"is_superuser": "1", "is_staff": "1", "role": "administrator", "is_active": "0"}
    extra |= {"version": "9", "password": "x", "public_id": str(uuid4()), "id": "1"}

    client.post(page_of("user_create"), WHO | extra | {"key": uuid4()})

    user = User.objects.get(email="mj@prueba.test")
    assert (user.is_superuser, user.is_staff, user.is_active) == (False, False, True)
    assert (user.version, user.has_usable_password()) == (1, False)
    assert not user.role_assignments.exists()


# A user corrected


def test_change_corrects_and_returns_to_the_user(client, admin):
    user = UserFactory()

    response = client.post(page_of("user_change", user.public_id), WHO | {"version": 1})

    user.refresh_from_db()
    assert response.headers["Location"] == user.get_absolute_url()
    assert (user.first_name, user.email) == ("María José", "mj@prueba.test")


@pytest.mark.rule("SEC-15")
def test_change_from_an_old_page_is_a_409_and_keeps_what_was_typed(client, admin):
    user = UserFactory(first_name="Ana")
    client.post(page_of("user_change", user.public_id), WHO | {"version": 1})

    response = client.post(
        page_of("user_change", user.public_id), WHO | {"version": 1, "first_name": "Eva"}
    )

    user.refresh_from_db()
    assert response.status_code == 409
    assert user.first_name == "María José"
    assert 'value="Eva"' in response.content.decode()
    assert "cambió" in response.content.decode()


@pytest.mark.parametrize("version", ["", "x", "-1", "1e3", "٣", "9" * 40])
def test_change_with_a_version_that_is_none_changes_nothing(client, admin, version):
    user = UserFactory(first_name="Ana")

    response = client.post(page_of("user_change", user.public_id), WHO | {"version": version})

    user.refresh_from_db()
    assert response.status_code in {409, 422}
    assert user.first_name == "Ana"


def test_change_refuses_an_address_in_use_at_its_field(client, admin):
    UserFactory(email="mj@prueba.test")
    user = UserFactory()

    response = client.post(page_of("user_change", user.public_id), WHO | {"version": 1})

    assert response.status_code == 422
    assert response.context["form"].errors == {"email": ["Otra persona ya usa esta dirección."]}


@pytest.mark.rule("SEC-13")
def test_change_leaves_rights_alone(client, admin):
    extra = {"is_superuser": "1", "is_active": "0", "role": "auditor", "version": 1}

    client.post(page_of("user_change", admin.public_id), WHO | extra)

    admin.refresh_from_db()
    assert (admin.is_superuser, admin.is_active, admin.first_name) == (False, True, "María José")
    assert [each.role for each in User.objects.get(pk=admin.pk).current_roles] == ["administrator"]


# One user


def test_page_of_a_user_shows_each_role_with_its_state(client, admin):
    user = UserFactory()
    given = RoleAssignmentFactory(user=user, role=Role.COACH, given_by=admin)
    RoleAssignmentFactory(user=user, role=Role.AUDITOR, valid_until="2021-01-01")
    RoleAssignmentFactory(user=user, role=Role.EVALUATOR, valid_from="2090-01-01")
    client.post(page_of("role_end", given.public_id), {"version": 1})

    page = client.get(user.get_absolute_url()).content.decode()

    rows = re.findall(r"<tr>.*?</tr>", page.partition("<tbody>")[2], re.DOTALL)
    found = {
        (re.search(r'row">\s*(.+)', row)[1].strip(), re.search(r"marca-e[^>]*>(.*?)<", row)[1])
        for row in rows
    }
    assert found == {
        (Role.EVALUATOR.label, "Empieza después"),
        (Role.AUDITOR.label, "Terminado"),
        (Role.COACH.label, "Quitado"),
    }


@pytest.mark.parametrize("count", [1, 3])
def test_page_of_a_user_asks_the_same_queries_for_any_number_of_roles(
    client, admin, count, django_assert_num_queries
):
    user = UserFactory()
    for role in [Role.COACH, Role.PSYCHOLOGIST, Role.AUDITOR][:count]:
        RoleAssignmentFactory(user=user, role=role, given_by=admin)

    with django_assert_num_queries(6):
        client.get(user.get_absolute_url())


def test_page_of_a_user_escapes_a_name(client, admin):
    user = UserFactory(first_name="<script>alert(1)</script>", last_name="{{7*7}}")

    page = client.get(user.get_absolute_url()).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}}" in page


@pytest.mark.rule("SEC-4")
@pytest.mark.parametrize(
    "name", ["user_detail", "user_change", "role_give", "user_set_active", "second_factor_forget"]
)
def test_a_user_that_there_is_not_is_not_found(client, admin, name):
    assert client.get(page_of(name, uuid4())).status_code == 404
    assert client.post(page_of(name, uuid4())).status_code in {404, 405}


@pytest.mark.rule("SEC-13")
def test_own_page_offers_nothing_to_change_of_the_own_rights(client, admin):
    page = client.get(admin.get_absolute_url()).content.decode()

    assert page_of("role_give", admin.public_id) not in page
    assert page_of("user_set_active", admin.public_id) not in page
    assert page_of("access_link_make", admin.public_id) not in page
    assert page_of("role_end", admin.role_assignments.get().public_id) not in page


@pytest.mark.rule("SEC-13")
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "name", ["role_give", "user_set_active", "access_link_make", "second_factor_forget"]
)
def test_nobody_opens_the_pages_that_change_their_own_rights(client, admin, name, method):
    Authenticator.objects.create(user=admin, type=Authenticator.Type.TOTP, data={})
    answers = {"version": 1, "key": uuid4(), "role": "auditor", "valid_from": "2026-01-01"}
    answers["organization"] = OrganizationFactory().pk

    response = getattr(client, method)(page_of(name, admin.public_id), answers)

    assert response.status_code == (405 if (method, name) == ("get", "access_link_make") else 403)
    assert User.objects.get(pk=admin.pk).is_active
    assert admin.role_assignments.count() == 1
    assert admin.authenticator_set.count() == 1


@pytest.mark.rule("SEC-13")
def test_nobody_ends_a_role_of_their_own(client, admin):
    given = admin.role_assignments.get()

    response = client.post(page_of("role_end", given.public_id), {"version": 1})

    assert response.status_code == 403
    assert RoleAssignment.objects.get().ended_at is None


# Roles


def role_answers(**changes):
    return {
        "key": uuid4(),
        "role": "registrar",
        "organization": OrganizationFactory().pk,
        "valid_from": "2026-01-01",
        "valid_until": "",
    } | changes


def test_role_is_given_with_scope_and_dates(client, admin):
    user, office = UserFactory(), OrganizationFactory()

    response = client.post(
        page_of("role_give", user.public_id),
        role_answers(organization=office.pk, valid_until="2030-12-31"),
    )

    given = user.role_assignments.get()
    assert response.headers["Location"] == user.get_absolute_url()
    assert (given.role, given.organization, given.given_by) == ("registrar", office, admin)
    assert (str(given.valid_from), str(given.valid_until)) == ("2026-01-01", "2030-12-31")


@pytest.mark.rule("SEC-16")
def test_role_sent_twice_is_given_once(client, admin):
    user, answers = UserFactory(), role_answers()

    first, second = (
        client.post(page_of("role_give", user.public_id), answers) for _time in range(2)
    )

    assert first.status_code == second.status_code == 302
    assert user.role_assignments.count() == 1


def test_role_that_is_held_already_is_refused_in_words(client, admin):
    user, answers = UserFactory(), role_answers()
    client.post(page_of("role_give", user.public_id), answers)

    response = client.post(page_of("role_give", user.public_id), answers | {"key": uuid4()})

    assert response.status_code == 422
    assert "ya tiene ese rol" in response.content.decode()
    assert user.role_assignments.count() == 1


def test_role_is_taken_away_after_asking_once_more(client, admin):
    user = UserFactory(registrar=True)
    given = user.role_assignments.get()

    asked = client.get(page_of("role_end", given.public_id))
    assert 'name="version" value="1"' in asked.content.decode()
    given.refresh_from_db()
    assert given.ended_at is None

    response = client.post(page_of("role_end", given.public_id), {"version": 1})

    given.refresh_from_db()
    assert response.headers["Location"] == user.get_absolute_url()
    assert given.ended_by == admin


@pytest.mark.rule("SEC-15")
@pytest.mark.parametrize(
    ("name", "unchanged"),
    [("user_set_active", "is_active"), ("second_factor_forget", "has_factor")],
)
def test_a_button_of_an_old_page_changes_nothing_and_says_so(client, admin, name, unchanged):
    user = UserFactory()
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    client.post(page_of("user_change", user.public_id), WHO | {"version": 1})

    response = client.post(page_of(name, user.public_id), {"version": 1}, follow=True)

    state = {
        "is_active": User.objects.get(pk=user.pk).is_active,
        "has_factor": user.authenticator_set.exists(),
    }
    assert state[unchanged]
    assert any("cambió" in each for each in told(response))


@pytest.mark.rule("SEC-15")
def test_a_role_is_taken_away_once_from_two_pages(client, admin):
    given = UserFactory(registrar=True).role_assignments.get()
    client.post(page_of("role_end", given.public_id), {"version": 1})

    response = client.post(page_of("role_end", given.public_id), {"version": 1}, follow=True)

    assert any("cambió" in each for each in told(response))
    assert Activity.objects.filter(verb="role.ended").count() == 1


# Access


def test_access_is_taken_away_after_asking_once_more_and_given_back(client, admin):
    user = UserFactory()

    asked = client.get(page_of("user_set_active", user.public_id)).content.decode()
    assert "¿Quitar el acceso a" in asked
    assert User.objects.get(pk=user.pk).is_active
    client.post(page_of("user_set_active", user.public_id), {"version": 1})
    assert not User.objects.get(pk=user.pk).is_active

    asked = client.get(page_of("user_set_active", user.public_id)).content.decode()
    assert "¿Devolver el acceso a" in asked
    client.post(page_of("user_set_active", user.public_id), {"version": 2})
    assert User.objects.get(pk=user.pk).is_active


def test_access_link_is_shown_once_and_kept_nowhere(client, admin, settings):
    user = UserFactory()

    page = client.post(page_of("access_link_make", user.public_id)).content.decode()
    again = client.get(user.get_absolute_url()).content.decode()

    link = ADDRESS.search(page)[0]
    assert link.startswith(settings.SITE_URL)
    assert not ADDRESS.search(again)
    key = link.rstrip("/").rpartition("-")[2]
    trace = Activity.objects.get(verb="access_link.made")
    assert (trace.actor, trace.record_id) == (admin, user.pk)
    assert key not in str(trace.changes)


def test_access_link_is_made_by_a_post_alone(client, admin):
    user = UserFactory()

    assert client.get(page_of("access_link_make", user.public_id)).status_code == 405
    assert not Activity.objects.exists()


def test_second_factor_is_forgotten_after_asking_once_more(client, admin):
    user = UserFactory()
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})

    asked = client.get(page_of("second_factor_forget", user.public_id))
    assert asked.status_code == 200
    assert user.authenticator_set.exists()
    client.post(page_of("second_factor_forget", user.public_id), {"version": 1})

    assert not user.authenticator_set.exists()


# Work in the background


def job(**changes):
    return PeopleImport.objects.create(
        office=OrganizationFactory(), file_name="ana-portillo.xlsx", sha256=uuid4().hex, **changes
    )


@pytest.mark.parametrize("count", [1, 3])
def test_work_list_asks_the_same_queries_for_any_number_of_rows(
    client, admin, count, django_assert_num_queries
):
    for _each in range(count):
        job(work_state=WorkState.DEAD, attempts=5, last_error="ValueError")

    with django_assert_num_queries(4):  # one for all kinds of work
        response = client.get(page_of("work_list"))

    assert response.content.decode().count("ValueError") == count


def test_work_list_names_nobody(client, admin):
    job(work_state=WorkState.DEAD, attempts=5)

    assert "ana-portillo" not in client.get(page_of("work_list")).content.decode()


def test_work_that_failed_is_tried_again_and_nothing_else_is(client, admin):
    dead, done = job(work_state=WorkState.DEAD, attempts=5), job(work_state=WorkState.DONE)

    for each in (dead, done):
        client.post(page_of("work_retry", each._meta.label, each.pk))
        each.refresh_from_db()

    assert (dead.work_state, dead.attempts) == (WorkState.WAITING, 0)
    assert done.work_state == WorkState.DONE


@pytest.mark.parametrize("label", ["accounts.User", "x", "beneficiaries.Person", "__class__"])
def test_only_work_is_tried_again(client, admin, label):
    assert client.post(page_of("work_retry", label, admin.pk)).status_code == 404


# The demo's mail


@pytest.fixture
def demo_mail(settings, tmp_path):
    backend = "django.core.mail.backends.filebased.EmailBackend"
    settings.DEMO, settings.MAIL_FOLDER = True, tmp_path / "mail"
    options = {"file_path": str(settings.MAIL_FOLDER)}
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
    return settings.MAIL_FOLDER


def test_mail_of_the_demo_is_shown_with_its_links(client, admin, demo_mail):
    text = "Abra https://localhost/cuenta/clave/enlace/1-a-b/\n¡Adiós! <b>"
    EmailMessage("Contraseña olvidada", text, to=["ana@prueba.test"]).send()
    EmailMessage("Segundo", "línea", to=["eva@prueba.test"]).send()

    page = client.get(page_of("mail_list")).content.decode()

    assert "Contraseña olvidada" in page
    assert "ana@prueba.test" in page
    assert 'href="https://localhost/cuenta/clave/enlace/1-a-b/"' in page
    assert "¡Adiós! &lt;b&gt;" in page
    assert page.count("<article") == 2
    assert "-----" not in page


def test_mail_of_the_demo_may_be_none_yet(client, admin, demo_mail):
    assert "Todavía no hay correos" in client.get(page_of("mail_list")).content.decode()


def test_mail_is_shown_in_the_demo_alone(client, admin):
    assert client.get(page_of("mail_list")).status_code == 404


@pytest.mark.parametrize(("role", "shown"), [(Role.ADMINISTRATOR, True), (Role.COACH, False)])
def test_mail_of_the_demo_is_offered_to_whoever_may_open_it(client, demo_mail, role, shown):
    client.force_login(UserFactory(role=role))

    page = client.get("/", follow=True).content.decode()

    assert (page_of("mail_list") in page) is shown


# The menu


@pytest.mark.parametrize("name", ["user_list", "work_list"])
def test_menu_marks_one_page_as_the_current_one(client, admin, name):
    response = client.get(page_of(name))

    items = [item for section in response.context["nav"] for item in section["items"]]
    assert [item["name"] for item in items if item["current"]] == [f"accounts:{name}"]


@pytest.mark.parametrize("role", Role)
def test_menu_offers_only_pages_that_open(client, role):
    client.force_login(UserFactory(role=role))

    for section in client.get("/", follow=True).context["nav"]:
        for item in section["items"]:
            assert client.get(item["url"]).status_code == 200
