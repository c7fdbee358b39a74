from django.core.management.base import BaseCommand

from beneficiaries.actions.reference import load_reference


class Command(BaseCommand):
    help = "Load territory, code lists, phases and the privacy notice; safe to run again."

    def handle(self, **options):
        load_reference()
        self.stdout.write("Reference data loaded.")
