"""The first step of an installation: somebody who can make all other users."""

import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.actions.users import create_admin


class Command(BaseCommand):
    help = "Make the first administrator; asks for what is not given."

    def add_arguments(self, parser):
        parser.add_argument("email", nargs="?")
        parser.add_argument("first_name", nargs="?")
        parser.add_argument("last_name", nargs="?")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    def handle(self, *, email, first_name, last_name, password_stdin, **options):
        email = email or input("E-mail: ")
        first_name = first_name or input("Given names: ")
        last_name = last_name or input("Surnames: ")
        password = input() if password_stdin else getpass.getpass("Password: ")
        try:
            validate_password(password)
            create_admin(email=email, password=password, first_name=first_name, last_name=last_name)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"{email} is an administrator.")
