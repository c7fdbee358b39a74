from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from certification.actions.standards import AlreadyPublished, load_standard
from certification.rules.standards import InvalidStandard


class Command(BaseCommand):
    help = (
        "Load competency standards from their files as drafts, which a committee approves and"
        " publishes in the browser; safe to run again."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "files", nargs="*", type=Path, help="without any, those that come with Genesis"
        )

    def handle(self, *, files, **options):
        for file in files or sorted((settings.BASE_DIR / "data" / "standards").glob("*.yaml")):
            try:
                version = load_standard(file.read_bytes())
            except AlreadyPublished as problem:
                if files:
                    raise CommandError(f"{file}: {problem}") from problem
                self.stdout.write(f"{file.name}: {problem}")
                continue  # what a committee changed before it published it holds
            except (InvalidStandard, OSError) as problem:
                raise CommandError(f"{file}: {problem}") from problem
            self.stdout.write(f"{version}: {version.get_state_display()}")
            for warning in version.warnings:
                self.stdout.write(f"  {warning}")
