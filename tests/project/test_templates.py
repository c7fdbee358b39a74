import re
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.template import Context, Template, engines
from django.template.loader import get_template, render_to_string

from genesis.gallery import PERSON, SampleForm, components

TEMPLATES = settings.BASE_DIR / "templates"
NAMES = sorted(
    str(path.relative_to(TEMPLATES))
    for path in TEMPLATES.rglob("*")
    if path.suffix in {".html", ".txt", ".svg"}
)
# Folders and files whose templates a library asks for by name.
ASKED_BY_LIBRARIES = (
    "400.html",
    "403.html",
    "404.html",
    "429.html",
    "500.html",
    "account/",
    "allauth/",
    "bootstrap5/",
    "mfa/",
)
NAME = re.compile(r"""["']([\w/.-]+\.(?:html|txt|svg|css))(?:#[\w-]+)?["']""")
CODE = ["genesis", "accounts", "beneficiaries", "certification", "reporting", "demo"]


def source(name):
    return (TEMPLATES / name).read_text()


@pytest.fixture
def request_of_nobody(rf):
    """A request as the middleware hands it on when nobody is signed in."""
    request = rf.get("/componentes/")
    request.user = AnonymousUser()
    request.session = {}
    request._messages = FallbackStorage(request)
    return request


@pytest.mark.parametrize("name", NAMES)
def test_template_can_be_read(name):
    get_template(name)


def test_every_template_is_used_by_something():
    used = {found for name in NAMES for found in NAME.findall(source(name)) if found != name}
    for folder in CODE:
        for path in (settings.BASE_DIR / folder).rglob("*.py"):
            used |= set(NAME.findall(path.read_text()))

    # What pages are built upon, and the answer to a conflict, are there for those to come.
    for_later = {"components/form_page.html", "components/confirm.html"}
    expected = {name for name in NAMES if not name.startswith(ASKED_BY_LIBRARIES)}
    assert expected - used - for_later == set()


def test_every_template_that_is_named_is_there():
    tag = re.compile(r"""{% (?:extends|include) ["']([^"'#]+)""")

    for named in sorted({found for name in NAMES for found in tag.findall(source(name))}):
        get_template(named)


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".html")])
def test_htmx_attributes_stand_on_their_element_as_data(name):
    assert re.findall(r"\s(hx-[\w:-]+)=", source(name)) == []
    assert re.findall(r"data-hx-(?:on|inherit|disinherit|vals=.js:)", source(name)) == []


def test_pages_with_a_form_to_send_show_its_errors():
    page = re.compile(r"{% csrf_token %}.*{{ form\|crispy }}|{% crispy form %}", re.DOTALL)

    silent = [
        name
        for name in NAMES
        if page.search(source(name))
        and "components/error_summary.html" not in source(name)
        and 'extends "components/' not in source(name)
    ]

    # The pages around the form of an account show them.
    assert silent == ["components/account_form.html"]


@pytest.mark.rule("SEC-24")
@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_page_of_a_failure_needs_neither_request_nor_database(name):
    page = get_template(name).render()

    assert "<h1>" in page


@pytest.mark.rule("SEC-24")
@pytest.mark.parametrize("name", ["403.html", "403_csrf.html", "404.html", "409.html", "429.html"])
def test_error_page_says_nothing_of_what_happened(request_of_nobody, name):
    told = {"exception": "secret words", "request_path": "/secret/", "reason": "secret words"}

    page = render_to_string(name, told, request_of_nobody)

    assert page.count("<h1>") == 1
    assert "secret" not in page


@pytest.fixture
def loud(monkeypatch):
    """A variable that is not there shows itself on the page."""
    monkeypatch.setattr(engines.all()[0].engine, "string_if_invalid", "MISSING %s")


def test_gallery_shows_every_component_and_asks_for_nothing_more(loud, request_of_nobody):
    page = components(request_of_nobody).content.decode()

    assert re.findall(r"MISSING [\w.]*", page) == []
    assert page.count("<h1") == 1
    assert 'lang="es-SV"' in page


def test_frame_leads_whoever_is_signed_in(loud, request_of_nobody, django_user_model, db):
    user = django_user_model.objects.create_user("ana@example.org", first_name="Ana")
    request_of_nobody.user = user
    people = {"title": "Personas", "url": "/personas/", "current": True}
    context = {
        "nav": [{"title": "Registro", "items": [people]}],
        "nav_phone": [people],
        "may_search": True,
        "may_register": True,
        "help_phone": "2222-0000",
        "is_demo": True,
    }

    page = render_to_string("base.html", context, request_of_nobody)

    assert re.findall(r"MISSING [\w.]*", page) == []
    assert page.count('href="/personas/" aria-current="page"') == 3  # rail, bar and «Más»
    assert 'name="q"' in page


def test_error_summary_links_to_the_fields():
    form = SampleForm({"given_names": "Ana"})

    page = render_to_string("components/error_summary.html", {"form": form})

    assert "Revise 3 campos" in page
    assert re.findall(r'href="#(\w+)"', page) == [
        "id_birth_date_0",
        "id_department",
        "id_profile_0",
    ]
    ids = set(re.findall(r'id="(\w+)"', form.as_p()))
    assert {"id_birth_date_0", "id_department", "id_profile_0"} <= ids


@pytest.mark.rule("SEC-15")
def test_safe_fields_write_the_version_without_thousands_separator():
    page = render_to_string("components/safe_fields.html", {"version": 12345})

    assert 'name="version" value="12345"' in page


def test_job_progress_asks_again_only_while_it_runs():
    job = {"url": "/trabajo/", "title": "Importación", "state": "En curso", "tone": "curso"}

    running = render_to_string("components/job_progress.html", {**job, "running": True})
    ended = render_to_string("components/job_progress.html", {**job, "running": False})

    assert 'data-hx-trigger="every 2s"' in running
    assert 'href="/trabajo/"' in running
    assert "data-hx" not in ended


def test_pagination_goes_on_from_the_rows_and_keeps_the_filters(rf):
    request = rf.get("/personas/?sector=construction&antes=x")
    context = {"page": {"before": "first", "after": "last"}}

    page = render_to_string("components/pagination.html", context, request)

    assert re.findall(r' href="([^"]+)"', page) == [
        "?sector=construction&amp;antes=first",
        "?sector=construction&amp;despues=last",
    ]


def test_sort_link_turns_the_order_round_and_begins_at_the_first_page(rf):
    request = rf.get("/personas/?despues=x")
    context = {"page": {"order": "sort_name"}, "label": "Persona", "column": "sort_name"}

    page = render_to_string("components/sort_link.html", context, request)

    assert 'aria-sort="ascending"' in page
    assert ' href="?orden=-sort_name"' in page


@pytest.mark.parametrize(
    ("total", "words"),
    [(0, "Sin resultados"), (1, "1 resultado"), (1000, "1,000 resultados"), (1001, "Más de 1,000")],
)
def test_result_count_stops_at_a_thousand(total, words):
    assert words in render_to_string("components/result_count.html", {"total": total})


def test_summary_list_says_what_is_not_recorded_but_shows_a_zero():
    rows = [{"label": "Hijos", "value": 0}, {"label": "Correo", "value": ""}]

    page = render_to_string("components/summary_list.html", {"rows": rows})

    assert re.findall(r"<dd[^>]*>(.*?)</dd>", page) == ["0", "Sin registrar"]


def test_timeline_escapes_what_people_wrote():
    entry = {
        "title": "<b>Nota</b>",
        "at": datetime(2026, 11, 18, 3, 0, tzinfo=UTC),
        "text": "<script>\nalert()",
    }

    page = render_to_string("components/timeline.html", {"entries": [entry], "label": "Actividad"})

    assert "&lt;b&gt;Nota&lt;/b&gt;" in page
    assert "&lt;script&gt;<br>alert()" in page
    assert "17 de noviembre de 2026" in page  # the day of El Salvador, not of Greenwich


def test_partial_date_has_a_label_for_each_box():
    form = SampleForm()

    page = Template("{{ form.birth_date }}").render(Context({"form": form}))

    assert re.findall(r'for="(\w+)">(\w+)<', page) == [
        ("id_birth_date_0", "Día"),
        ("id_birth_date_1", "Mes"),
        ("id_birth_date_2", "Año"),
    ]


def test_confirmation_says_what_follows_and_sends_the_version(request_of_nobody):
    context = {
        "question": "¿Anular la sesión?",
        "consequence": "Deja de contar.",
        "answer": "Anular",
        "danger": True,
        "cancel_url": "/atras/",
        "version": 3,
        "person": PERSON,
    }

    page = render_to_string("components/confirm.html", context, request_of_nobody)

    assert "Deja de contar." in page
    assert 'name="version" value="3"' in page
    assert 'href="/atras/"' in page
    assert PERSON.file_number in page
