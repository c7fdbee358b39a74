"""A hundred thousand invented people, written by sets, with one caseworker who accompanies some."""

import json
import random
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core import signing
from django.db import connection
from django.middleware.csrf import _get_new_csrf_string, _mask_cipher_secret

from accounts.models import Organization, RoleAssignment, User
from accounts.roles import Role
from beneficiaries.actions.reference import load_reference
from beneficiaries.models import (
    Assignment,
    Case,
    Consent,
    Contact,
    District,
    IdentityDocument,
    LookupValue,
    Notice,
    Person,
    Phase,
    Trip,
    WorkExperience,
)
from beneficiaries.rules.identity import dui_check_digit
from genesis.lib.search import name_columns

NAMES = json.loads((settings.BASE_DIR / "demo" / "data" / "names.json").read_text())
ACCOMPANIED = 300


@dataclass
class People:
    """Who is asked for, and as whom."""

    ids: list
    cookies: str
    bare_cookies: str  # the same user, by the backend that the floor knows
    csrf: str
    country: int


def fill(count):
    """Write what is missing, and sign the caseworker in."""
    load_reference()
    office = Organization.objects.get(code="central")
    user = User.objects.filter(email="bench@demo.test").first()
    if user is None:
        user = User.objects.create_user(
            "bench@demo.test", str(uuid4()), first_name="B", last_name="B"
        )
        RoleAssignment.objects.create(
            user=user, role=Role.CASEWORKER, organization=office, valid_from=date(2020, 1, 1)
        )
    have = Person.objects.count()
    chance = random.Random(have)  # noqa: S311
    for start in range(have, count, 5000):
        _write(range(start, min(start + 5000, count)), office, chance)
        print(f"{min(start + 5000, count)} people", flush=True)
    for person in Person.objects.order_by("pk")[:ACCOMPANIED]:
        Assignment.objects.get_or_create(
            person=person, user=user, kind="caseworker", defaults={"valid_from": date(2020, 1, 1)}
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    ids = [
        str(each)
        for each in Person.objects.order_by("pk").values_list("public_id", flat=True)[:ACCOMPANIED]
    ]
    csrf = _get_new_csrf_string()
    backends = [settings.AUTHENTICATION_BACKENDS[0], "django.contrib.auth.backends.ModelBackend"]
    cookies, bare = (_sign_in(user, backend, csrf) for backend in backends)
    country = LookupValue.objects.get(list="countries", code="US").pk
    return People(ids, cookies, bare, _mask_cipher_secret(csrf), country)


def _write(places, office, chance):
    districts = list(District.objects.all())
    phase, notice = Phase.objects.order_by("-starts_on").first(), Notice.objects.first()
    country = LookupValue.objects.get(list="countries", code="US")
    people = []
    for place in places:
        given = " ".join(chance.sample(NAMES["female" if place % 2 else "male"], 2))
        surnames = " ".join(chance.sample(NAMES["surnames"], 2))
        people.append(
            Person(
                file_number=f"GS-2025-{place:05}"
                if place < 100_000
                else f"GS-2024-{place:05}"[:13],
                given_names=given,
                surnames=surnames,
                **name_columns(given, surnames),
                birth_date=date(1965, 1, 1) + timedelta(days=chance.randrange(15_000)),
                birth_precision="day",
                sex="FM"[place % 2],
                population="returnee",
                office=office,
                district=chance.choice(districts),
                registered_on=date(2025, 1, 1) + timedelta(days=chance.randrange(600)),
                status="returned_us",
                sector="construction",
            )
        )
    Person.objects.bulk_create(people, batch_size=1000)
    IdentityDocument.objects.bulk_create(
        (
            IdentityDocument(person=each, doc_type="dui", status="valid", number=_dui(place))
            for place, each in zip(places, people, strict=True)
        ),
        batch_size=1000,
    )
    Contact.objects.bulk_create(
        (
            Contact(
                person=each,
                phone_1=f"+5037{place:07}",
                phone_1_owner="own",
                allowed_channels=["call"],
            )
            for place, each in zip(places, people, strict=True)
        ),
        batch_size=1000,
    )
    Case.objects.bulk_create(
        (
            Case(
                person=each,
                office=office,
                phase=phase,
                opened_on=each.registered_on,
                certification_track="eligible",
                outcome="eligible",
                state="eligible",
            )
            for each in people
        ),
        batch_size=1000,
    )
    Consent.objects.bulk_create(
        (
            Consent(
                person=each,
                purpose="registration",
                granted=True,
                channel="paper_signed",
                notice=notice,
            )
            for each in people
        ),
        batch_size=1000,
    )
    Trip.objects.bulk_create(
        (
            Trip(
                person=each,
                return_country=country,
                return_date=date(2024, 6, 1),
                return_precision="day",
            )
            for each in people
        ),
        batch_size=1000,
    )
    WorkExperience.objects.bulk_create(
        (
            WorkExperience(
                person=each,
                country=country,
                sector="construction",
                position="Albañilería",
                start_date=date(2019, 1, 1),
                start_precision="day",
                end_date=date(2023, 1, 1),
                end_precision="day",
            )
            for each in people
        ),
        batch_size=1000,
    )


def _dui(place):
    first = f"9{place:07}"
    return f"{first}-{dui_check_digit(first)}"


def _sign_in(user, backend, csrf):
    """The cookies that signing in would leave in the browser."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = backend
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    seen = signing.dumps(session.session_key, salt="last_seen")
    return f"sessionid={session.session_key}; last_seen={seen}; csrftoken={csrf}"
