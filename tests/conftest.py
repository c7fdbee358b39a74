"""What all tests stand on: a PostgreSQL of their own, and nothing of the developer's.

The server lives in a folder of its own, does without fsync, and ends with the
run; the processes of xdist share it. TEST_DATABASE_URL names another server, on
which a test database is made; no DATABASE_URL is ever used. All this happens
while this file is imported, as the test modules beside it import models.
"""

import atexit
import os
import shutil
import signal
import tempfile
from pathlib import Path

import django
import psutil
import pytest
from django.conf import settings
from django.core.cache import caches
from hypothesis import HealthCheck
from hypothesis import settings as properties

from genesis import embedded

PREFIX = "genesis-tests-"

# A busy machine makes examples slowly: that says nothing of our code.
properties.register_profile("genesis", deadline=None, suppress_health_check=[HealthCheck.too_slow])
properties.load_profile("genesis")


def _remove_what_killed_runs_left():
    """Stop the servers and delete the folders of test runs that did not end by themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        pid = folder.name.removeprefix(PREFIX).split("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            for mark in folder.rglob("postmaster.pid"):
                embedded.start(mark.parent).stop()
            shutil.rmtree(folder, ignore_errors=True)


def _make_environment():
    """Set what the settings read, for this process and for those that it starts."""
    for name in ("REDIS_URL", "DATABASE_URL_FILE", "SECRET_KEY_FILE", "EMAIL_HOST", "GENESIS_URL"):
        os.environ.pop(name, None)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["SECRET_KEY"] = "only for tests: thirty-two bytes or more of it"
    os.environ |= embedded.demo_environment(folder / "var") | {"GENESIS_DEMO": "0"}
    if "TEST_DATABASE_URL" in os.environ:
        os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
    else:
        server = embedded.start(folder / "postgres", throwaway=True)
        atexit.register(server.stop)
        os.environ["DATABASE_URL"] = server.url()


def _make_settings():
    """Change what only makes tests slow, before the first use."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.CELERY_BROKER_URL = "memory://"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {}


if "PYTEST_XDIST_WORKER" not in os.environ:
    # A run that is told to end must still stop its server.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _remove_what_killed_runs_left()
    _make_environment()
os.environ["DJANGO_SETTINGS_MODULE"] = "genesis.settings"
_make_settings()
django.setup()
# The processes of xdist must not load the settings before this file has changed them.
del os.environ["DJANGO_SETTINGS_MODULE"]


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    """Files of a test lie in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def signing_keys(settings, tmp_path):
    """So do the private keys: where a worker of these tests looks for them too."""
    settings.SIGNING_KEYS = tmp_path / "keys"
    return settings.SIGNING_KEYS


@pytest.fixture(autouse=True)
def fresh_memory():
    """What a process keeps for a minute does not reach the next test."""
    caches["memory"].clear()
