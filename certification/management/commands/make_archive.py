"""Have the yearly archive made now, by the worker that signs."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from certification.actions.archives import ask_for_archive


class Command(BaseCommand):
    help = (
        "Make the signed archive of a year. That of a year which is over is made once;"
        " that of this year as it is now."
    )

    def add_arguments(self, parser):
        parser.add_argument("--year", type=int, help="this year, unless another one is named")

    def handle(self, *, year, **options):
        today = timezone.localdate()
        year = year or today.year
        if not 2000 <= year <= today.year:
            raise CommandError("Name a year that has begun.")
        archive = ask_for_archive(year)
        state = "is there" if archive.is_final else "is asked for"
        self.stdout.write(f"The archive of {year} {state}: /archivo/{year}.zip")
