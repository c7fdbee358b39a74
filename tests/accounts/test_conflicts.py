"""What a view does not say of an old page, the middleware does."""

import pytest
from django.urls import path

from genesis.lib.policy import signed_in
from genesis.lib.states import OtherContent, StaleRecord
from genesis.urls import *  # noqa: F403  (the site, with two views more)
from genesis.urls import urlpatterns as site
from tests.factories.accounts import UserFactory


@signed_in
def stale(request):
    raise StaleRecord("PC-2026-000001")


@signed_in
def other(request):
    raise OtherContent("dos veces")


urlpatterns = [*site, path("prueba/vieja/", stale), path("prueba/otra/", other)]


@pytest.mark.django_db
@pytest.mark.urls("tests.accounts.test_conflicts")
@pytest.mark.rule("SEC-15", "SEC-24")
@pytest.mark.parametrize("address", ["/prueba/vieja/", "/prueba/otra/"])
def test_a_conflict_that_a_view_forgot_is_a_409_without_internals(client, address):
    client.force_login(UserFactory(caseworker=True))

    response = client.post(address)

    assert response.status_code == 409
    assert "PC-2026-000001" not in response.content.decode()
    assert "Traceback" not in response.content.decode()
