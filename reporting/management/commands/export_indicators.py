"""The same workbook as on the page, for whoever has the server's console."""

from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from reporting.actions import workbook_of
from reporting.rules import Period


class Command(BaseCommand):
    help = "Write the indicators of a period as a workbook."

    def add_arguments(self, parser):
        parser.add_argument("--from", dest="since", type=date.fromisoformat, required=True)
        parser.add_argument("--to", dest="until", type=date.fromisoformat, required=True)
        parser.add_argument("--out", type=Path, required=True)

    def handle(self, *, since, until, out, **options):
        if until < since:
            raise CommandError("--to comes before --from")
        period = Period(since, until)
        scope = _("The whole programme")
        content = workbook_of(period, known_at=timezone.now(), offices=None, scope=scope)
        out.write_bytes(content)
        self.stdout.write(f"{out}: {len(content)} bytes")
