"""Taking a workbook in, checking and importing it, as the pages and the worker do."""

import csv
from io import BytesIO
from pathlib import Path
from uuid import uuid4

from django.conf import settings as project
from django.core.files import File

from beneficiaries.actions import imports
from beneficiaries.jobs import run_import
from beneficiaries.models import (
    Case,
    Consent,
    Contact,
    HeadCount,
    IdentityDocument,
    IntakeNote,
    Person,
    ServiceRecord,
)
from genesis.lib.background import WorkState
from tests.beneficiaries.workbooks import content
from tests.factories.accounts import OrganizationFactory, UserFactory

DATA = Path(__file__).parent.parent / "data"
WORKBOOK = DATA / "registro_2022.xlsx"
WRITTEN = (Person, Case, Consent, Contact, HeadCount, IdentityDocument, IntakeNote, ServiceRecord)


def expected():
    """What the rules make of each row of the intake workbook (see test_imports)."""
    with (DATA / "registro_2022_expected.csv").open(encoding="utf-8") as file:
        return {row["row"]: row for row in csv.DictReader(file)}


def how_many():
    return {model.__name__: model.objects.count() for model in WRITTEN}


def read_in(content, **changes):
    """Take a workbook in and say that its columns are as proposed."""
    office = changes.pop("office", None) or OrganizationFactory()
    values = {
        "phase": None,
        "by": UserFactory(registrar=True, at=office),
        "name": f"{uuid4()}.xlsx",
    }
    file = File(BytesIO(content), name="registro.xlsx")
    batch = imports.read_in(file, office=office, **values | changes)
    return imports.confirm_mapping(batch, version=1, mapping=batch.mapping, by=batch.uploaded_by)


def run(batch, *, limit=20):
    """Run the job as often as it asks for, as a worker does."""
    for _each in range(limit):
        run_import(import_id=batch.pk)
        batch.refresh_from_db()
        if batch.work_state == WorkState.DONE:
            break
    return batch


def checked(*lines, **changes):
    return run(read_in(content(*lines), **changes))


def confirm(batch):
    return imports.confirm_import(batch, version=batch.version, by=batch.uploaded_by)


def imported(*lines, **changes):
    batch = checked(*lines, **changes)
    confirm(batch)
    return run(batch)


def outcomes(batch):
    return {row.sheet_row: row.outcome for row in batch.rows.order_by("sheet_row")}


def files_left():
    """The private files that lie in the storage."""
    return [path for path in Path(project.MEDIA_ROOT).rglob("*") if path.is_file()]
