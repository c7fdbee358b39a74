"""End a key: retired, or because somebody else may have it."""

from django.core.management.base import BaseCommand, CommandError

from certification.actions.signing_keys import give_up_key, retire_key
from certification.models import SigningKey
from genesis.lib.signing_keys import forget_key


class Command(BaseCommand):
    help = (
        "Sign nothing more with a key and delete its private part. With --compromised it is trusted"
        " no more, and the certificates that are to be issued anew are named."
    )

    def add_arguments(self, parser):
        parser.add_argument("key", help="the public part, as it stands in /.well-known/did.json")
        parser.add_argument("--compromised", action="store_true")

    def handle(self, *, key, compromised, **options):
        found = SigningKey.objects.filter(public=key).first()
        if found is None:
            raise CommandError(f"There is no key {key}.")
        affected = give_up_key(found) if compromised else []
        if not compromised:
            retire_key(found)
        forget_key(key)
        self.stdout.write(f"{key} signs nothing more.")
        for each in affected:
            self.stdout.write(f"To be issued anew: {each.folio}")
        if not SigningKey.objects.active().exists():
            self.stdout.write("No key is in use: make_signing_key makes one.")
