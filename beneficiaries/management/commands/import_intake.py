"""The same import as on the page, for whoever has the server's console."""

import json
from collections import Counter
from pathlib import Path
from uuid import uuid4

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import Organization
from beneficiaries.actions import imports
from beneficiaries.actions.reference import HEAD_OFFICE, load_reference
from beneficiaries.choices import ImportStage, RowOutcome, Track
from beneficiaries.models import Department, PeopleImport, Phase
from beneficiaries.rules.spreadsheet import UnreadableWorkbook


class Command(BaseCommand):
    help = "Import the people of an intake workbook; the same file a second time adds nothing."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only say what would come of it")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
        parser.add_argument("--office", default=HEAD_OFFICE, help="code of the office")
        parser.add_argument("--phase", help="code of the phase (default: by each row's day)")

    def handle(self, *, file, dry_run, office, phase, **options):
        if not Department.objects.exists():
            load_reference()
        office = self._get(Organization, office)
        phase = self._get(Phase, phase) if phase else None
        try:
            report = self._run(file, office=office, phase=phase, writes=not dry_run)
        except (OSError, UnreadableWorkbook) as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=1))
        else:
            self._print(report)

    def _get(self, model, code):
        found = model.objects.filter(code=code).first()
        if found is None:
            codes = ", ".join(model.objects.order_by("code").values_list("code", flat=True))
            raise CommandError(f"There is no {code!r}. There are: {codes}")
        return found

    def _run(self, path, *, writes, **whose):
        """Check the rows, and write them unless this is a dry run or the file came before."""
        try:
            return self._read(path, writes=writes, **whose)
        except imports.AlreadyImported:  # by somebody who was faster by a moment
            return self._read(path, writes=False, **whose)

    def _read(self, path, **options):
        kept = f"{uuid4()}.xlsx"
        try:
            with path.open("rb") as opened:
                file = File(opened, name=path.name)
                return self._import(file, kept, **options)
        finally:
            # Whatever happens: the file may hold people who did not agree to be registered.
            column = PeopleImport._meta.get_field("file")
            column.storage.delete(column.generate_filename(None, kept))

    def _import(self, file, kept, *, writes, **whose):
        with transaction.atomic():
            batch = imports.read_in(file, **whose, by=None, name=kept)
            imports.confirm_mapping(batch, version=1, mapping=batch.mapping, by=None)
            batch.refresh_from_db()
            imports.advance_import(batch)
            report = self._report(batch)
            if not writes or imports.was_imported(batch):
                transaction.set_rollback(True)
                return report
            batch.refresh_from_db()
            imports.confirm_import(batch, version=batch.version, by=None)
            while batch.state != ImportStage.IMPORTED:
                batch = PeopleImport.objects.get(pk=batch.pk)
                imports.advance_import(batch)
                batch.refresh_from_db()
        return report

    def _report(self, batch):
        rows = list(batch.rows.order_by("sheet_row"))
        outcomes = Counter(row.outcome for row in rows)
        tracks = Counter(row.eligibility for row in rows if row.eligibility)
        return {
            "rows": len(rows),
            "outcome": {each: outcomes[each] for each in RowOutcome.values},
            "eligibility": {each: tracks[each] for each in Track.values},
            "by_row": {
                str(row.sheet_row): {
                    "outcome": row.outcome,
                    "eligibility": row.eligibility or None,
                    "reason": row.reason,
                }
                for row in rows
            },
        }

    def _print(self, report):
        self.stdout.write(f"rows: {report['rows']}")
        for name in ("outcome", "eligibility"):
            for each, count in report[name].items():
                self.stdout.write(f"{each}: {count}")
        for number, row in report["by_row"].items():
            if row["outcome"] in {RowOutcome.ERROR, RowOutcome.POSSIBLE_DUPLICATE}:
                self.stdout.write(f"row {number}: {row['outcome']}: {row['reason']}")
