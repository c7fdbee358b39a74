"""Chromium, whoever sits before it, and what every page that they open must hold.

Each visitor has a profile of their own, and their browser can reach this site
and nothing else. PICTURES names a folder for a picture of every page that is
looked at.
"""

import os
import re
import shutil
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import polib
import pytest
from axe_playwright_python.sync_playwright import Axe
from celery.contrib.testing.worker import start_worker
from django.conf import settings
from django.db import connection
from playwright.sync_api import sync_playwright

from accounts.roles import Role
from genesis.celery import app
from tests.browser.pages.kinds import NO_PAGES
from tests.project.test_access import all_routes

# Playwright keeps an event loop, in which Django would refuse to reach the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

OPENED, WALKED = pytest.StashKey[set[str]](), pytest.StashKey[set[str]]()
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=es-SV",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
]
NAMES = ["chromium", "chromium-browser", "google-chrome"]
DESKTOP = {"viewport": {"width": 1360, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
SIZES = [pytest.param(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = """([rules, colours]) => axe.run(document, {
    runOnly: rules, resultTypes: ["violations"], rules: {"color-contrast": {enabled: colours}},
})"""
NARROW = 320  # the width to which WCAG 1.4.10 lets a page be narrowed without scrolling sideways
PATIENCE = 15_000  # milliseconds
# Of a page that answers 422 the browser says so on its console; the status is looked at itself.
ABOUT_A_STATUS = "Failed to load resource: the server responded with a status of"
CATALOGUE = settings.LOCALE_PATHS[0] / "es" / "LC_MESSAGES" / "django.po"
# What is no word: placeholders, addresses, and codes.
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|\S+@\S+|\S*\d\S*|\b[A-Z-]{3,}\b")
# The name of the other language, of an island and of an instrument, and a word of the notice.
LIKEWISE_SPANISH = {"as", "bar", "english", "go", "heard", "me", "personal"}  # «hijos/as»
# Each kind of element with its classes and the names of its attributes, and what it is made to be:
# what axe looks at, without the words, of which it judges only whether there are any. Then, of
# what says something, all that it stands in: what its colours come from.
PIECES = """() => {
    const kindsOf = (nodes) => [...new Set([...nodes].map((each) => [
        each.parentElement?.localName, each.localName, each.className.baseVal ?? each.className,
        each.getAttribute("role"), each.getAttribute("type"), each.getAttributeNames().sort(),
        Boolean(each.innerText?.trim()),
    ].join(" ")))];
    const lineOf = (each) => [
        each.parentElement ? lineOf(each.parentElement) : "",
        each.localName, each.className.baseVal ?? each.className,
    ].join(" ");
    const saysSomething = (each) => [...each.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    return [
        kindsOf(document.querySelectorAll("main *")),
        kindsOf(document.querySelectorAll("html, body *:not(main *)")),
        [...new Set([...document.querySelectorAll("body *")].filter(saysSomething).map(lineOf))],
    ];
}"""
# What all processes of a run have looked at: a file for each piece of a kind of page.
LOOKED_AT = Path(os.environ.get("LOOKED_AT", settings.VAR / "looked-at"))
FRAME = """() => ({
    headings: [...document.querySelectorAll("h1")].map((each) => each.innerText),
    lang: document.documentElement.lang,
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    beyond: [...document.querySelectorAll("main *")]
        .filter((each) => each.getBoundingClientRect().right > innerWidth + 0.5)
        .map((each) => each.outerHTML.slice(0, 120)),
    text: [...document.querySelectorAll("body [lang=en]")]  // says itself that it is English
        .reduce((text, each) => text.replace(each.innerText, ""), document.body.innerText),
})"""


def pytest_configure(config):
    config.stash[OPENED], config.stash[WALKED] = set(), set()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Take over what a process of xdist has seen."""
    config, seen = node.config, getattr(node, "workeroutput", {})
    config.stash[OPENED] |= set(seen.get("opened", []))
    config.stash[WALKED] |= set(seen.get("walked", []))


def pytest_sessionfinish(session):
    config = session.config
    if hasattr(config, "workeroutput"):  # a process of xdist: only the first one sees everything
        config.workeroutput["opened"] = sorted(config.stash[OPENED])
        config.workeroutput["walked"] = [str(role) for role in config.stash[WALKED]]
    elif left_out(config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    for page in left_out(config):
        terminalreporter.line(f"No walk opens the page {page}", red=True)


def left_out(config):
    """The pages to which no walk led, once all roles have walked: who adds one leads there."""
    if config.stash[WALKED] < set(Role):
        return []
    return sorted({route.name for route in all_routes()} - config.stash[OPENED] - NO_PAGES)


@pytest.fixture(scope="session")
def opened(pytestconfig):
    """The pages that the walks have opened, by the name of their address."""
    return pytestconfig.stash[OPENED]


@pytest.fixture(scope="session")
def walked(pytestconfig):
    """The roles that have walked."""
    return pytestconfig.stash[WALKED]


@pytest.fixture(scope="session")
def chromium():
    """The browser of this machine; without one these tests cannot say anything."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    assert program, "chromium is missing: scripts/setup test installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session", autouse=True)
def nobody_left_behind(django_db_setup, django_db_blocker):
    """End what a thread of the site still holds open, before its database is dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def worker():
    """A Celery worker that takes what the site sends to the queues, in this process."""
    queues = ["celery", "signing"]
    ends = PATIENCE / 1000
    with start_worker(app, perform_ping_check=False, shutdown_timeout=ends, queues=queues):
        yield


@pytest.fixture
def visit(chromium, live_server):
    """Let somebody come to the site: `visit(PHONE)` is a visitor with a fresh profile."""
    with visits(chromium, str(live_server)) as come:
        yield come


@contextmanager
def visits(chromium, address):
    """Yield what lets somebody come to the site at `address`; fail for what all of them met."""
    visitors = []

    def come(size=DESKTOP):
        visitors.append(Visitor(chromium, address, size))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.context.close()
    if found := [problem for visitor in visitors for problem in visitor.found]:
        pytest.fail("\n".join(found))


class Visitor:
    """Somebody with a browser of their own, who minds what goes wrong in it."""

    def __init__(self, chromium, address, size):
        self.address = address
        self.size = "phone" if size is PHONE else "desktop"
        self.problems, self.found, self.expected = [], [], set()
        self.is_new_to_its_kind = True  # whether the page that is open shows what none like it did
        self.context = chromium.new_context(
            locale="es-SV",
            timezone_id="America/El_Salvador",
            reduced_motion="reduce",  # so that what is scrolled to is there at once
            **size,
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.on("request", self._watch_request)
        self.context.on("response", self._watch_response)
        self.page = self.context.new_page()
        self.page.on("console", self._watch_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        self.page.on("requestfailed", self._watch_failure)

    def _watch_request(self, request):
        if not request.url.startswith((f"{self.address}/", "data:")):
            self.problems.append(f"asks another machine: {request.url}")

    def _watch_response(self, response):
        if response.status >= 400 and response.status not in self.expected:
            self.problems.append(f"{response.status}: {response.url}")

    def _watch_console(self, message):
        if message.type in {"error", "warning"} and not message.text.startswith(ABOUT_A_STATUS):
            self.problems.append(f"console: {message.text}")

    def _watch_failure(self, request):
        if request.failure != "net::ERR_ABORTED":  # a download, or a page that was left
            self.problems.append(f"{request.failure}: {request.url}")

    # Going about

    def open(self, path, *, status=200):
        """Go to an address of the site, and look at it."""
        self.expected = {status} - {200}
        answer = self.page.goto(f"{self.address}{path}")
        title = self.look()
        assert answer.status == status
        return title

    def follow(self, name, *, within="main"):
        """Take the link of that name, and look at where it leads."""
        link = self.page.locator(within).get_by_role("link", name=name, exact=True).first
        with self.page.expect_navigation():
            link.click()
        return self.look()

    def choose(self, name):
        """Take a line of the menu: on a phone it may stand behind «Más»."""
        if self.size == "phone":
            self.page.locator("nav.pie-movil summary").click()
            return self.follow(name, within="nav.pie-movil .menu-hoja")
        return self.follow(name, within="nav.riel")

    def press(self, name, *, status=200, within="main"):
        """Press the button of that name, and look at what comes back."""
        self.expected = {status} - {200}
        button = self.page.locator(within).get_by_role("button", name=name, exact=True)
        with self.page.expect_navigation() as answer:
            button.click()
        title = self.look()
        assert answer.value.status == status
        return title

    def download(self, name):
        """Take the file behind the link of that name, and return its bytes."""
        with self.page.expect_download() as download:
            self.page.locator("main").get_by_role("link", name=name, exact=True).click()
        return Path(download.value.path()).read_bytes()

    def sign_in(self, email, password):
        """Come in by the front door."""
        self.open("/cuenta/entrar/")
        self.page.get_by_label("Correo electrónico").fill(email)
        self.page.get_by_label("Contraseña").fill(password)
        return self.press("Iniciar sesión")

    @property
    def path(self):
        return urlsplit(self.page.url).path

    # Looking

    def look(self):
        """Hold the page that is open to what every page promises; its title is returned.

        What is found is told at the end of the test, of all its pages at once.
        """
        self._take_picture()
        seen = self.page.evaluate(FRAME)
        title = self.page.title()
        problems = [*self.problems, *self._barriers()]
        self.problems.clear()
        if len(seen["headings"]) != 1:
            problems.append(f"headings of the first level: {seen['headings']}")
        if not title.endswith(" · Gene-Sis") or len(title) < len("Algo · Gene-Sis"):
            problems.append(f"a title that says little: {title}")
        if seen["lang"] != "es-SV":
            problems.append(f"the page says that it is in {seen['lang']!r}")
        if seen["wide"] > 0:
            problems.append(f"{seen['wide']} pixels wider than the window: {seen['beyond'][-2:]}")
        if english := words(seen["text"]) & english_words():
            problems.append(f"English: {sorted(english)}")
        self.found += [f"{self.path} ({self.size}): {problem}" for problem in problems]
        self.expected = set()
        return title

    def _barriers(self):
        """What axe finds to keep somebody out, where a piece is new to this kind of page.

        How pieces stand to each other is the same at every size: in another size a page is
        looked at again for a piece that no page has shown in that size. Colours take half of
        the time: they are judged where words then stand in what none have stood in before.
        """
        content, around, lines = self.page.evaluate(PIECES)
        self.is_new_to_its_kind = some_are_new(content, self._kind())
        if not some_are_new(content + around, self.size) and not self.is_new_to_its_kind:
            return []
        colours = some_are_new(lines, "colours")
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(Axe().axe_script)
        found = self.page.evaluate(AXE, [RULES, colours])["violations"]
        return [
            f"axe {each['id']}: {each['help']}: {[node['html'] for node in each['nodes']][:3]}"
            for each in found
        ]

    def _kind(self):
        """The address without what differs from one record to the next."""
        return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "X", self.path)

    def resize(self, width, height):
        self.page.set_viewport_size({"width": width, "height": height})

    def look_narrowly(self):
        """The same page at the width of the narrowest phones."""
        self.resize(NARROW, 640)
        seen = self.page.evaluate(FRAME)
        if seen["wide"] > 0:
            needs = NARROW + seen["wide"]
            self.found.append(f"{self.path} needs {needs} pixels: {seen['beyond'][-2:]}")

    def _take_picture(self):
        if folder := os.environ.get("PICTURES"):
            taken = len(list(Path(folder).glob("*.png"))) if Path(folder).exists() else 0
            name = self._kind().strip("/") or "inicio"
            file = f"{taken:03}-{name.replace('/', '.')}-{self.size}.png"
            self.page.screenshot(path=Path(folder) / file, full_page=True)


def some_are_new(pieces, place):
    """Whether no process of this run has looked at some of these there; from now on one has."""
    LOOKED_AT.mkdir(parents=True, exist_ok=True)
    return [piece for piece in pieces if _is_first(f"{place}|{piece}")] != []


def _is_first(text):
    try:
        (LOOKED_AT / sha256(text.encode()).hexdigest()).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


@cache
def english_words():
    """Words of our English texts that are in none of our Spanish ones."""
    catalogue = polib.pofile(str(CATALOGUE))
    english = {word for each in catalogue for word in words(f"{each.msgid} {each.msgid_plural}")}
    spanish = {word for each in catalogue for word in words(" ".join(spanish_of(each)))}
    return english - spanish - LIKEWISE_SPANISH


def spanish_of(entry):
    return [entry.msgstr, *entry.msgstr_plural.values()]


def words(text):
    return set(re.findall(r"[^\W\d_]{2,}", PLACEHOLDER.sub(" ", text).casefold()))
