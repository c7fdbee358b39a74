"""Every page of every role, opened once at every width."""

import pytest

from accounts.roles import Role
from tests.browser.pages.walking import look_at_all_pages

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role)
def test_every_page_of_a_role_reads_well_at_every_width(visit, opened, walked, role):
    look_at_all_pages(visit(role), role, opened=opened)
    walked.add(role)
