"""The intake workbook as field offices send it, through the command and the actions."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from beneficiaries.models import Person

WORKBOOK = Path(__file__).parent.parent / "data" / "registro_2022.xlsx"
pytestmark = pytest.mark.django_db


def run(*options):
    out = StringIO()
    call_command("import_intake", str(WORKBOOK), "--json", *options, stdout=out)
    return json.loads(out.getvalue())


def test_the_command_accounts_for_every_row():
    report = run()

    assert report["rows"] == sum(report["outcome"].values()) == len(report["by_row"]) == 640
    assert report["outcome"]["new"] == sum(report["eligibility"].values()) == Person.objects.count()
    assert report["outcome"] == {
        "new": 523,
        "duplicate": 21,
        "possible_duplicate": 40,
        "error": 42,
        "no_consent": 14,
    }
    assert report["eligibility"] == {
        "eligible": 262,
        "not_certification_track": 252,
        "pending": 9,
    }
