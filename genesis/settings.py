"""Every setting of Genesis, read from the environment; `.env.example` lists them all.

A missing or wrong value stops the start with a sentence. Nothing here opens a
connection, writes a file or starts a process.
"""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

BASE_DIR = Path(__file__).resolve().parent.parent


def text(name: str, default: str | None = None) -> str:
    """The value of `name`, or the content of the file that `NAME_FILE` names."""
    file = os.environ.get(f"{name}_FILE")
    value = Path(file).read_text().strip() if file else os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(
            f"{name} is missing: set it, or {name}_FILE, in the environment."
        )
    return value


def flag(name: str, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value not in {"1", "0", "true", "false", "yes", "no"}:
        raise ImproperlyConfigured(f"{name} is {value!r}: it must be 1 or 0.")
    return value in {"1", "true", "yes"}


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit():
        raise ImproperlyConfigured(f"{name} is {value!r}: it must be a whole number.")
    return int(value)


# The installation

DEMO = flag("GENESIS_DEMO", False)
VAR = Path(text("GENESIS_VAR", str(BASE_DIR / "var"))).resolve()
SECRET_KEY = text("SECRET_KEY")
# Behind what is printed or was exported and cannot be made anew: it outlives SECRET_KEY.
INSTALLATION_KEY = text("INSTALLATION_KEY", "") or SECRET_KEY
SITE_URL = text("GENESIS_URL", "http://localhost:8000").rstrip("/")
HTTPS = SITE_URL.startswith("https://")
if not urlsplit(SITE_URL).hostname:
    raise ImproperlyConfigured(f"GENESIS_URL is {SITE_URL!r}: it must be an address with a host.")
# Under which name credentials are signed, and the folder with the private keys, which only the
# worker that signs may have: nothing that answers a browser reads it.
CREDENTIAL_ISSUER = text(
    "CREDENTIAL_ISSUER", f"did:web:{quote(urlsplit(SITE_URL).netloc, safe='')}"
)
if not CREDENTIAL_ISSUER.startswith("did:web:"):
    raise ImproperlyConfigured(
        f"CREDENTIAL_ISSUER is {CREDENTIAL_ISSUER!r}: it must begin with did:web:."
    )
SIGNING_KEYS = Path(text("SIGNING_KEYS", str(VAR / "keys"))).resolve()
# The seal in the PDF of a certificate, as PKCS #12; without it none is sealed.
_seal = text("CERTIFICATE_SEAL", "")
CERTIFICATE_SEAL = Path(_seal).resolve() if _seal else None
# The paper of certificates: A4, or Letter where printers have that.
CERTIFICATE_PAPER = text("CERTIFICATE_PAPER", "A4")
if CERTIFICATE_PAPER not in {"A4", "Letter"}:
    raise ImproperlyConfigured(f"CERTIFICATE_PAPER is {CERTIFICATE_PAPER!r}: A4 or Letter.")
CERTIFICATE_SEAL_PASSWORD = text("CERTIFICATE_SEAL_PASSWORD", "")
# Whom somebody tells who found a weakness: what /.well-known/security.txt names.
SECURITY_CONTACT = text("SECURITY_CONTACT", "")
if SECURITY_CONTACT and not SECURITY_CONTACT.startswith(("mailto:", "https://", "tel:")):
    raise ImproperlyConfigured(
        f"SECURITY_CONTACT is {SECURITY_CONTACT!r}: it must begin with mailto:, https:// or tel:."
    )

DEBUG = flag("DEBUG", False)
ALLOWED_HOSTS = text("ALLOWED_HOSTS", f"{urlsplit(SITE_URL).hostname},localhost,127.0.0.1").split(
    ","
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]
PHONE_OF_HELP = text("GENESIS_HELP_PHONE", "")

# Applications

FIRST_PARTY_APPS = ["accounts", "beneficiaries", "certification", "reporting"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "phonenumber_field",
    "genesis",
    *FIRST_PARTY_APPS,
    *(["demo"] if DEMO else []),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "accounts.middleware.PrivateResponseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.OriginMiddleware",
    "accounts.middleware.SessionLimitMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SignInMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "accounts.middleware.DraftMiddleware",
    "accounts.middleware.ConflictMiddleware",
    "accounts.middleware.DefaultDenyMiddleware",
    "beneficiaries.middleware.MergedFileMiddleware",
]
ROOT_URLCONF = "genesis.urls"
WSGI_APPLICATION = "genesis.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.navigation.navigation",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The database

try:
    _database = conninfo_to_dict(text("DATABASE_URL"))
except ProgrammingError as error:
    raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {error}") from None
_limits = {}
if flag("DATABASE_LIMITS", True):
    _limits["options"] = (
        "-c statement_timeout=20s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"
    )
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database.pop("dbname", "genesis"),
        "HOST": _database.pop("host", ""),
        "PORT": _database.pop("port", ""),
        "USER": _database.pop("user", ""),
        "PASSWORD": _database.pop("password", ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": not flag("DATABASE_CURSORS", True),
        "OPTIONS": {**_limits, **_database},
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "genesis_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},  # limits of sign-in and of the public check
    },
    "memory": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# Who is there

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "accounts.rules.MaximumLengthValidator"},
    {"NAME": "accounts.rules.PredictablePasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
LIBRARY_VIEWS = ("allauth.",)
MFA_REQUIRED = flag("MFA_REQUIRED", True)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_TOTP_ISSUER = "Gene-Sis"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/h/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = number("TRUSTED_PROXIES", 0)
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=24).total_seconds())
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_IDLE = timedelta(minutes=number("SESSION_IDLE_MINUTES", 30))

# What the browser may do

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "genesis.views.csrf_failure"
if HTTPS:
    SECURE_SSL_REDIRECT = flag("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = ["^salud/$", "^listo/$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = number("SECURE_HSTS_SECONDS", 2 * 365 * 24 * 3600)
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
# HSTS for subdomains and preload are each installation's own choice.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 600
DATA_UPLOAD_MAX_NUMBER_FILES = 10
UPLOAD_LIMIT = 10 * 1024 * 1024

# Words, numbers and days

LANGUAGE_CODE = "es"
LANGUAGES = [("es", _("Spanish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["genesis.formats"]
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "America/El_Salvador"
USE_TZ = True
PHONENUMBER_DEFAULT_REGION = "SV"
PHONENUMBER_DEFAULT_FORMAT = "INTERNATIONAL"

# Files

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR / "files"
STORAGES = {
    "default": {"BACKEND": "genesis.lib.storage.PrivateStorage"},
    "private": {"BACKEND": "genesis.lib.storage.PrivateStorage"},
    "staticfiles": {"BACKEND": "genesis.lib.static_files.StaticStorage"},
}

# Mail: only to staff, and only what sign-in needs

DEFAULT_FROM_EMAIL = SERVER_EMAIL = text("EMAIL_FROM", "Gene-Sis <no-reply@localhost>")
MAIL_FOLDER = VAR / "mail"
if DEMO or not text("EMAIL_HOST", ""):
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(MAIL_FOLDER)},
        }
    }
else:
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": text("EMAIL_HOST"),
                "port": number("EMAIL_PORT", 587),
                "username": text("EMAIL_USER", ""),
                "password": text("EMAIL_PASSWORD", ""),
                "use_tls": flag("EMAIL_TLS", True),
                "timeout": 10,
            },
        }
    }

# Work in the background

REDIS_URL = text("REDIS_URL", "")
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, str | float]
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 600,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 2,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR / "broker" / "messages"),
        "data_folder_out": str(VAR / "broker" / "messages"),
        "control_folder": str(VAR / "broker" / "control"),
        "polling_interval": 0.1,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 240
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
# What needs a private key has a queue, and in an installation a worker, of its own.
CELERY_TASK_ROUTES = {
    "certification.tasks.render_certificate": {"queue": "signing"},
    "certification.tasks.sign_status_list": {"queue": "signing"},
    "certification.tasks.make_archive": {"queue": "signing"},
    "certification.tasks.print_duplicate": {"queue": "signing"},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "ask again for certificates": {
        "task": "certification.jobs.render_missing_certificates",
        "schedule": timedelta(minutes=1),
    },
    "ask again for certificates in one file, and erase the old ones": {
        "task": "certification.jobs.see_to_bundles",
        "schedule": timedelta(minutes=1),
    },
    "ask again for paper forms, and erase the old ones": {
        "task": "certification.jobs.see_to_paper_forms",
        "schedule": timedelta(minutes=1),
    },
    "ask again for lists of revoked certificates": {
        "task": "certification.jobs.sign_changed_lists",
        "schedule": timedelta(minutes=1),
    },
    "ask for the archive of the year that is over": {
        "task": "certification.jobs.see_to_archives",
        "schedule": timedelta(hours=1),
    },
    "ask again for mails about a new PIN": {
        "task": "certification.jobs.mail_waiting_returns",
        "schedule": timedelta(minutes=5),
    },
    "look for whoever has two parts in one assessment": {
        "task": "certification.jobs.look_for_two_parts",
        "schedule": timedelta(hours=12),
    },
    "ask again for mails about emergency accesses": {
        "task": "beneficiaries.jobs.mail_waiting_notices",
        "schedule": timedelta(minutes=1),
    },
    "leave late referrals to coordination": {
        "task": "beneficiaries.jobs.leave_late_referrals",
        "schedule": timedelta(minutes=5),
    },
    "ask again for imports": {
        "task": "beneficiaries.jobs.run_waiting_imports",
        "schedule": timedelta(minutes=1),
    },
    "ask again for copies of people's data, and erase the old ones": {
        "task": "beneficiaries.jobs.see_to_rights_files",
        "schedule": timedelta(minutes=1),
    },
    "ask again for files of lists, and erase the old ones": {
        "task": "beneficiaries.jobs.see_to_exports",
        "schedule": timedelta(minutes=1),
    },
    "ask again for actions on many people": {
        "task": "beneficiaries.jobs.run_waiting_actions",
        "schedule": timedelta(minutes=1),
    },
    "propose what is kept too long": {
        "task": "beneficiaries.jobs.propose_erasures",
        "schedule": timedelta(hours=12),
    },
    "erase what two people approved": {
        "task": "beneficiaries.jobs.run_approved_erasures",
        "schedule": timedelta(minutes=5),
    },
    "erase evidence that belongs to nobody": {
        "task": "certification.jobs.sweep_evidence",
        "schedule": timedelta(hours=6),
    },
    "erase files that belong to nobody": {
        "task": "beneficiaries.jobs.sweep_files",
        "schedule": timedelta(hours=6),
    },
    "clear old lists of attendance": {
        "task": "beneficiaries.jobs.clear_old_sheets",
        "schedule": timedelta(hours=6),
    },
    "begin missing safety protocols": {
        "task": "beneficiaries.jobs.raise_missing_alarms",
        "schedule": timedelta(minutes=1),
    },
    "ask again for reports": {
        "task": "reporting.jobs.write_missing_reports",
        "schedule": timedelta(minutes=1),
    },
}

# What the programme may set

IMPORT_MAX_ROWS = number("IMPORT_MAX_ROWS", 20_000)
# Papers and photos of a person: how many, and how large a picture or a PDF may be.
FILES_PER_PERSON = number("FILES_PER_PERSON", 50)
PICTURE_MAX = number("PICTURE_MAX_MEGAPIXELS", 50) * 1_000_000
PICTURE_MAX_SIDE = number("PICTURE_MAX_SIDE", 9_999)
PAPER_MAX_PAGES = number("PAPER_MAX_PAGES", 200)
# Open cases of one caseworker: below the first there is room, above the second it is too much.
USUAL_CASELOAD = number("CASELOAD_FROM", 60), number("CASELOAD_TO", 80)
# Days within which the merge of two files can be undone.
MERGE_UNDO_DAYS = number("MERGE_UNDO_DAYS", 30)
# For how long the copy of a person's data can be handed out after it was made.
RIGHTS_FILE_KEPT = timedelta(days=number("RIGHTS_FILE_DAYS", 5))
# For how long the file of a list of people can be fetched after it was made.
LIST_EXPORT_KEPT = timedelta(days=number("LIST_EXPORT_DAYS", 3))
# For how long a list of attendance waits to be confirmed, and its rows to be corrected.
ATTENDANCE_SHEET_KEPT = timedelta(days=number("ATTENDANCE_SHEET_DAYS", 14))
# Months after the last case closed: of what is protected (D4 to D6), and of all the rest.
RETENTION_MONTHS_SENSITIVE = number("RETENTION_MONTHS_SENSITIVE", 12)
RETENTION_MONTHS = number("RETENTION_MONTHS", 60)
# Days for which somebody who was taken off a list is not proposed again.
RETENTION_HOLD_DAYS = number("RETENTION_HOLD_DAYS", 365)
# Working days to triage a complaint, and to answer it; a restricted one is triaged the next day.
COMPLAINT_DAYS = number("COMPLAINT_TRIAGE_DAYS", 3), number("COMPLAINT_ANSWER_DAYS", 15)
# Of the sessions of a group, how many per cent somebody has to come to in order to complete it.
GROUP_COMPLETION_PERCENT = number("GROUP_COMPLETION_PERCENT", 80)
# Days after «not yet competent» from which another attempt may be begun without a training, and
# for how many an instrument that was met counts in it.
REASSESSMENT_DAYS = number("REASSESSMENT_DAYS", 15)
CARRIED_OVER_DAYS = number("CARRIED_OVER_DAYS", 180)
# Portfolios of each evaluator that are verified item by item before some are drawn, and then one
# of how many.
VERIFIED_CLOSELY_FIRST = number("VERIFIED_CLOSELY_FIRST", 10)
VERIFIED_CLOSELY_ONE_OF = number("VERIFIED_CLOSELY_ONE_OF", 5)
# For how long a telephone may show an assessment that it took to the field.
FIELD_PACKAGE_KEPT = timedelta(hours=number("FIELD_PACKAGE_HOURS", 72))
# From how many days before its end the expiry of an accreditation is told, and told as urgent.
ACCREDITATION_NOTICE_DAYS = number("ACCREDITATION_NOTICE_DAYS", 90)
ACCREDITATION_URGENT_DAYS = number("ACCREDITATION_URGENT_DAYS", 30)
# From how many days before its end a certificate can be renewed, which is told, and told as urgent.
RENEWAL_NOTICE_DAYS = number("RENEWAL_NOTICE_DAYS", 90)
RENEWAL_URGENT_DAYS = number("RENEWAL_URGENT_DAYS", 30)
# How many files somebody may open in an emergency on one day.
BREAK_GLASS_PER_DAY = number("BREAK_GLASS_PER_DAY", 3)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "fontTools": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
        "weasyprint.progress": {"level": "WARNING"},
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},
    },
}
