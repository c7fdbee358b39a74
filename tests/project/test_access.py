"""Every page, as everybody: what comes back is what the view declares and the table grants.

The pages are read from the list of addresses, so that none can be forgotten. A role
opens all that it may open and that name no record: what they hold differs by role. Of the
others it tries one page of every third declaration, each role another one; the first role that
may open a page, who has no role, and who has not signed in try all. The wall itself is
asked of every page and role, and the walks in the browser open every page of every role.
"""

import json
from collections import defaultdict
from itertools import cycle
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse

from accounts.choices import ReadKind
from accounts.middleware import DefaultDenyMiddleware
from accounts.models import ReadLog
from accounts.roles import GRANTS, Permission, Role
from genesis.lib.policy import PUBLIC, SIGNED_IN
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import DistrictFactory, NoticeFactory, PhaseFactory
from tests.project.test_urls import is_of_a_library, is_open

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

# What a page may answer to whoever may open it, when the record is not there or nothing was sent.
FINE = {200, 204, 301, 302, 303, 400, 404, 405, 409, 422, 429}
METHODS = ("get", "post")
VALUES = {"uuid": uuid4, "int": lambda: 424242, "str": lambda: "x1", "slug": lambda: "x1"}
VALUES |= {"itemcode": lambda: "GO-01"}
HOSTILE = ["\x00", "a" * 5000, "'--", "{{7*7}}", "\u202egnp", "..", "%00", "[]", "-1", "9" * 40]


@pytest.fixture
def reference_data():
    """What every installation has before its first user."""
    NoticeFactory()
    PhaseFactory()
    DistrictFactory()


class Route:
    """One address of the site, with the names and kinds of what stands in it."""

    def __init__(self, name, view, arguments):
        self.name, self.view, self.arguments = name, view, arguments

    @property
    def policy(self):
        return getattr(self.view, "policy", None)

    def address(self, **others):
        made = {name: VALUES[kind]() for name, kind in self.arguments.items()}
        return reverse(self.name, kwargs=made | others)


def all_routes(resolver=None, spaces=(), arguments=None):
    for entry in (resolver or get_resolver()).url_patterns:
        named = (arguments or {}) | arguments_of(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from all_routes(entry, (*spaces, *filter(None, [entry.namespace])), named)
        else:
            yield Route(":".join([*spaces, entry.name]), entry.callback, named)


def arguments_of(pattern):
    if hasattr(pattern, "_route"):
        return {
            name: type(converter)
            .__name__.removesuffix("Converter")
            .lower()
            .replace("string", "str")
            for name, converter in pattern.converters.items()
        }
    return dict.fromkeys(pattern.regex.groupindex, "str")


def is_the_wall(response):
    """Whether it leads to the sign-in page, and back afterwards."""
    parts = urlsplit(response.headers.get("Location", ""))
    return parts.path == reverse(settings.LOGIN_URL) and parts.query.startswith("next=")


def may_open(route, granted):
    """What the declaration of the view comes to for somebody who is signed in."""
    return route.policy in {PUBLIC, SIGNED_IN} or route.policy in granted


def fault(route, method, response, *, expected):
    """Say what is wrong with an answer; None when nothing is."""
    told = f"{method.upper()} {route.name}: {response.status_code}"
    if response.status_code >= 500:
        return f"{told} {getattr(response, 'exc_info', '')}"
    if expected == "wall":
        right = response.status_code == 302 and is_the_wall(response)
    elif expected == "fine":
        right = response.status_code in FINE and not is_the_wall(response)
    else:
        right = response.status_code == expected
    return None if right else f"{told} instead of {expected}"


def signed_in(user):
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def may_get(route, granted):
    """Whether the page answers at all, whatever it says of a record that is not there."""
    return is_of_a_library(route.view) or may_open(route, granted)


def what_a_role_tries(role):
    """A page of every third declaration: each role other declarations, and other pages of them."""
    declared = defaultdict(list)
    for route in all_routes():
        declared[route.policy].append(route)
    place = list(Role).index(role)
    return [routes[place % len(routes)] for routes in list(declared.values())[place % 3 :: 3]]


def walk(user, routes, expected, methods=METHODS):
    """Open the pages in every way; return the faults, and how often access was refused."""
    client, faults, refused = signed_in(user), [], 0
    for route in routes:
        for method in methods:
            response = getattr(client, method)(route.address())
            refused += response.status_code == 403
            faults.append(fault(route, method, response, expected=expected(route)))
            if not client.cookies[settings.SESSION_COOKIE_NAME].value:
                client = signed_in(user)  # this page ended the session
    return [each for each in faults if each], refused


def first_role_of(route):
    """The first role of the table that may open the page; None where anybody may."""
    if route.policy in Permission.values:
        return next(role for role in Role if route.policy in GRANTS[role])
    return None


@pytest.mark.rule("SEC-24")
@pytest.mark.parametrize("role", [*Role, None], ids=str)
def test_every_page_answers_the_first_who_may_open_it(role):
    routes = [route for route in all_routes() if first_role_of(route) == role]

    faults, _refused = walk(
        UserFactory(role=role, password="una clave muy larga"), routes, lambda _route: "fine"
    )

    assert faults == []


@pytest.mark.rule("SEC-2", "SEC-24")
@pytest.mark.parametrize("role", [*Role, None], ids=str)
def test_everybody_gets_what_the_table_says(role):
    user = UserFactory(role=role, password="una clave muy larga")
    granted = GRANTS[role] if role else set()

    faults, refused = walk(
        user,
        what_a_role_tries(role) if role else all_routes(),
        lambda route: "fine" if may_get(route, granted) else 403,
        METHODS if role is None else METHODS[:1],
    )

    assert faults == []
    denied = ReadLog.objects.filter(actor=user, kind=ReadKind.DENIED)
    assert denied.count() == refused > 0


def lets_in(wall, request, view):
    """Whether the wall before every view lets somebody through to this one."""
    try:
        wall.process_view(request, view, [], {})
    except PermissionDenied:
        return False
    return True


@pytest.mark.rule("SEC-2")
@pytest.mark.parametrize("role", [*Role, None], ids=str)
def test_the_wall_lets_each_role_into_every_page_that_the_table_says(role):
    request = RequestFactory().get("/")
    request.user = UserFactory(role=role)
    granted = GRANTS[role] if role else set()
    wall = DefaultDenyMiddleware(lambda _request: None)

    wrong = [
        route.name
        for route in all_routes()
        if lets_in(wall, request, route.view) != may_get(route, granted)
    ]

    assert wrong == []


@pytest.mark.rule("SEC-2", "SEC-24")
@pytest.mark.parametrize("role", list(Role), ids=str)
def test_every_page_that_names_no_record_answers_every_role(role):
    theirs = {SIGNED_IN, *GRANTS[role]}
    routes = [each for each in all_routes() if not each.arguments and each.policy in theirs]

    faults, _refused = walk(UserFactory(role=role), routes, lambda _route: "fine", ["get"])

    assert faults == []


@pytest.mark.rule("SEC-2")
@pytest.mark.parametrize("hx", [False, True], ids=["page", "piece"])
def test_nobody_gets_past_the_sign_in(client, hx):
    headers = {"HX-Request": "true"} if hx else {}
    faults = []

    for route in all_routes():
        for method in METHODS:
            response = getattr(client, method)(route.address(), headers=headers)
            wall = 401 if hx else "wall"
            expected = "fine" if is_open(route.view) else wall
            faults.append(fault(route, method, response, expected=expected))

    assert [each for each in faults if each] == []


@pytest.mark.rule("SEC-2")
def test_asking_for_json_opens_nothing(client):
    client.force_login(UserFactory(role=Role.DONOR_VIEWER))

    for route in all_routes():
        if route.policy in Permission.values:
            response = client.get(route.address(), headers={"Accept": "application/json"})
            assert response.status_code == 403, route.name


@pytest.mark.rule("SEC-2")
def test_no_header_makes_a_get_into_a_post(client):
    user = UserFactory(administrator=True)
    client.force_login(UserFactory(administrator=True))

    for header in ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"):
        client.get(
            reverse("accounts:user_set_active", args=[user.public_id]) + "?version=1&_method=POST",
            headers={header: "POST"},
        )

    user.refresh_from_db()
    assert user.is_active


class Clients:
    """Somebody for each role, signed in, as soon as a page asks for it."""

    def __init__(self):
        self.signed_in = {}

    def of(self, route):
        role = first_role_of(route)
        if role not in self.signed_in:
            self.signed_in[role] = signed_in(UserFactory(role=role))
        return self.signed_in[role]


ASKED = {}  # what a page reads from its address, by the name of the page


def what_it_asks(response):
    asked = {"orden", "despues", "antes", "q", "next", "page", "desde", "hasta"}
    filterset = response.context.get("filter") if response.context else None
    return asked | set(filterset.form.fields) if filterset is not None else asked


@pytest.mark.rule("SEC-24")
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: json.dumps(value)[:12])
def test_what_nobody_would_write_into_an_address_is_answered(value):
    faults, clients = [], Clients()

    for route in all_routes():
        texts = [name for name, kind in route.arguments.items() if kind == "str"]
        client = clients.of(route) if texts else None
        for name in texts:
            try:
                address = route.address(**{name: value})
            except NoReverseMatch:
                continue
            for method in METHODS:
                response = getattr(client, method)(address)
                faults.append(fault(route, method, response, expected="fine"))

    assert [each for each in faults if each] == []


@pytest.mark.rule("SEC-24")
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: json.dumps(value)[:12])
def test_what_nobody_would_write_behind_an_address_is_answered(value):
    faults, clients = [], Clients()
    first = HOSTILE.index(value) % 3  # pages read what stands there in a few ways: each tries some
    named = [each for each in all_routes() if not each.arguments and not is_of_a_library(each.view)]

    for route in named[first::3]:
        client = clients.of(route)
        if route.name not in ASKED:
            ASKED[route.name] = what_it_asks(client.get(route.address()))
        response = client.get(route.address(), dict.fromkeys(ASKED[route.name], value))
        faults.append(fault(route, "get", response, expected="fine"))

    assert [each for each in faults if each] == []


@pytest.mark.rule("SEC-24")
@pytest.mark.parametrize("path", ["/usuarios/1/", "/usuarios/%00/", "/" + "a" * 5000, "/%ff/"])
def test_an_address_that_leads_nowhere_is_not_found(client, path):
    client.force_login(UserFactory(administrator=True))

    assert client.get(path).status_code == 404


@pytest.mark.rule("SEC-24")
def test_other_methods_are_answered():
    clients = Clients()
    methods = cycle(["head", "put", "patch", "delete", "options"])
    answers = {
        route.name: getattr(clients.of(route), method)(route.address()).status_code
        for route, method in zip(all_routes(), methods, strict=False)
    }

    answers["trace"] = signed_in(UserFactory()).trace("/").status_code

    assert {name: status for name, status in answers.items() if status >= 500} == {}


@pytest.mark.rule("SEC-24")
def test_too_many_fields_are_refused_politely():
    client = signed_in(UserFactory(administrator=True))
    fields = {f"a[{number}]": "x" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}

    response = client.post(reverse("accounts:user_create"), fields)

    assert response.status_code == 400
    assert "DATA_UPLOAD" not in response.content.decode()
