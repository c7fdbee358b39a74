"""Make the key with which credentials are signed, where the worker that signs is."""

from django.core.management.base import BaseCommand

from certification.actions.signing_keys import take_key
from certification.models import SigningKey
from genesis.lib.signing_keys import make_key


class Command(BaseCommand):
    help = "Make a signing key in SIGNING_KEYS and use it from now on; the one before is retired."

    def add_arguments(self, parser):
        parser.add_argument(
            "--if-missing", action="store_true", help="do nothing when a key is in use already"
        )

    def handle(self, *, if_missing, **options):
        if if_missing and SigningKey.objects.active().exists():
            self.stdout.write("A key is in use already.")
            return
        self.stdout.write(f"In use from now on: {take_key(make_key())}")
