"""What people type by mistake or on purpose: an error at its field, or exactly what they wrote.

The rows of the list of bad inputs, over the registration and the forms of a file. An error
is a 422 with its sentence in Spanish and with what was typed; nothing answers 500.
"""

from datetime import date, timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from beneficiaries.models import Contact, IdentityDocument, Person, WorkExperience
from tests.beneficiaries import answers
from tests.factories.beneficiaries import ContactFactory, PersonFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
ENGLISH = ("This field", "Enter a", "Ensure this", "Select a", "Write ", "There is", "The text")
TOMORROW = "{tomorrow}"


@pytest.fixture
def register(client, caseworker, office):
    """Send a registration with some answers of one's own."""
    first = client.post(
        reverse("beneficiaries:registration_consent"), answers.consent(office=office.pk)
    )

    def send(**changes):
        return answers.register(client, first.url, answers.registration(**changes))

    return send


@pytest.fixture
def person(caseworker, office):
    person = PersonFactory(office=office, caseworker=caseworker, with_case=True)
    ContactFactory(person=person)
    return person


def refused(response, field, *, typed):
    """The page came back with an error at `field`, in Spanish, and holds what was typed."""
    assert response.status_code == 422
    form = response.context["form"]
    assert field in form.errors, form.errors
    for message in form.errors[field]:
        assert not message.startswith(ENGLISH)
    page = unescape(response.content.decode())
    assert form.errors[field][0] in page
    for name, value in typed.items():
        assert form.data[name] == value
    assert not Person.objects.exclude(given_names="Ana María").exists()


# Names (1 to 22)

KEPT_NAMES = [
    ("María José Núñez", "María José Núñez"),
    ("O'Callaghan", "O'Callaghan"),
    ("D’Aubuisson", "D’Aubuisson"),
    ("Jose\u0301", "José"),
    ("ÑANDÚ", "ÑANDÚ"),
    ("  María   José  ", "María José"),
    ("María\u200b José", "María José"),
    ("Null", "Null"),
    ("None", "None"),
    ("N/A", "N/A"),
    ("Маrіа", "Маrіа"),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("{{7*7}} {% debug %} a", "{{7*7}} {% debug %} a"),
    ("%s %n ${jndi:ldap://x}", "%s %n ${jndi:ldap://x}"),
    ("Robert'); DROP TABLE--", "Robert'); DROP TABLE--"),
    ("=HYPERLINK(1)a", "=HYPERLINK(1)a"),
    ("a" * 120, "a" * 120),
]


@pytest.mark.parametrize(("typed", "kept"), KEPT_NAMES, ids=lambda text: ascii(text)[:24])
def test_a_name_is_kept_as_it_was_written(register, client, typed, kept):
    response = register(given_names=typed, surnames="")

    assert response.status_code == 302, response.context["form"].errors
    person = Person.objects.get()
    assert (person.given_names, person.surnames) == (kept, "")
    page = client.get(response.url).content.decode()
    assert kept in unescape(page)
    assert "<script>alert" not in page
    assert list(Person.objects.named(typed)) == [person]


@pytest.mark.parametrize(
    ("given", "surnames"),
    [("Guadalupe", ""), ("Rosa", "Menjívar Alas Portillo Hernández " + "Quijano" * 12)],
    ids=["a single name", "four surnames"],
)
def test_short_and_long_names_are_names(register, given, surnames):
    response = register(given_names=given, surnames=surnames)

    assert response.status_code == 302
    assert Person.objects.get().surnames == surnames


BAD_TEXTS = {
    "121 letters": "a" * 121,
    "spaces": "   ",
    "no width": "\u200b\u200b",
    "turned": "\u202egnp.exe",
    "NUL": "a\x00b",
    "bell": "a\x07b",
    "noncharacter": "a\ufffeb",
    "newline": "Rosa\nBcc: x@y.sv",
    "carriage return": "Rosa\rElena",
    "Zalgo": "a" + "\u0301" * 100,
    "emoji": "🙂🙂",
    "digits": "12345",
    "an apostrophe alone": "\u02bc",
    "filler": "\u3164",
}


@pytest.mark.parametrize("typed", BAD_TEXTS.values(), ids=BAD_TEXTS)
@pytest.mark.parametrize("form", ["registration", "correction"])
def test_what_is_no_name_is_refused(client, register, person, form, typed):
    if form == "registration":
        response = register(given_names=typed, surnames="")
    else:
        url = reverse("beneficiaries:person_change", args=[person.public_id])
        response = client.post(url, answers.identity(given_names=typed, surnames="", version="1"))

    refused(response, "given_names", typed={"given_names": typed})
    person.refresh_from_db()
    assert (person.given_names, person.version) == ("Ana María", 1)


@pytest.mark.parametrize("field", ["surnames", "known_as", "address_line", "safe_times"])
@pytest.mark.parametrize("name", ["turned", "NUL", "bell", "newline", "Zalgo"])
def test_other_lines_refuse_the_same(register, field, name):
    typed = {field: BAD_TEXTS[name]}

    refused(register(**typed), field, typed=typed)


@pytest.mark.parametrize(
    ("field", "longest"), [("known_as", 80), ("address_line", 200), ("safe_times", 120)]
)
def test_each_line_has_its_length(register, field, longest):
    typed = {field: "a" * (longest + 1)}
    refused(register(**typed), field, typed=typed)

    assert register(**{field: "a" * longest}).status_code == 302


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Pegaba\r\npiso", "Pegaba\npiso"),
        ("\tcon tabulador", "con tabulador"),
        ("<b>x</b> {{ 7 }}", "<b>x</b> {{ 7 }}"),
    ],
)
def test_several_lines_keep_their_lines(client, person, typed, kept):
    url = reverse("beneficiaries:job_create", args=[person.public_id])

    response = client.post(url, answers.job(duties=typed, key=str(uuid4())))

    assert response.status_code == 302, response.context["form"].errors
    assert WorkExperience.objects.get().duties == kept


# Identity, telephone, mail (23 to 32)


@pytest.mark.rule("CASE-2")
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"number": "00000000-0"}, "number"),
        ({"number": "90000001-8"}, "number"),
        ({"number": "9000001-7"}, "number"),
        ({"number": "٩٠٠٠٠٠٠١-٧"}, "number"),
        ({"number": ""}, "number"),
        ({"number": "A" * 31}, "number"),
        ({"number": "9000\x000001-7"}, "number"),
        ({"number": "", "status": "expired"}, "number"),
        ({"doc_type": "none", "status": "never", "number": "123"}, "number"),
        ({"doc_type": "dui_expired", "status": "expired", "number": "1234"}, "check_reason"),
        ({"doc_type": "library"}, "doc_type"),
        ({"doc_type": ""}, "doc_type"),
        ({"status": "fine"}, "status"),
    ],
    ids=str,
)
@pytest.mark.parametrize("form", ["registration", "document"])
def test_what_is_no_document_is_refused(client, register, person, form, typed, field):  # noqa: PLR0917
    if form == "registration":
        response = register(**typed)
    else:
        url = reverse("beneficiaries:document_create", args=[person.public_id])
        response = client.post(url, answers.document(**typed, key=str(uuid4())))

    refused(response, field, typed=typed)
    assert not IdentityDocument.objects.exists()


@pytest.mark.rule("CASE-2")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"number": "900000017"}, "90000001-7"),
        ({"number": " 90000001 - 7 "}, "90000001-7"),
        ({"number": "90000001\u20137"}, "90000001-7"),
        ({"status": "lost", "number": ""}, ""),
        ({"status": "never", "number": ""}, ""),
        ({"doc_type": "none", "status": "never", "number": ""}, ""),
        ({"doc_type": "passport_sv", "number": "a1234567"}, "A1234567"),
        (
            {
                "doc_type": "dui_expired",
                "status": "expired",
                "number": "01234567-0",
                "check_reason": "Así está impreso.",
            },
            "01234567-0",
        ),
    ],
    ids=str,
)
def test_a_document_is_kept_in_one_writing(register, typed, kept):
    response = register(**typed)

    assert response.status_code == 302, response.context["form"].errors
    assert IdentityDocument.objects.get().number == kept


@pytest.mark.rule("CASE-1")
def test_the_dui_without_its_hyphen_is_the_same_person(register):
    register(number="90000001-7")

    response = register(number="900000017", given_names="Marta", phone_1="7777-9999")

    assert response.status_code == 302
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("7777-1234", "+50377771234"),
        ("+503 7777-1234", "+50377771234"),
        ("(503) 7777 1234", "+50377771234"),
        ("٧٧٧٧١٢٣٤", "+50377771234"),
        ("+1 305 555 0123", "+13055550123"),
        ("+52 55 1234 5678", "+525512345678"),
        ("+502 5123 4567", "+50251234567"),
    ],
)
def test_a_telephone_is_kept_in_one_writing(register, typed, kept):
    response = register(phone_1=typed)

    assert response.status_code == 302, response.context["form"].errors
    assert Contact.objects.get().phone_1.as_e164 == kept


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"phone_1": "7777-123"}, "phone_1"),
        ({"phone_1": "1" * 5000}, "phone_1"),
        ({"phone_1": "siete"}, "phone_1"),
        ({"phone_1": "+999 123"}, "phone_1"),
        ({"phone_1": "7777\x001234"}, "phone_1"),
        ({"phone_2": "0"}, "phone_2"),
        ({"phone_1_owner": ""}, "phone_1_owner"),
        ({"phone_1_owner": "boss"}, "phone_1_owner"),
        ({"phone_1": "", "phone_1_owner": ""}, "phone_1"),
        ({"email": "a@b"}, "email"),
        ({"email": "a" * 250 + "@x.sv"}, "email"),
        ({"email": "x@y.sv\nBcc: z@y.sv"}, "email"),
        ({"email": "x@y.sv\x00"}, "email"),
        ({"allowed_channels": "email"}, "email"),
        ({"allowed_channels": "pigeon"}, "allowed_channels"),
    ],
    ids=lambda each: str(each)[:40],
)
@pytest.mark.parametrize("form", ["registration", "contact"])
def test_what_reaches_nobody_is_refused(client, register, person, form, typed, field):  # noqa: PLR0917
    if form == "registration":
        response = register(**typed)
    else:
        url = reverse("beneficiaries:contact_change", args=[person.public_id])
        response = client.post(url, answers.contact(**typed, version="1"))

    refused(response, field, typed=typed)


@pytest.mark.parametrize(
    "typed",
    [
        {"phone_1": "", "phone_1_owner": "", "allowed_channels": []},
        {"phone_1": "", "phone_1_owner": "", "allowed_channels": ["home_visit"]},
        {
            "phone_1": "",
            "phone_1_owner": "",
            "allowed_channels": ["email"],
            "email": "rosa@ejemplo.sv",
        },
    ],
    ids=["nothing reaches her", "a visit", "mail"],
)
def test_one_way_to_reach_somebody_or_none_at_all(register, typed):
    response = register(**typed)

    assert response.status_code == 302, response.context["form"].errors
    assert Contact.objects.get().allowed_channels == typed["allowed_channels"]


# Days (33 to 41)


def birth(day, month, year):
    return {"birth_day": day, "birth_month": month, "birth_year": year}


BAD_BIRTHS = [
    ("30", "2", "1990"),
    ("29", "2", "2025"),
    ("31", "12", "90"),
    ("0", "0", "0"),
    ("00", "00", "0000"),
    ("0", "5", "1990"),
    ("5", "0", "1990"),
    ("31", "12", "9999"),
    ("1", "1", "2999"),
    ("1", "1", "1899"),
    ("10", "", "1990"),
    ("10", "5", ""),
    ("1e1", "5", "1990"),
    ("1_0", "5", "1990"),
    ("١", "5", "1990"),
    ("-1", "5", "1990"),
    ("1.5", "5", "1990"),
    ("NaN", "5", "1990"),
    ("1", "5", "9" * 5000),
    ("1\x00", "5", "1990"),
    ("x", "y", "z"),
]


@pytest.mark.parametrize("parts", BAD_BIRTHS, ids=lambda parts: ascii("-".join(parts))[:20])
@pytest.mark.parametrize("form", ["registration", "correction"])
def test_a_day_that_is_none_is_refused(client, register, person, form, parts):
    typed = birth(*parts)
    if form == "registration":
        response = register(**typed)
    else:
        url = reverse("beneficiaries:person_change", args=[person.public_id])
        response = client.post(url, answers.identity(**typed, version="1"))

    refused(response, "birth", typed=typed)


@pytest.mark.parametrize(
    ("parts", "kept"),
    [
        (("", "", ""), (None, "")),
        (("", "", "1990"), (date(1990, 1, 1), "year")),
        (("", "5", "1990"), (date(1990, 5, 1), "month")),
        (("29", "2", "1988"), (date(1988, 2, 29), "day")),
        ((" 07 ", "05", "1990"), (date(1990, 5, 7), "day")),
        (("1", "1", "1900"), (date(1900, 1, 1), "day")),
    ],
)
def test_a_day_is_as_exact_as_it_is_known(register, parts, kept):
    response = register(**birth(*parts))

    assert response.status_code == 302, response.context["form"].errors
    person = Person.objects.get()
    assert (person.birth_date, person.birth_precision) == kept


def test_an_estimate_says_so(register):
    register(**birth("", "", "1990"), birth_estimated="on")

    assert Person.objects.get().birth_precision == "estimated"


def test_nobody_is_born_in_the_future_or_on_the_day_of_the_registration(register):
    tomorrow = timezone.localdate() + timedelta(days=1)
    for born in (tomorrow, date(2026, 11, 20)):
        typed = birth(str(born.day), str(born.month), str(born.year))
        refused(register(**typed, registered_on="2026-11-20"), "birth", typed=typed)


def test_a_birth_is_not_corrected_to_after_the_registration(client, person):
    url = reverse("beneficiaries:person_change", args=[person.public_id])
    typed = birth("3", "3", "2026")  # registered on 2 March

    response = client.post(url, answers.identity(**typed, version="1"))

    refused(response, "birth", typed=typed)


@pytest.mark.parametrize(
    "typed",
    ["2999-12-31", "2026-02-30", "31/12/90", "0000-00-00", "", "ayer", "9" * 5000, "2026-11-2\x00"],
    ids=lambda text: ascii(text)[:14],
)
def test_a_day_of_registration_that_cannot_be_is_refused(register, typed):
    refused(register(registered_on=typed), "registered_on", typed={"registered_on": typed})


@pytest.mark.parametrize("typed", ["2026-11-20", "20/11/2026", "20-11-2026"])
def test_days_are_day_first(register, typed):
    register(registered_on=typed)

    assert Person.objects.get().registered_on == date(2026, 11, 20)


# Choices and relations (49 to 55)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"sex": "Z"}, "sex"),
        ({"sex": ""}, "sex"),
        ({"population": "tourist"}, "population"),
        ({"area": "moon"}, "area"),
        ({"district": ""}, "district"),
        ({"district": "0"}, "district"),
        ({"district": "-1"}, "district"),
        ({"district": "9" * 40}, "district"),
        ({"district": "9" * 5000}, "district"),
        ({"district": "x"}, "district"),
        ({"district": "\x00"}, "district"),
        ({"district": "[]"}, "district"),
    ],
    ids=lambda each: str(each)[:30],
)
def test_what_is_not_in_the_list_is_refused(register, typed, field):
    refused(register(**typed), field, typed=typed)


# HTTP (82 to 89)


def test_an_empty_form_says_what_is_missing(client, register, person):
    response = client.post(reverse("beneficiaries:person_change", args=[person.public_id]), {})

    assert response.status_code in {200, 422}
    person.refresh_from_db()
    assert person.version == 1


def test_of_an_answer_that_comes_twice_the_last_counts(register):
    response = register(given_names=["Rosa", "Marta"])

    assert response.status_code == 302
    assert Person.objects.get().given_names == "Marta"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\x1f\x8b\x08\x00garbage", "application/x-www-form-urlencoded"),
        (b"[" * 20_000, "application/json"),
        (b'{"a":NaN}', "application/json"),
        (b"given_names=%ED%A0%80&surnames=%00", "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
    ],
    ids=["gzip", "deep", "NaN", "surrogate", "broken parts", "no boundary"],
)
def test_a_body_that_is_no_form_is_answered(client, person, body, content_type):
    url = reverse("beneficiaries:person_change", args=[person.public_id])

    response = client.post(url, body, content_type=content_type)

    assert response.status_code in {200, 400, 422}
    person.refresh_from_db()
    assert person.version == 1
