"""Where allauth meets our rules: nobody signs up, and the seed of a second factor is encrypted."""

import base64
import time

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

from accounts.actions.history import record_activity


class AccountAdapter(DefaultAccountAdapter):
    """Users are made by administrators; what they do with their password leaves a trace."""

    def is_open_for_signup(self, request):
        return False

    def format_email_subject(self, subject):
        return f"Gene-Sis: {subject}"  # not the address of the server, which nobody knows

    def login(self, request, user):
        super().login(request, user)
        request.session["signed_in_at"] = int(time.time())

    @transaction.atomic
    def set_password(self, user, password):
        super().set_password(user, password)
        record_activity("user.password_changed", user, by=user)

    def _get_login_attempts_cache_key(self, request, **credentials):
        # By address of the network too: nobody keeps others out by guessing at their account.
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{self.get_client_ip(request)}:{key}"


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps TOTP seeds and recovery codes encrypted under a key of the installation."""

    def encrypt(self, text):
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self):
        return settings.MFA_TOTP_ISSUER


def _cipher():
    key = HKDF(SHA256(), 32, salt=None, info=b"genesis second factor")
    return Fernet(base64.urlsafe_b64encode(key.derive(settings.INSTALLATION_KEY.encode())))
