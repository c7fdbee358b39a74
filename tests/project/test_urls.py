"""Which pages there are, and that each says who may open it (SEC-1)."""

import inspect
import re
from collections import Counter

import pytest
from django.conf import settings
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse

from accounts.roles import Permission
from genesis.lib.policy import PUBLIC, SIGNED_IN

# What anybody may open of certificates: their check, what a holder shows, what programs read.
OF_CERTIFICATES = {
    "certificate_check",
    "certificate_shared",
    "certificate_verify",
    "certificate_verify_full",
    "credential_shared",
    "employers",
    "issuer_keys",
    "standard_public",
    "archive_file",
    "status_list",
    "status_token",
}


def routes(resolver=None, prefix="", names=()):
    """Every address of the site: its name, its pattern and its view."""
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, pattern, (*names, *filter(None, [entry.namespace])))
        else:
            yield ":".join([*names, entry.name or ""]), pattern, entry.callback


def is_of_a_library(view):
    return view.__module__.startswith(settings.LIBRARY_VIEWS)


def own_routes():
    return {name: view for name, _pattern, view in routes() if not is_of_a_library(view)}


def is_open(view):
    return not getattr(view, "login_required", True)


def test_no_two_pages_have_the_same_address():
    written = Counter(re.sub(r"<(\w+:)?\w+>", r"<\1>", pattern) for _n, pattern, _v in routes())

    assert [pattern for pattern, times in written.items() if times > 1] == []


@pytest.mark.rule("SEC-1")
def test_only_these_pages_are_public():
    public = {name for name, view in own_routes().items() if is_open(view)}

    ours = {"health", "ready", "security_contact", "set_language", "feed", "referral_page"}
    ours |= {"phone_manifest", "phone_shell", "phone_worker"}
    assert {name.rpartition(":")[2] for name in public} == ours | OF_CERTIFICATES
    assert all(own_routes()[name].policy == PUBLIC for name in public)


@pytest.mark.rule("SEC-1")
def test_of_the_library_only_the_pages_before_sign_in_are_open():
    assert {
        name for name, _pattern, view in routes() if is_of_a_library(view) and is_open(view)
    } == {
        "account_login",
        "account_logout",
        "account_signup",
        "account_inactive",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "mfa_authenticate",
    }


@pytest.mark.rule("SEC-1")
def test_every_view_declares_its_policy():
    known = {PUBLIC, SIGNED_IN, *Permission}

    assert {
        name: getattr(view, "policy", None)
        for name, view in own_routes().items()
        if getattr(view, "policy", None) not in known
    } == {}


@pytest.mark.rule("SEC-1")
def test_sign_in_is_asked_for_wherever_the_policy_is_not_public():
    assert [
        name
        for name, view in own_routes().items()
        if is_open(view) is not (getattr(view, "policy", None) == PUBLIC)
    ] == []


def test_every_page_has_a_name_of_its_own():
    names = [name for name, _pattern, _view in routes()]

    assert [name for name in names if not name or names.count(name) > 1] == []


def test_every_view_is_a_function():
    assert [name for name, view in own_routes().items() if not inspect.isfunction(view)] == []


def test_there_is_no_page_of_an_administration_that_nobody_wrote():
    with pytest.raises(NoReverseMatch):
        reverse("admin:index")


def test_components_are_shown_in_development_only():
    assert "components" not in own_routes()
