"""The pages of the figures: every number opens the list behind it."""

import re
from datetime import date, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.conf import settings as project
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.choices import ReadKind
from accounts.models import ReadLog
from accounts.roles import Role
from beneficiaries.choices import AssignmentKind, Outcome
from beneficiaries.registry import INDICATORS
from genesis.lib.codes import person_ref
from reporting.actions import erase_old_reports
from reporting.jobs import write_report
from reporting.models import Report
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.beneficiaries import (
    AssignmentFactory,
    DepartmentFactory,
    DistrictFactory,
    MunicipalityFactory,
)
from tests.factories.certification import (
    AccreditationFactory,
    AssessmentFactory,
    CertificateFactory,
)

pytestmark = pytest.mark.django_db
LIST = "reporting:indicator_list"
YEAR = {"desde": "2026-01-01", "hasta": "2026-12-31"}


@pytest.fixture
def people(reach):
    """Somebody of each kind: sexes, ages, sectors, status, outcomes, places, and years."""
    perquin = DistrictFactory(
        code="1317",
        name="Perquín",
        department=DepartmentFactory(code="13", name="Morazán"),
        municipality=MunicipalityFactory(code="SV13001", name="Morazán Norte"),
    )
    kinds = [
        {"sex": "F", "birth_date": date(1990, 5, 10)},
        {"sex": "M", "birth_date": date(1960, 1, 1), "sector": "tourism"},
        {"sex": "X", "birth_date": None, "birth_precision": "", "sector": ""},
        {"sex": "F", "district": perquin, "status": "idp", "on": date(2025, 2, 3)},
        {"sex": "M", "status": "both", "outcome": Outcome.EXCEPTION},
        {"sex": "F", "outcome": Outcome.ELIGIBLE_PARTIAL, "sector": "other"},
        {"sex": "F", "on": date(2027, 1, 1)},
    ]
    return [reach(given_names=f"Xiomara {name}", **kind) for name, kind in zip("abcdefg", kinds)]  # noqa: B905


def links_of(html):
    """Every link to a list behind a number, with the number that it shows."""
    found = re.findall(r'<a href="([^"]+/personas/\?[^"]+)">\s*([^<]*)<', html)
    return {unescape(href): text.strip() for href, text in found}


@pytest.mark.rule("NUM-6")
def test_every_number_of_the_pages_opens_a_list_of_that_length(client, signed_in, people):
    signed_in(Role.PROGRAMME_COORDINATOR)
    CertificateFactory(assessment__person=people[0])
    seen = 0

    for page in [
        reverse(LIST),
        *(reverse("reporting:indicator_detail", args=[code]) for code in INDICATORS),
    ]:
        for href, text in links_of(client.get(page, YEAR).content.decode()).items():
            behind = client.get(href)
            assert behind.status_code == 200
            days = sum(len(each["days"]) for each in behind.context["lines"])
            assert behind.context["count"] == days, href
            if text.isdigit():
                assert int(text) == days, href
                seen += 1
            if page_behind := behind.context.get("page"):
                assert len(page_behind.rows) == page_behind.total

    assert seen > 40


def test_the_list_shows_the_figures_of_the_period(client, signed_in, people):
    signed_in(Role.PROGRAMME_COORDINATOR)

    figures = client.get(reverse(LIST), YEAR).context["figures"]

    shown = {each.indicator.code: each for each in figures}
    assert list(shown) == [
        *("GS-0.1", "GS-1.1", "GS-1.1a", "GS-1.2", "GS-1.3", "GS-1.4", "GS-1.5"),
        *("GS-1.6", "GS-1.7", "GS-1.8"),
    ]
    reached = shown.pop("GS-0.1")
    assert (reached.new.count, reached.total.count) == (5, 6)
    assert {each.total.count for each in shown.values()} == {0}


def test_certified_people_count_by_their_day(client, signed_in):
    signed_in(Role.PROGRAMME_COORDINATOR)
    CertificateFactory(issued_on=date(2026, 2, 3))
    AssessmentFactory(judged=True)

    figures = client.get(reverse(LIST), YEAR).context["figures"]

    shown = {each.indicator.code: each.total.count for each in figures}
    assert (shown["GS-1.2"], shown["GS-1.3"]) == (1, 1)


# Whose names


def people_behind(client, **address):
    url = reverse("reporting:indicator_people", args=["GS-0.1"])
    return client.get(url, YEAR | {"cara": "acumulado"} | address)


@pytest.mark.rule("SEC-3", "SEC-6", "CASE-17")
def test_the_monitoring_officer_sees_references_and_no_name(client, signed_in, people):
    signed_in(Role.MONITORING_OFFICER)

    page = people_behind(client)

    html = page.content.decode()
    assert page.context["count"] == 6
    for person in people[:6]:
        assert person.given_names not in html
        assert person.file_number not in html
        assert str(person.public_id) not in html
        assert person_ref(person.pk, key=project.INSTALLATION_KEY.encode()) in html
    assert ReadLog.objects.get().persons == []


@pytest.mark.rule("SEC-3", "SEC-6")
def test_the_programme_coordinator_sees_names_and_that_is_logged(client, signed_in, people):
    signed_in(Role.PROGRAMME_COORDINATOR)

    page = people_behind(client, corte="sex", valor="F")

    shown = [people[0], people[3], people[5]]
    html = page.content.decode()
    assert all(person.get_absolute_url() in html for person in shown)
    assert ReadLog.objects.get().persons == sorted(each.pk for each in shown)
    assert (page.context["cut"], page.context["category"]) == ("Sexo", "Femenino")


@pytest.mark.rule("SEC-3")
def test_a_territorial_coordinator_counts_and_names_the_people_of_the_office(
    client, signed_in, office, people, reach
):
    signed_in(Role.TERRITORIAL_COORDINATOR, at=office)
    mine = reach(given_names="Berta", office=office)

    page = people_behind(client)

    assert [each["person"] for each in page.context["lines"]] == [mine]
    assert "Xiomara" not in page.content.decode()
    figures = client.get(reverse(LIST), YEAR).context["figures"]
    assert {each.indicator.code: each.total.count for each in figures}["GS-0.1"] == 1


@pytest.mark.rule("SEC-3", "SEC-6")
def test_who_counts_everybody_names_only_the_people_of_the_own_office(
    client, signed_in, office, people, reach
):
    user = signed_in(Role.MONITORING_OFFICER)
    RoleAssignmentFactory(user=user, role=Role.TERRITORIAL_COORDINATOR, organization=office)
    mine = reach(given_names="Berta", office=office)

    page = people_behind(client)

    named = [each["person"] for each in page.context["lines"] if each["person"]]
    assert (page.context["count"], named) == (7, [mine])
    assert "Xiomara" not in page.content.decode()
    assert ReadLog.objects.get().persons == [mine.pk]


@pytest.mark.rule("SEC-3")
def test_an_assignment_alone_names_nobody_behind_a_figure(client, signed_in, people):
    user = signed_in(Role.MONITORING_OFFICER)
    AssignmentFactory(person=people[0], user=user, kind=AssignmentKind.EVALUATION)

    page = people_behind(client)

    assert not any(each["person"] for each in page.context["lines"])
    assert "Xiomara" not in page.content.decode()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ({"cara": "magia"}, 404),
        ({"cara": ""}, 404),
        ({"corte": "name"}, 404),
        ({"corte": "person__given_names", "valor": "Ana"}, 404),
        ({"corte": "sex", "valor": "Z"}, 200),
        ({"corte": "sex", "valor": "<script>alert(1)</script>"}, 200),
        ({"corte": "department", "valor": "9" * 40}, 200),
        ({"corte": "age", "valor": "\x00"}, 200),
        ({"despues": "x"}, 200),
    ],
    ids=str,
)
def test_an_address_that_names_no_number_is_answered(client, signed_in, people, address, status):
    signed_in(Role.PROGRAMME_COORDINATOR)

    response = people_behind(client, **address)

    assert response.status_code == status
    assert "<script>alert" not in response.content.decode()
    if "valor" in address and status == 200:
        assert response.context["count"] == 0


@pytest.mark.parametrize("name", ["indicator_detail", "indicator_people"])
@pytest.mark.parametrize("code", ["GS-9.9", "x", "GS-0.1 ", "\u202e"])
def test_a_figure_that_there_is_not_is_not_found(client, signed_in, name, code):
    signed_in(Role.PROGRAMME_COORDINATOR)

    assert client.get(reverse(f"reporting:{name}", args=[code])).status_code == 404


def test_the_list_behind_a_number_is_walked_page_by_page(client, signed_in, reach):
    signed_in(Role.PROGRAMME_COORDINATOR)
    for _each in range(30):
        reach()

    first = people_behind(client)
    second = people_behind(client, despues=first.context["page"].after)

    assert (first.context["count"], len(first.context["lines"])) == (30, 25)
    seen = [each["person"].pk for page in (first, second) for each in page.context["lines"]]
    assert len(set(seen)) == 30


# Shares and stocks


def test_a_share_stands_with_its_two_numbers_and_each_opens_its_list(client, signed_in):
    signed_in(Role.PROGRAMME_COORDINATOR)
    AssessmentFactory.create_batch(2, judged=True)
    AssessmentFactory(judged=True, competent=False)
    url = reverse("reporting:indicator_detail", args=["GS-1.4"])

    html = client.get(url).content.decode()

    assert "competentes: 66.6 %" in html
    behind = {
        href: client.get(href).context["count"] for href in links_of(html) if "corte" not in href
    }
    assert sorted(behind.values()) == [2, 2, 3, 3]
    assert all(("parte=si" in href) is (count == 2) for href, count in behind.items())


def test_what_lasts_is_counted_on_the_last_day_and_named_without_people(client, signed_in):
    signed_in(Role.MONITORING_OFFICER)
    made = AccreditationFactory(accredited=True, valid_until=date(2026, 6, 30))
    behind = reverse("reporting:indicator_people", args=["GS-1.7"])
    shown = {}
    for until in ("2026-06-30", "2026-07-01"):
        address = {"desde": "2026-01-01", "hasta": until}
        figures = client.get(reverse(LIST), address).context["figures"]
        shown[until] = {each.indicator.code: each for each in figures}["GS-1.7"]

    assert shown["2026-06-30"].new is None
    assert [each.total.count for each in shown.values()] == [1, 0]
    page = client.get(behind, {"cara": "acumulado", "desde": "2026-01-01", "hasta": "2026-06-30"})
    assert made.centre.code in page.content.decode()
    assert client.get(behind, {"cara": "nuevas"}).context["count"] == 0


# The period


@pytest.mark.parametrize(
    ("address", "field", "message"),
    [
        ({"desde": "2026-02-30"}, "desde", "Introduzca una fecha válida."),
        ({"hasta": "ayer"}, "hasta", "Introduzca una fecha válida."),
        ({"desde": "31/12/90"}, "desde", "Introduzca una fecha válida."),
        ({"desde": "2026-05-02", "hasta": "2026-05-01"}, "hasta", None),
        ({"desde": "\x00"}, "desde", None),
        ({"desde": "9" * 5000}, "desde", "Introduzca una fecha válida."),
    ],
    ids=lambda each: str(each)[:40],
)
def test_days_that_cannot_be_are_said_at_their_field(client, signed_in, address, field, message):
    signed_in(Role.PROGRAMME_COORDINATOR)

    for page in (reverse(LIST), reverse("reporting:indicator_detail", args=["GS-0.1"])):
        response = client.get(page, address)

        form = response.context["form"]
        assert set(form.errors) == {field}
        if message:
            assert form.errors[field] == [message]
        assert unescape(form.errors[field][0]) in unescape(response.content.decode())
        today = timezone.localdate()
        period = response.context["period"]
        assert (period.since, period.until) == (today.replace(month=1, day=1), today)


def test_without_days_it_is_this_year(client, signed_in):
    signed_in(Role.MONITORING_OFFICER)

    period = client.get(reverse(LIST)).context["period"]

    assert (period.since.month, period.since.day) == (1, 1)
    assert period.until == timezone.localdate()


@pytest.mark.parametrize(
    "days",
    [("0001-01-01", "9999-12-31"), ("0001-01-01", "0001-01-01"), ("2026-05-01", "2026-05-01")],
)
def test_any_period_is_answered(client, signed_in, people, days):
    signed_in(Role.PROGRAMME_COORDINATOR)
    address = dict(zip(("desde", "hasta"), days, strict=True))

    assert client.get(reverse(LIST), address).status_code == 200
    assert people_behind(client, **address).status_code == 200


# The file


def ask(client, **changes):
    typed = {"key": str(uuid4()), "since": "2026-01-01", "until": "2026-12-31"}
    return client.post(reverse("reporting:report_create"), typed | changes)


@pytest.mark.rule("SEC-16")
def test_a_report_is_asked_for_once_however_often_it_is_sent(client, signed_in):
    user = signed_in(Role.MONITORING_OFFICER)
    key = str(uuid4())

    addresses = {ask(client, key=key).url for _each in range(2)}

    report = Report.objects.get()
    assert addresses == {report.get_absolute_url()}
    assert (report.requested_by, report.offices.count()) == (user, 0)


@pytest.mark.rule("SEC-16")
@pytest.mark.parametrize(
    "changes",
    [
        {"since": "x"},
        {"until": ""},
        {"since": "2026-12-31", "until": "2026-01-01"},
        {"key": "x"},
    ],
    ids=str,
)
def test_a_report_that_cannot_be_is_not_made(client, signed_in, changes):
    signed_in(Role.MONITORING_OFFICER)

    response = ask(client, **changes)

    assert response.url == reverse(LIST)
    assert not Report.objects.exists()
    assert list(client.get(response.url).context["messages"])


@pytest.mark.rule("SEC-16")
def test_the_key_of_one_period_makes_no_other(client, signed_in):
    signed_in(Role.MONITORING_OFFICER)
    key = str(uuid4())
    ask(client, key=key)

    assert ask(client, key=key, since="2025-01-01").url == reverse(LIST)
    assert Report.objects.count() == 1


@pytest.mark.rule("SEC-3")
def test_a_territorial_coordinator_gets_the_figures_of_the_office(client, signed_in, office):
    signed_in(Role.TERRITORIAL_COORDINATOR, at=office)

    ask(client)

    assert list(Report.objects.get().offices.all()) == [office]


@pytest.mark.rule("SEC-3", "SEC-4")
@pytest.mark.parametrize("name", ["report_detail", "report_file"])
def test_a_report_is_for_whoever_asked_for_it(client, signed_in, name):
    signed_in(Role.MONITORING_OFFICER)
    ask(client)
    report = Report.objects.get()
    write_report(report_id=report.pk)
    url = reverse(f"reporting:{name}", args=[report.public_id])
    response = client.get(url)
    assert response.status_code == 200
    b"".join(response)

    for role in (Role.MONITORING_OFFICER, Role.PROGRAMME_COORDINATOR):
        other = Client()
        other.force_login(UserFactory(role=role))
        assert other.get(url).status_code == 404
    missing = reverse(f"reporting:{name}", args=[uuid4()])
    assert client.get(missing).status_code == 404


def test_a_report_says_how_far_it_is(client, signed_in, django_capture_on_commit_callbacks):
    signed_in(Role.MONITORING_OFFICER)
    ask(client)
    report = Report.objects.get()
    page, file = (
        report.get_absolute_url(),
        reverse("reporting:report_file", args=[report.public_id]),
    )

    assert client.get(file).status_code == 404
    assert "En preparación" in client.get(page).content.decode()

    write_report(report_id=report.pk)
    assert file in client.get(page).content.decode()
    response = client.get(file)
    assert b"".join(response.streaming_content)[:2] == b"PK"
    assert response.headers["Content-Disposition"] == (
        'attachment; filename="indicadores-2026-01-01-2026-12-31.xlsx"'
    )
    assert ReadLog.objects.filter(kind=ReadKind.EXPORT).count() == 1

    Report.objects.update(requested_at=timezone.now() - timedelta(hours=73))
    with django_capture_on_commit_callbacks(execute=True):
        erase_old_reports()
    assert client.get(file).status_code == 404
    assert file not in client.get(page).content.decode()


def test_a_report_that_failed_too_often_says_so(client, signed_in):
    signed_in(Role.MONITORING_OFFICER)
    ask(client)
    Report.objects.update(work_state="dead")

    page = client.get(Report.objects.get().get_absolute_url())

    assert page.context["report"].is_dead
    assert "Falló" in page.content.decode()


def test_work_that_failed_is_told_to_who_looks_after_the_system_in_one_question(
    client, signed_in, django_assert_num_queries
):
    signed_in(Role.MONITORING_OFFICER)
    ask(client)
    Report.objects.update(work_state="dead")
    client.cookies.clear()
    signed_in(Role.ADMINISTRATOR)

    with django_assert_num_queries(4):
        later = client.get("/?parte=equipo")

    assert "Falló 1 trabajo." in later.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_ask_the_same_queries(client, signed_in, reach, count):
    signed_in(Role.PROGRAMME_COORDINATOR)
    for _each in range(count):
        CertificateFactory(assessment__person=reach())
    ask(client)
    report = Report.objects.get()
    pages = {
        reverse(LIST): 6,
        reverse("reporting:indicator_detail", args=["GS-0.1"]): 6,
        reverse("reporting:indicator_people", args=["GS-0.1"]) + "?cara=acumulado": 9,
        reverse("reporting:indicator_people", args=["GS-1.3"])
        + "?cara=acumulado&corte=sex&valor=F": 10,
        report.get_absolute_url(): 4,
    }

    asked = {}
    for url in pages:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        asked[url] = len(queries)

    assert asked == pages
    assert max(asked.values()) <= 15


def test_the_address_of_a_list_names_the_period_and_the_cell(client, signed_in, people):
    signed_in(Role.PROGRAMME_COORDINATOR)

    html = client.get(reverse("reporting:indicator_detail", args=["GS-0.1"]), YEAR).content.decode()

    for href in links_of(html):
        asked = parse_qs(urlsplit(href).query)
        assert (asked["desde"], asked["hasta"]) == (["2026-01-01"], ["2026-12-31"])
        assert asked["cara"][0] in {"nuevas", "acumulado"}
