"""Check a yearly archive with a DID document alone, also where the site is gone."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from certification.documents.archive import NoSuchArchive, check
from genesis.lib.proofs import NotToBeReleased


class Command(BaseCommand):
    help = "Say whether an archive holds what keys of a DID document signed."

    def add_arguments(self, parser):
        parser.add_argument("archive", type=Path)
        parser.add_argument("did", type=Path, help="did.json, kept from a source that is trusted")

    def handle(self, *, archive, did, **options):
        try:
            files = check(archive.read_bytes(), did=json.loads(did.read_bytes()))
        except (NoSuchArchive, NotToBeReleased) as error:
            raise CommandError(f"Not to be believed: {error}") from error
        self.stdout.write(f"Signed and whole: {', '.join(files)}")
