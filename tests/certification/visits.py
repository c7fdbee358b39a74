"""Who looks at the pages of certification in its tests, and what waits there for them."""

from django.test import Client

from accounts.models import User
from certification.contributions import today
from tests.factories.accounts import UserFactory


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def coordination_of(assessment):
    """Who coordinates the office that holds the file of who is assessed."""
    return UserFactory(coordinator=True, at=assessment.person.office)


def lines_of(user):
    """What stands on «Hoy» for somebody who has just signed in."""
    return [line for block in today.blocks(User.objects.get(pk=user.pk)) for line in block.lines]
