"""Synthetic people with a believable history, for `make demo`."""

import os

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.models import User
from accounts.roles import Role
from demo.cast import OTHERS, address, make_cast
from demo.story import Story

SEED = 2026


class Command(BaseCommand):
    help = "Load the demo's people once; nothing happens when they are there."

    def add_arguments(self, parser):
        parser.add_argument("--accounts", action="store_true", help="print the accounts, and end")
        parser.add_argument(
            "--set-password", action="store_true", help="give all accounts the demo's password"
        )

    def handle(self, *, accounts, set_password, **options):
        if accounts:
            self._print_accounts()
        elif set_password:
            self._set_password()
        elif User.objects.filter(email=address(Role.ADMINISTRATOR)).exists():
            self.stdout.write("The demo's people are there already.")
        else:
            with transaction.atomic():
                cast = make_cast()
                Story(cast, seed=SEED, tell=self._tell).play()

    def _tell(self, text):
        self.stdout.write(text)
        self.stdout.flush()

    def _print_accounts(self):
        names = {role.value: role.label for role in Role}
        names |= {name: role.label for name, role, *_rest in OTHERS}
        for name, label in names.items():
            self.stdout.write(f"  {address(name):40} {label}")

    def _set_password(self):
        for user in User.objects.filter(email__endswith=address("")):
            user.set_password(os.environ["GENESIS_DEMO_PASSWORD"])
            user.save(update_fields=["password"])
