"""A walk: begin at the first page, take every kind of link, look at each page at every width."""

from collections import Counter, deque
from urllib.parse import urlsplit

from django.urls import resolve

from certification.choices import AssessmentState
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.pages.counting import HEADER
from tests.browser.pages.first import first_pages
from tests.browser.pages.kinds import IN_EVERY_STATE, MANY, NO_PAGES, SAME_FOR_ALL

MOST_QUESTIONS = 15
LINKS = """() => [...document.querySelectorAll("main a[href], nav a[href], header a[href]")]
    .filter((each) => each.origin === location.origin && !each.hash)
    .map((each) => each.pathname + each.search)"""


def look_at_all_pages(visitor, role, *, opened):
    """Walk as somebody in a role; what is wrong with a page is told at the end of the test."""
    titles = {}
    for name, path, asked in walk(visitor, role, opened):
        title = look_at_every_width(visitor)
        if asked > MOST_QUESTIONS:
            visitor.found.append(f"{path} asks the database {asked} questions")
        if titles.setdefault(title, name) != name:
            visitor.found.append(f"{path} has the title of {titles[title]}: {title}")
    assert titles
    opened |= set(titles.values())


def walk(visitor, role, opened):
    """Go to each kind of page that links lead to; whoever asked looks at it.

    Yields its name, its address, and how many questions it asked the database.
    """
    many = {**MANY, **dict.fromkeys(NO_PAGES, 0)}
    many |= {name: 0 for name in opened if name.startswith(SAME_FOR_ALL)}
    if role in IN_EVERY_STATE:
        many["certification:assessment_detail"] = len(AssessmentState)
    waiting, seen, kinds = deque(first_pages(role)), set(), Counter()
    while waiting:
        path = waiting.popleft()
        if path in seen or is_enough(path, kinds, many):
            continue
        answer = visitor.page.goto(f"{visitor.address}{path}")
        seen |= {path, visitor.path}
        if is_enough(visitor.path, kinds, many):  # another address of the same page
            continue
        name = resolve(visitor.path).view_name
        kinds[name] += 1
        asked = answer.header_value(HEADER)
        assert asked, f"{path} does not say what it asked"
        yield name, path, int(asked)
        waiting += visitor.page.evaluate(LINKS)


def is_enough(path, kinds, many):
    name = resolve(urlsplit(path).path).view_name
    return kinds[name] >= many.get(name, 1)


def look_at_every_width(visitor):
    """At a desk; and on a phone and narrowly, unless one of its kind with the same pieces was."""
    title = visitor.look()
    if not visitor.is_new_to_its_kind:
        return title
    visitor.resize(**PHONE["viewport"])
    visitor.size = "phone"
    visitor.look()
    visitor.look_narrowly()
    visitor.resize(**DESKTOP["viewport"])
    visitor.size = "desktop"
    return title
