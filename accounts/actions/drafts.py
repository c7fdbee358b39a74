"""What somebody had typed and not sent: kept on the server, for them alone."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Draft, User

MOST_FIELDS = 200
LONGEST = 60_000  # characters of all answers together
LONGEST_ADDRESS = 300
MOST_DRAFTS = 100  # of one user: the oldest goes first
SECRET = re.compile(r"passw|clave|otp|token|secret|^code$", re.IGNORECASE)
CARRIED = {"csrfmiddlewaretoken", "key", "version", "save", "borrador"}


class TooMuch(Exception):
    """More than any form asks for."""

    def __init__(self) -> None:
        super().__init__(_("This is more than a draft can hold."))


class OtherShape(Exception):
    """The answers are not those of a form."""


def is_secret(name: str) -> bool:
    """Whether a field may hold a password or a code: those are never kept."""
    return bool(SECRET.search(name))


def read_answers(body: bytes) -> dict[str, list[str]]:
    """The answers that a page sends: field → the values of it. Raises OtherShape, TooMuch."""
    try:
        answers = json.loads(body)
    except (ValueError, RecursionError):
        raise OtherShape from None
    if not isinstance(answers, dict) or not all(map(_is_answer, answers.values())):
        raise OtherShape
    return {
        _storable(name): [_storable(each) for each in values]
        for name, values in answers.items()
        if name not in CARRIED and not is_secret(name)
    }


def _is_answer(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(each, str) for each in values)


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def _place(form: str, target: str) -> dict[str, Any]:
    """Which form it is, as a database keeps it: the address of a page is anybody's to write."""
    return {"form": _storable(form)[:80], "target": _storable(target)[:120]}


def is_ours(address: str) -> bool:
    """Whether an address is the path of a page of Genesis."""
    if len(address) > LONGEST_ADDRESS or not address.startswith("/"):
        return False
    try:
        resolve(urlsplit(address).path)
    except (Resolver404, ValueError):
        return False
    return not address.startswith("//")


@transaction.atomic
def save_draft(
    *,
    form: str,
    target: str,
    answers: dict[str, list[str]],
    by: User,
    title: str = "",
    address: str = "",
) -> Draft:
    """Keep what somebody has typed so far, and on which page; the last counts. Raises TooMuch.

    An address that does not lead to a page of Genesis is not kept.
    """
    if len(answers) > MOST_FIELDS or len(json.dumps(answers)) > LONGEST:
        raise TooMuch
    draft, _new = Draft.objects.update_or_create(
        user=by,
        **_place(form, target),
        defaults={
            "answers": answers,
            "saved_at": timezone.now(),
            "title": _storable(title)[:100],
            "address": address if is_ours(address) else "",
        },
    )
    others = Draft.objects.filter(user=by).order_by("-saved_at", "-pk")
    Draft.objects.filter(pk__in=list(others.values_list("pk", flat=True)[MOST_DRAFTS:])).delete()
    return draft


def find_draft(*, form: str, target: str, by: User) -> Draft | None:
    """What they had typed there, unless it is too old to be of use."""
    return Draft.objects.of(by).filter(**_place(form, target)).first()


def discard_draft(*, form: str, target: str, by: User) -> None:
    """Forget what was typed: it was saved, or is not wanted."""
    Draft.objects.filter(user=by, **_place(form, target)).delete()
