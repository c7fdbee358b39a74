"""What every answer carries, and what the pages of a failure keep to themselves."""

import pytest
from django.conf import settings
from django.http import Http404
from django.test import Client
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from accounts.roles import GRANTS, Permission, Role
from genesis.lib.policy import public, signed_in
from genesis.urls import urlpatterns as urls_of_the_site
from tests.factories.accounts import UserFactory
from tests.project.test_access import all_routes, reference_data  # noqa: F401
from tests.project.test_urls import is_open

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
SECRET = "Ana Portillo 01234567-8"
INTERNALS = (
    SECRET,
    "Traceback",
    "Exception",
    "RuntimeError",
    "DoesNotExist",
    "psycopg",
    "django.",
    "/django/",
    "/site-packages/",
    "SECRET_KEY",
    "site_breaks",
)


@public
@require_safe
def site_breaks(request):
    raise RuntimeError(SECRET)


@public
@require_safe
def site_lacks(request):
    raise Http404(SECRET)


@signed_in
def site_counts(request):
    return site_breaks(request)


def undeclared(request):
    raise AssertionError("no policy, no page")


urlpatterns = [
    *urls_of_the_site,
    path("se-rompe/", site_breaks, name="site_breaks"),
    path("no-esta/", site_lacks, name="site_lacks"),
    path("olvidada/", undeclared, name="undeclared"),
]


# What programs elsewhere read: who signs certificates, and which were revoked.
FOR_EVERYBODY = {"archive_file", "issuer_keys", "status_list", "status_token"}


def policy_of(response):
    return {each.strip() for each in response.headers["Content-Security-Policy"].split(";")}


def is_private(response):
    return (
        "no-store" in response.headers["Cache-Control"]
        and response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        and response.headers["Permissions-Policy"]
        == "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        and response.headers["X-Content-Type-Options"] == "nosniff"
        and response.headers["X-Frame-Options"] == "DENY"
        and response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        and response.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    )


@pytest.mark.rule("SEC-25")
def test_policy_of_the_browser_names_no_unsafe_source():
    written = " ".join(source for sources in settings.SECURE_CSP.values() for source in sources)

    assert "unsafe" not in written
    assert "*" not in written
    assert "nonce" not in written


@pytest.mark.rule("SEC-25")
@pytest.mark.usefixtures("reference_data")
def test_every_open_page_carries_the_policy_and_stays_private(client):
    answers = {
        route.name: client.get(route.address()) for route in all_routes() if is_open(route.view)
    }

    assert "account_login" in answers
    assert {name for name, each in answers.items() if policy_of(each) != POLICY} == set()
    assert {name for name, each in answers.items() if not is_private(each)} <= FOR_EVERYBODY


@pytest.mark.rule("SEC-25")
@pytest.mark.usefixtures("reference_data")
@pytest.mark.parametrize(
    "role", [Role.ADMINISTRATOR, Role.CASEWORKER, Role.TERRITORIAL_COORDINATOR, Role.EVALUATOR]
)
def test_every_page_of_the_staff_carries_the_policy_and_stays_private(client, role):
    client.force_login(UserFactory(role=role, password="una clave muy larga"))

    answers = {
        route.name: client.get(route.address())
        for route in all_routes()
        if route.policy not in Permission.values or route.policy in GRANTS[role]
        if route.name != "account_logout"
    }

    assert len(answers) > 20
    assert {name for name, each in answers.items() if policy_of(each) != POLICY} == set()
    assert {name for name, each in answers.items() if not is_private(each)} <= FOR_EVERYBODY


@pytest.fixture
def breaking_site(settings):
    """The site with pages that fail, as an installation answers for them."""
    settings.ROOT_URLCONF = __name__
    settings.DEBUG = False
    return Client(raise_request_exception=False)


def assert_neutral(response, status):
    told = response.content.decode()
    assert response.status_code == status
    assert [word for word in INTERNALS if word in told] == []
    assert "<h1>" in told
    assert policy_of(response) == POLICY


@pytest.mark.rule("SEC-24", "SEC-25")
def test_a_failure_says_nothing_of_the_inside(breaking_site):
    response = breaking_site.get("/se-rompe/")

    assert_neutral(response, 500)
    assert is_private(response)


@pytest.mark.rule("SEC-24")
def test_a_failure_says_nothing_to_the_staff_either(breaking_site):
    breaking_site.force_login(UserFactory(administrator=True))

    assert_neutral(breaking_site.get("/se-rompe/"), 500)


@pytest.mark.rule("SEC-24")
def test_what_is_not_there_is_answered_without_a_reason(breaking_site):
    assert_neutral(breaking_site.get("/no-esta/"), 404)
    assert_neutral(breaking_site.get("/nunca-hubo/"), 404)


@pytest.mark.rule("SEC-1", "SEC-24")
def test_a_view_without_a_policy_is_refused_to_everybody(breaking_site):
    assert breaking_site.get("/olvidada/").status_code == 302

    breaking_site.force_login(UserFactory(programme_coordinator=True))

    assert_neutral(breaking_site.get("/olvidada/"), 403)


@pytest.mark.rule("SEC-24")
def test_a_request_that_cannot_be_understood_is_answered_without_a_reason(client):
    client.force_login(UserFactory(administrator=True))
    user = UserFactory()

    response = client.post(reverse("accounts:user_set_active", args=[user.public_id]))

    assert_neutral(response, 400)


@pytest.mark.rule("SEC-15", "SEC-24")
def test_a_page_that_grew_old_is_answered_without_a_reason(client):
    client.force_login(UserFactory(administrator=True))
    user = UserFactory()
    answers = {"first_name": "Ana", "last_name": "Paz", "email": "ana@prueba.test"}

    response = client.post(
        reverse("accounts:user_change", args=[user.public_id]), answers | {"version": 7}
    )

    assert_neutral(response, 409)


@pytest.mark.rule("SEC-24")
@pytest.mark.parametrize("reason", ["no cookie", "wrong token", "foreign page"])
def test_a_form_that_is_not_ours_is_answered_without_a_reason(reason):
    client = Client(enforce_csrf_checks=True)
    headers = {"Origin": "https://evil.example"} if reason == "foreign page" else {}
    if reason != "no cookie":
        client.get(reverse("account_login"))

    response = client.post(
        reverse("account_login"), {"login": "a@b.sv", "csrfmiddlewaretoken": "x"}, headers=headers
    )

    assert_neutral(response, 403)
    assert "CSRF" not in response.content.decode()


@pytest.mark.rule("SEC-24")
@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:x", "a b"])
def test_another_host_is_refused_without_a_reason(client, host):
    response = client.get(reverse("account_login"), headers={"Host": host})

    assert response.status_code == 400
    assert "evil" not in response.content.decode()
    assert "ALLOWED_HOSTS" not in response.content.decode()
    assert response.headers["Cache-Control"] == "no-store"
    assert policy_of(response) == POLICY


@pytest.mark.rule("SEC-24")
def test_a_forwarded_host_changes_no_link(client):
    response = client.get(reverse("home"), headers={"X-Forwarded-Host": "evil.example"})

    assert response.headers["Location"].startswith("/cuenta/entrar/")


def test_the_cookies_are_out_of_reach_of_scripts(client):
    user = UserFactory(password="una clave muy larga")
    client.post(reverse("account_login"), {"login": user.email, "password": "una clave muy larga"})

    session, seen = client.cookies["sessionid"], client.cookies["last_seen"]
    assert session["httponly"] is seen["httponly"] is True
    assert session["samesite"] == seen["samesite"] == "Lax"
    assert seen["max-age"] == ""
