"""Every text has its Spanish, in the words of the programme, and no page falls back to English."""

import contextlib
import re
import shutil
from html import unescape
from pathlib import Path

import allauth
import django
import polib
import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from django.urls import reverse

from accounts.roles import Role
from tests.factories.accounts import OrganizationFactory, UserFactory

CATALOGUE = settings.LOCALE_PATHS[0] / "es" / "LC_MESSAGES" / "django.po"
SOURCES = ["genesis", "templates", "demo", *settings.FIRST_PARTY_APPS]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
WORD = re.compile(r"[^\W\d_]+")


@pytest.fixture(scope="module")
def catalogue():
    return polib.pofile(str(CATALOGUE))


@pytest.fixture(scope="module")
def texts_in_use(tmp_path_factory):
    """What GNU gettext finds in the code and in the templates."""
    folder = tmp_path_factory.mktemp("texts")
    for name in SOURCES:
        unread = shutil.ignore_patterns("__pycache__", "migrations")
        shutil.copytree(settings.BASE_DIR / name, folder / name, ignore=unread)
    locale = folder / "locale"
    locale.mkdir()
    with contextlib.chdir(folder), override_settings(LOCALE_PATHS=[locale]):
        call_command("makemessages", locale=["es"], verbosity=0, no_wrap=True)
    return polib.pofile(str(locale / "es" / "LC_MESSAGES" / "django.po"))


def key(entry):
    return entry.msgctxt, entry.msgid


def spanish(entry):
    return [*entry.msgstr_plural.values()] if entry.msgid_plural else [entry.msgstr]


def test_every_text_in_use_has_its_spanish(texts_in_use, catalogue):
    written = {key(entry) for entry in catalogue if all(spanish(entry))}

    assert len(texts_in_use) > 500
    assert sorted(each.msgid for each in texts_in_use if key(each) not in written) == []


def test_no_text_stays_that_nothing_uses(texts_in_use, catalogue):
    used = {key(each) for each in texts_in_use}

    assert sorted(each.msgid for each in catalogue if key(each) not in used) == []


def test_singular_and_plural_are_both_translated(texts_in_use, catalogue):
    plurals = {key(entry): entry.msgid_plural for entry in catalogue}

    differing = [
        each.msgid
        for each in texts_in_use
        if each.msgid_plural and plurals.get(key(each)) != each.msgid_plural
    ]

    assert differing == []


def test_no_spanish_is_a_guess_of_the_tools(catalogue):
    assert [entry.msgid for entry in catalogue if entry.fuzzy or entry.obsolete] == []


def test_each_spanish_text_keeps_what_is_filled_in(catalogue):
    broken = [
        entry.msgid
        for entry in catalogue
        for text in spanish(entry)
        if sorted(set(PLACEHOLDER.findall(text)))
        != sorted(set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid)))
    ]

    assert broken == []


def test_what_runs_is_what_is_written(catalogue):
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))

    assert {key(entry): spanish(entry) for entry in compiled} == {
        key(entry): spanish(entry) for entry in catalogue
    }


@pytest.mark.parametrize(
    ("english", "word"),
    [
        (r"\bconsents?\b", r"consent|acept|autoriz"),
        (r"\bcases?\b", r"\bcasos?\b"),
        (r"\breturned migrants?\b", r"migrantes? retornad"),
        (r"\binternally displaced\b", r"desplazad[ao]s? intern"),
        (r"\breferrals?\b", r"referencia|referid|remisi"),
        (r"\bseed capital\b", r"capital semilla"),
        (r"\bjob intermedia", r"intermedia.* laboral"),
        (r"\bearly attention\b", r"atención temprana"),
        (r"\bsafe.contact\b", r"contacto seguro"),
        (r"\bcaseworkers?\b", r"gestor"),
        (r"\bevaluators?\b", r"evaluador"),
        (r"\bcertifying officers?\b", r"certifica"),
        (r"\bindicators?\b", r"indicador"),
        (r"\broles?\b", r"\brol(es)?\b"),
        (r"\bcertificates?\b", r"certificado|constancia|partida"),
        (r"\bassessments?\b", r"evaluaci"),
        (r"\bsecond factors?\b", r"segundo factor"),
    ],
)
def test_words_of_the_glossary_are_used(catalogue, english, word):
    other = {
        entry.msgid: entry.msgstr
        for entry in catalogue
        if re.search(english, entry.msgid, re.IGNORECASE)
        and not re.search(word, " ".join(spanish(entry)), re.IGNORECASE)
    }

    assert other == {}


def test_people_are_addressed_as_usted(catalogue):
    familiar = re.compile(
        r"\b(tú|tu|tus|ti|contigo|vos|tuyo|tuya|tienes|puedes|debes|quieres|eres|estás|has|"
        r"haz|tenés|podés|querés|sos)\b",
        re.IGNORECASE,
    )

    found = [text for entry in catalogue for text in spanish(entry) if familiar.search(text)]

    assert found == []


def words(text):
    return {each.casefold() for each in WORD.findall(PLACEHOLDER.sub(" ", text))}


@pytest.fixture(scope="module")
def english_words(catalogue):
    """Words of the English texts that no Spanish text uses, neither ours nor a library's."""
    english = set()
    for entry in catalogue:
        english |= words(f"{entry.msgid} {entry.msgid_plural}")
    own = {"gene", "sis"}
    for folder in (Path(django.__file__).parent, Path(allauth.__file__).parent):
        for path in folder.rglob("locale/es/LC_MESSAGES/django.po"):
            for entry in polib.pofile(str(path)):
                own |= words(" ".join(spanish(entry)))
    for entry in catalogue:
        own |= words(" ".join(spanish(entry)))
    return {each for each in english - own if len(each) > 1}


def shown(page):
    """All that a reader, or somebody who hears the page, is told by it."""
    page = re.sub(r"<(script|style)\b.*?</\1>|<!--.*?-->", " ", page, flags=re.DOTALL)
    page = re.sub(r'<(\w+)\b[^>]*\slang="en".*?</\1>', " ", page, flags=re.DOTALL)  # says so itself
    told = re.findall(r'\s(?:alt|title|placeholder|aria-label|data-(?!hx-)[a-z-]+)="([^"]*)"', page)
    text = unescape(" ".join([*told, re.sub(r"<[^>]*>", " ", page)]))
    return re.sub(r"\S+@\S+|\S*/\S*|#\S+", " ", text)  # addresses are nobody's words


def english_in(response, english_words):
    return sorted(words(shown(response.content.decode())) & english_words)


def test_an_english_word_on_a_page_would_be_found(english_words):
    assert {"the", "save", "password", "users"} <= english_words
    assert words(shown('<p title="Save">Guardar</p><i>the</i>')) & english_words == {"save", "the"}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["account_login", "account_reset_password", "account_signup"])
def test_no_english_before_sign_in(client, english_words, name):
    assert english_in(client.get(reverse(name)), english_words) == []


@pytest.mark.django_db
def test_no_english_in_what_a_wrong_sign_in_is_told(client, english_words):
    response = client.post(reverse("account_login"), {"login": "nadie@prueba.test"})

    assert english_in(response, english_words) == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role)
def test_no_english_where_a_role_begins(client, english_words, role):
    client.force_login(UserFactory(role=role, at=OrganizationFactory()))

    response = client.get("/", follow=True)

    assert response.status_code == 200
    assert english_in(response, english_words) == []


@pytest.mark.django_db
def test_no_english_for_an_administrator(client, english_words):
    client.force_login(UserFactory(administrator=True))
    user = UserFactory(caseworker=True)
    address = user.get_absolute_url()
    pages = [
        client.get(address),
        client.get(reverse("accounts:user_change", args=[user.public_id])),
        client.get(reverse("accounts:role_give", args=[user.public_id])),
        client.get(reverse("accounts:user_set_active", args=[user.public_id])),
        client.get(reverse("accounts:work_list")),
        client.post(reverse("accounts:user_create"), {"email": "x"}),
        client.post(reverse("accounts:role_give", args=[user.public_id]), {"valid_from": "x"}),
        client.get("/no-existe/"),
        client.get(reverse("beneficiaries:person_list")),
        client.get(reverse("mfa_index")),
        client.get(reverse("account_set_password")),
    ]

    assert [page.status_code for page in pages] == [200] * 5 + [422, 422, 404, 403, 200, 200]
    assert {number: english_in(page, english_words) for number, page in enumerate(pages)} == {
        number: [] for number in range(len(pages))
    }
