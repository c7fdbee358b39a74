"""What people type into the forms of accounts: kept as it is, or refused at its field."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.forms import RoleForm, UserForm
from accounts.models import RoleAssignment, User
from accounts.rules import MAXIMUM, MaximumLengthValidator
from tests.factories.accounts import OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db


def user_form(**changes):
    who = {"first_name": "Ana", "last_name": "Paz", "email": "ana@prueba.test", "key": uuid4()}
    return UserForm(who | changes)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("María José", "María José"),
        ("O'Callaghan", "O'Callaghan"),
        ("D’Aubuisson", "D’Aubuisson"),
        ("Jose\u0301", "José"),
        ("ÑANDÚ", "ÑANDÚ"),
        ("Guadalupe", "Guadalupe"),
        ("  Ana   Luz ", "Ana Luz"),
        ("Ana\u200bLuz", "AnaLuz"),
        ("Null", "Null"),
        ("None", "None"),
        ("N/A", "N/A"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{7*7}}{% debug %}a", "{{7*7}}{% debug %}a"),
        ("%s %n ${jndi:ldap://x}", "%s %n ${jndi:ldap://x}"),
        ("Robert'); DROP TABLE--", "Robert'); DROP TABLE--"),
        ("Маrіа", "Маrіа"),
        ("a" * 80, "a" * 80),
    ],
)
@pytest.mark.parametrize("field", ["first_name", "last_name"])
def test_name_is_kept_as_it_is_meant(field, typed, kept):
    form = user_form(**{field: typed})

    assert form.is_valid(), form.errors
    assert form.cleaned_data[field] == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "\u200b\u200b",
        "\u202egnp.exe",
        "a\x00b",
        "a\x07b",
        "\ud800a",
        "\ufffe a",
        "😀🎉",
        "123",
        "-- . '",
        "Ana\nPaz",
        "Ana\r\nBcc: eva@prueba.test",
        "a" + "\u0301" * 100,
        "a" * 81,
        "a" * 5000,
    ],
    ids=ascii,
)
@pytest.mark.parametrize("field", ["first_name", "last_name"])
def test_name_that_is_none_is_refused_at_its_field(field, typed):
    form = user_form(**{field: typed})

    assert not form.is_valid()
    assert set(form.errors) == {field}


@pytest.mark.parametrize("email", ["ana@prueba.test", "a.b+c@sub.prueba.sv", "ANA@PRUEBA.TEST"])
def test_address_is_accepted(email):
    assert user_form(email=email).is_valid()


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ana",
        "a@b",
        "@prueba.test",
        "ana@",
        "ana prueba@x.sv",
        "ana@prueba.test\nBcc: eva@prueba.test",
        "ana@prueba.test\x00",
        "a" * 250 + "@x.sv",
        "ana@-prueba.test",
        "<ana@prueba.test>",
        "ana@prueba.test, eva@prueba.test",
        "javascript:alert(1)",
        "\u202eana@prueba.test",
        "аna@prueba.test",
    ],
    ids=ascii,
)
def test_address_that_is_none_is_refused_at_its_field(email):
    form = user_form(email=email)

    assert not form.is_valid()
    assert set(form.errors) == {"email"}


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "\u202e", "a" * 100_000], ids=ascii)
def test_no_text_in_any_field_is_a_failure(client, text):
    client.force_login(UserFactory(administrator=True))
    text = text.encode("utf-8", "surrogatepass").decode("latin-1")

    for url in (reverse("accounts:user_create"), reverse("accounts:user_list")):
        for field in ("first_name", "last_name", "email", "key", "name", "role"):
            assert client.post(url, {field: text}).status_code in {405, 422}
            assert client.get(url, {field: text}).status_code == 200


def role_form(**changes):
    answers = {
        "role": "coach",
        "organization": OrganizationFactory().pk,
        "valid_from": "2026-01-31",
        "valid_until": "",
        "key": uuid4(),
    }
    return RoleForm(answers | changes)


@pytest.mark.parametrize(
    ("typed", "day"),
    [("2026-02-28", "2026-02-28"), ("28/02/2026", "2026-02-28"), ("28-02-2026", "2026-02-28")],
)
def test_day_is_read_as_it_is_written_here(typed, day):
    form = role_form(valid_from=typed)

    assert form.is_valid(), form.errors
    assert str(form.cleaned_data["valid_from"]) == day


@pytest.mark.parametrize(
    "typed",
    [
        "2026-02-30",
        "29-02-2025",
        "31/12/90",
        "0000-00-00",
        "10000-01-01",
        "mañana",
        "2026-13-01",
        "1e3",
        "NaN",
        "-1",
        "20260101 OR 1=1",
        "1" * 5000,
        "2026-01-01\x00",
    ],
    ids=ascii,
)
@pytest.mark.parametrize("field", ["valid_from", "valid_until"])
def test_day_that_is_none_is_refused_at_its_field(field, typed):
    form = role_form(**{field: typed})

    assert not form.is_valid()
    assert set(form.errors) == {field}


def test_first_day_is_needed_and_the_last_is_not():
    assert set(role_form(valid_from="").errors) == {"valid_from"}
    assert role_form(valid_until="").is_valid()


@pytest.mark.parametrize("day", ["0001-01-01", "1970-01-01", "9999-12-31"])
def test_a_day_far_away_is_stored_as_it_is(client, day):
    client.force_login(UserFactory(administrator=True))
    user = UserFactory()
    answers = {
        "role": "coach",
        "organization": OrganizationFactory().pk,
        "valid_from": day,
        "valid_until": "9999-12-31",
        "key": uuid4(),
    }

    response = client.post(reverse("accounts:role_give", args=[user.public_id]), answers)

    assert response.status_code == 302
    assert str(RoleAssignment.objects.get(user=user).valid_from) == day
    assert client.get(user.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("role", ["", "king", "ADMINISTRATOR", "administrator ", "0", "a\x00b"])
def test_role_that_there_is_not_is_refused_at_its_field(role):
    form = role_form(role=role)

    assert set(form.errors) == {"role"}


@pytest.mark.parametrize("organization", ["", "0", "-1", "x", "9" * 40, "1e3", "a\x00b"])
def test_organization_that_there_is_not_is_refused_at_its_field(organization):
    form = role_form(organization=organization)

    assert set(form.errors) == {"organization"}


def test_last_day_before_the_first_is_refused():
    form = role_form(valid_from="2026-02-01", valid_until="2026-01-31")

    assert not form.is_valid()
    assert "El último día no puede ser anterior al primero." in str(form.errors)


def test_forms_ask_for_nothing_that_they_need_not():
    assert set(user_form().fields) == {"first_name", "last_name", "email", "key"}
    assert set(UserForm(instance=UserFactory()).fields) == {
        "first_name",
        "last_name",
        "email",
        "version",
    }
    assert set(role_form().fields) == {
        "role",
        "organization",
        "valid_from",
        "valid_until",
        "key",
    }


def test_longest_password_is_accepted():
    MaximumLengthValidator().validate("x" * MAXIMUM)


def test_password_beyond_the_longest_is_refused_with_the_limit():
    with pytest.raises(ValidationError, match="128"):
        MaximumLengthValidator().validate("x" * (MAXIMUM + 1))


def test_a_name_that_nobody_wrote_makes_nobody(client):
    client.force_login(UserFactory(administrator=True))

    client.post(
        reverse("accounts:user_create"),
        {"first_name": ["Ana", "Eva"], "last_name": "Paz", "email": "x@y.sv", "key": uuid4()},
    )

    assert User.objects.get(email="x@y.sv").first_name == "Eva"  # the last of two answers counts
