"""The site of the walks, with somebody signed in for each role."""

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings
from pytest_django.live_server_helper import LiveServer

from accounts.roles import Role
from certification.choices import AssessmentState
from demo import story
from tests.browser.conftest import DESKTOP, visits
from tests.browser.pages.world import PASSWORD, tell_story, user_in

# The world has its appeals itself, with people who are not in the story.
MORE_OR_LESS = {AssessmentState.CERTIFIED: 2, AssessmentState.IN_APPEAL: 0}


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


@pytest.fixture(autouse=True)
def media_root(settings, files):
    """The files of the people of the walks, for each test: pages show their pictures."""
    settings.MEDIA_ROOT = files
    return files


@pytest.fixture(scope="session")
def world(django_db_setup, django_db_blocker, files):
    """People at every stage, for all walks of this process; yields a session for each role."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENESIS_DEMO_PASSWORD", PASSWORD)
        patch.setattr(settings, "MEDIA_ROOT", files)
        patch.setattr(story, "ENDS", {**dict.fromkeys(story.ENDS, 1), **MORE_OR_LESS})
        call_command("flush", interactive=False, verbosity=0)  # what a run that died has left
        with transaction.atomic():
            tell_story()
        yield {role: session_of(role) for role in Role}
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="session")
def site(world):
    counted = ["tests.browser.pages.counting.count_questions", *settings.MIDDLEWARE]
    with override_settings(MIDDLEWARE=counted):
        server = LiveServer("localhost")
    with server._live_server_modified_settings:
        yield str(server)
    server.stop()


def session_of(role):
    """The cookie of somebody in that role who has signed in."""
    client = Client()
    client.force_login(user_in(role))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    return {"name": cookie.key, "value": cookie.value}


@pytest.fixture
def visit(chromium, site, world):
    """Somebody in a role, signed in, with a fresh profile."""
    with visits(chromium, site) as come:

        def come_as(role, size=DESKTOP):
            visitor = come(size)
            visitor.context.add_cookies([{**world[role], "url": site}])
            return visitor

        yield come_as
