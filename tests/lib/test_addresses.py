"""The addresses of the rows of a list."""

from uuid import uuid4

import pytest
from django.urls import reverse

from genesis.lib.addresses import address_of


@pytest.mark.parametrize("page", ["beneficiaries:person_detail", "beneficiaries:person_change"])
def test_it_is_what_reverse_says(page):
    for public_id in (uuid4(), uuid4()):
        assert address_of(page, public_id) == reverse(page, args=[public_id])
