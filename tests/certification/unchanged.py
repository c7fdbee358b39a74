"""What an action that refuses has left behind: nothing."""

from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from accounts.models import Activity
from beneficiaries.models import Assignment, ServiceRecord
from certification.models import Assessment


def rows():
    """All that an action could have written, as it now is: the rows of each table and their sum."""
    models = [*Assessment._meta.app_config.get_models(), Activity, Assignment, ServiceRecord]
    digests = " UNION ALL ".join(
        f"SELECT '{table}', count(*), sum(hashtextextended(t::text, 0)) FROM {table} t"
        for table in [model._meta.db_table for model in models]
    )
    with connection.cursor() as cursor:
        cursor.execute(digests)
        return {table: rest for table, *rest in cursor.fetchall()}


@contextmanager
def refusal(error, match=None):
    """The action raises `error` and leaves everything as it was."""
    before = rows()
    with pytest.raises(error, match=match), transaction.atomic():
        yield
    assert rows() == before
