"""What an action that refuses has left behind: nothing."""

from contextlib import contextmanager

import pytest

from accounts.models import Activity
from beneficiaries.models import Assignment, ServiceRecord
from certification.models import Assessment
from tests.unchanged import sums_of


def rows():
    """All that an action could have written, as it now is."""
    models = Assessment._meta.app_config.get_models()
    return sums_of([*models, Activity, Assignment, ServiceRecord])


@contextmanager
def refusal(error, match=None):
    """The action raises `error` and leaves everything as it was."""
    before = rows()
    with pytest.raises(error, match=match):  # an action takes back itself what it has begun
        yield
    assert rows() == before
