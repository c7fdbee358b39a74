"""What administrators do with users: it leaves a trace, and what is wrong changes nothing."""

import threading
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.actions import users as actions
from accounts.models import Activity, RoleAssignment, SentForm, User
from accounts.roles import Permission, Role
from genesis.lib.states import OtherContent, StaleRecord
from tests.factories.accounts import OrganizationFactory, RoleAssignmentFactory, UserFactory

pytestmark = pytest.mark.django_db

WHO = {"email": "Ana@Prueba.TEST", "first_name": "Ana", "last_name": "Portillo"}


@pytest.fixture
def admin():
    return UserFactory(administrator=True)


def test_create_makes_a_user_who_cannot_sign_in_yet_and_leaves_a_trace(admin):
    user = actions.create_user(key=uuid4(), **WHO, by=admin)

    assert user.email == "ana@prueba.test"
    assert not user.has_usable_password()
    assert user.current_roles == []
    trace = Activity.objects.get(verb="user.created")
    assert (trace.actor, trace.record_id, trace.model) == (admin, user.pk, "accounts.User")


@pytest.mark.rule("SEC-16")
def test_create_with_the_same_key_makes_one_user_and_answers_with_it(admin):
    key = uuid4()

    first, second = (actions.create_user(key=key, **WHO, by=admin) for _time in range(2))

    assert first == second
    assert User.objects.filter(email="ana@prueba.test").count() == 1
    assert Activity.objects.filter(verb="user.created").count() == 1


@pytest.mark.rule("SEC-16")
def test_create_with_the_same_key_and_other_answers_is_refused(admin):
    key = uuid4()
    actions.create_user(key=key, **WHO, by=admin)

    with pytest.raises(OtherContent):
        actions.create_user(key=key, **WHO | {"first_name": "Eva"}, by=admin)

    assert not User.objects.filter(first_name="Eva").exists()


@pytest.mark.rule("SEC-16")
def test_the_same_key_of_somebody_else_is_another_key(admin):
    key = uuid4()
    actions.create_user(key=key, **WHO, by=admin)

    other = actions.create_user(
        key=key, **WHO | {"email": "eva@prueba.test"}, by=UserFactory(administrator=True)
    )

    assert other.email == "eva@prueba.test"


@pytest.mark.parametrize("email", ["ana@prueba.test", "ANA@PRUEBA.TEST"])
def test_create_refuses_an_address_in_use_and_forgets_the_key(admin, email):
    UserFactory(email="ana@prueba.test")

    with pytest.raises(ValidationError) as refused:
        actions.create_user(key=uuid4(), **WHO | {"email": email}, by=admin)

    assert set(refused.value.message_dict) == {"email"}
    assert not SentForm.objects.exists()
    assert not Activity.objects.exists()


def test_change_corrects_and_keeps_what_was_there_before(admin):
    user = UserFactory(email="vieja@prueba.test", first_name="Ana")

    actions.change_user(user, version=1, email="Nueva@prueba.test", first_name="Ana", by=admin)

    user.refresh_from_db()
    assert (user.email, user.version) == ("nueva@prueba.test", 2)
    assert Activity.objects.get(verb="user.changed").changes == {
        "email": ["vieja@prueba.test", "nueva@prueba.test"]
    }


@pytest.mark.rule("SEC-15")
def test_change_of_an_old_page_changes_nothing(admin):
    user = UserFactory(first_name="Ana")
    actions.change_user(user, version=1, first_name="Eva", by=admin)

    with pytest.raises(StaleRecord):
        actions.change_user(user, version=1, first_name="Ada", by=admin)

    user.refresh_from_db()
    assert user.first_name == "Eva"
    assert Activity.objects.filter(verb="user.changed").count() == 1


def test_change_refuses_the_address_of_somebody_else(admin):
    UserFactory(email="ana@prueba.test")
    user = UserFactory(email="eva@prueba.test")

    with pytest.raises(ValidationError) as refused:
        actions.change_user(user, version=1, email="Ana@prueba.test", by=admin)

    assert set(refused.value.message_dict) == {"email"}
    user.refresh_from_db()
    assert (user.email, user.version) == ("eva@prueba.test", 1)


def test_change_of_the_address_forgets_the_one_that_the_library_kept(admin):
    user = UserFactory(email="vieja@prueba.test")
    actions.make_access_link(user, by=admin)
    assert EmailAddress.objects.filter(email="vieja@prueba.test").exists()

    actions.change_user(user, version=1, email="nueva@prueba.test", by=admin)

    assert not EmailAddress.objects.filter(email="vieja@prueba.test").exists()


@pytest.mark.rule("SEC-12")
def test_set_active_keeps_out_and_lets_in_again(admin):
    user = UserFactory(registrar=True)

    actions.set_active(user, active=False, version=1, by=admin)
    assert not User.objects.get(pk=user.pk).may(Permission.PERSON_REGISTER)

    actions.set_active(user, active=True, version=2, by=admin)
    assert User.objects.get(pk=user.pk).may(Permission.PERSON_REGISTER)
    verbs = Activity.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["user.deactivated", "user.reactivated"]


def give(user, by, **changes):
    answers = {
        "key": uuid4(),
        "role": Role.REGISTRAR,
        "organization": changes.pop("at", None) or OrganizationFactory(),
        "valid_from": timezone.localdate(),
        "valid_until": None,
    }
    return actions.give_role(user, **answers | changes, by=by)


def test_give_role_grants_it_at_that_organization_and_leaves_a_trace(admin):
    user, office = UserFactory(), OrganizationFactory()

    given = give(user, admin, at=office)

    assert User.objects.get(pk=user.pk).may(Permission.PERSON_REGISTER, at=office)
    assert given.given_by == admin
    assert Activity.objects.get(verb="role.given").changes == {"role": "registrar", "user": user.pk}


@pytest.mark.rule("SEC-16")
def test_give_role_twice_with_one_key_gives_it_once(admin):
    user, office, key = UserFactory(), OrganizationFactory(), uuid4()

    first, second = (give(user, admin, at=office, key=key) for _time in range(2))

    assert first == second
    assert user.role_assignments.count() == 1


def test_give_role_refuses_the_same_role_in_the_same_days(admin):
    user, office = UserFactory(), OrganizationFactory()
    give(user, admin, at=office)

    with pytest.raises(ValidationError, match="ya tiene ese rol"):
        give(user, admin, at=office)

    assert user.role_assignments.count() == 1
    assert SentForm.objects.count() == 1


def test_give_role_again_after_it_was_taken_away(admin):
    user, office = UserFactory(), OrganizationFactory()
    actions.end_role(give(user, admin, at=office), version=1, by=admin)

    give(user, admin, at=office)

    assert len(User.objects.get(pk=user.pk).current_roles) == 1


def test_give_role_refuses_a_last_day_before_the_first(admin):
    user, today = UserFactory(), timezone.localdate()

    with pytest.raises(ValidationError, match="último día"):
        give(user, admin, valid_from=today, valid_until=today - timedelta(days=1))

    assert not user.role_assignments.exists()


@pytest.mark.rule("SEC-12")
@pytest.mark.parametrize(
    ("first", "last", "counts"),
    [(0, 0, True), (-10, None, True), (1, None, False), (-10, -1, False)],
    ids=["only today", "for good", "from tomorrow", "until yesterday"],
)
def test_a_role_counts_from_its_first_day_to_its_last(first, last, counts):
    today = timezone.localdate()
    user = UserFactory()
    RoleAssignmentFactory(
        user=user,
        role=Role.REGISTRAR,
        valid_from=today + timedelta(days=first),
        valid_until=None if last is None else today + timedelta(days=last),
    )

    assert user.may(Permission.PERSON_REGISTER) is counts
    assert User.objects.with_role(Role.REGISTRAR).filter(pk=user.pk).exists() is counts


@pytest.mark.rule("SEC-12")
def test_end_role_takes_it_away_once(admin):
    user = UserFactory(registrar=True)
    given = user.role_assignments.get()

    actions.end_role(given, version=1, by=admin)

    given.refresh_from_db()
    assert given.ended_by == admin
    assert not User.objects.get(pk=user.pk).may(Permission.PERSON_REGISTER)
    with pytest.raises(StaleRecord):
        actions.end_role(given, version=2, by=admin)
    assert Activity.objects.filter(verb="role.ended").count() == 1


def test_forget_second_factor_removes_all_of_it(admin):
    user = UserFactory()
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data={})

    actions.forget_second_factor(user, version=1, by=admin)

    assert not user.authenticator_set.exists()
    assert Activity.objects.get(verb="second_factor.forgotten").record_id == user.pk


@pytest.mark.rule("SEC-13")
@pytest.mark.parametrize(
    "do",
    [
        lambda me: give(me, me),
        lambda me: actions.end_role(me.role_assignments.get(), version=1, by=me),
        lambda me: actions.set_active(me, active=False, version=1, by=me),
        lambda me: actions.make_access_link(me, by=me),
        lambda me: actions.forget_second_factor(me, version=1, by=me),
    ],
    ids=["give role", "end role", "set active", "access link", "second factor"],
)
def test_nobody_changes_their_own_rights(admin, do):
    Authenticator.objects.create(user=admin, type=Authenticator.Type.TOTP, data={})

    with pytest.raises(actions.OwnRights):
        do(admin)

    assert RoleAssignment.objects.filter(user=admin, ended_at=None).count() == 1
    assert User.objects.get(pk=admin.pk).is_active
    assert admin.authenticator_set.count() == 1
    assert not Activity.objects.exists()


@pytest.mark.rule("SEC-13")
def test_the_database_refuses_a_role_given_to_oneself(admin):
    given = RoleAssignmentFactory(role=Role.EVALUATOR, user=admin)

    with (
        pytest.raises(IntegrityError, match="role_assignment_not_given_to_oneself"),
        transaction.atomic(),
    ):
        RoleAssignment.objects.filter(pk=given.pk).update(given_by=admin)


@pytest.mark.rule("SEC-13")
def test_the_database_refuses_a_role_ended_by_oneself(admin):
    given = admin.role_assignments.get()

    with (
        pytest.raises(IntegrityError, match="role_assignment_not_given_to_oneself"),
        transaction.atomic(),
    ):
        RoleAssignment.objects.filter(pk=given.pk).update(ended_by=admin, ended_at=timezone.now())


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"role": "king"}, "role_assignment_role_is_known"),
        ({"ended_at": timezone.now()}, "role_assignment_ended_by_somebody_at_some_time"),
        ({"valid_until": "1999-01-01"}, "role_assignment_ends_after_it_begins"),
    ],
)
def test_the_database_refuses_a_role_that_cannot_be(wrong, constraint):
    given = RoleAssignmentFactory()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RoleAssignment.objects.filter(pk=given.pk).update(**wrong)


@pytest.mark.rule("SEC-16")
@pytest.mark.django_db(transaction=True)
def test_two_who_give_the_same_role_at_once_give_it_once():
    user, office = UserFactory(), OrganizationFactory()
    admins = [UserFactory(administrator=True) for _each in range(2)]
    together, told = threading.Barrier(2), []

    def press(admin):
        together.wait()
        try:
            give(user, admin, at=office)
            told.append("given")
        except ValidationError:
            told.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[admin]) for admin in admins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == ["given", "refused"]
    assert user.role_assignments.count() == 1


@pytest.mark.rule("SEC-16")
@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_at_once_makes_one_user():
    admin, key = UserFactory(administrator=True), uuid4()
    together, made = threading.Barrier(2), []

    def press():
        together.wait()
        try:
            made.append(actions.create_user(key=key, **WHO, by=admin).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 2
    assert len(set(made)) == 1


def create_admin():
    out = StringIO()
    call_command("create_admin", "Jefa@Prueba.test", "Ana", "Paz", password_stdin=True, stdout=out)
    return out.getvalue()


@pytest.fixture
def typed(monkeypatch):
    """What stands on the standard input of a command."""

    def type_in(text):
        monkeypatch.setattr("sys.stdin", StringIO(text + "\n"))

    return type_in


def test_create_admin_makes_the_first_administrator(typed):
    typed("una clave muy larga")

    told = create_admin()

    user = User.objects.get()
    assert user.email == "jefa@prueba.test"
    assert user.check_password("una clave muy larga")
    assert [each.role for each in user.current_roles] == [Role.ADMINISTRATOR]
    assert not user.is_superuser
    assert "una clave muy larga" not in told
    assert Activity.objects.get().verb == "user.created"


@pytest.mark.rule("SEC-13")
def test_create_admin_makes_no_second_one(typed):
    UserFactory(administrator=True)
    typed("una clave muy larga")

    with pytest.raises(CommandError):
        create_admin()

    assert User.objects.count() == 1


def test_create_admin_helps_where_no_administrator_can_sign_in_any_more(typed):
    UserFactory(administrator=True, is_active=False)
    typed("una clave muy larga")

    create_admin()

    assert User.objects.with_role(Role.ADMINISTRATOR).get().email == "jefa@prueba.test"


@pytest.mark.parametrize("password", ["corta", "qwertyuiop123", "PASSWORD1234", "x" * 129])
def test_create_admin_refuses_a_weak_password(typed, password):
    typed(password)

    with pytest.raises(CommandError):
        create_admin()

    assert not User.objects.exists()
