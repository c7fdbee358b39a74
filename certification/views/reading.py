"""Reading what telephones send: plain JSON, held to what a telephone writes."""

import json
import re

from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _

from certification.actions.records import Record
from certification.choices import RecordKind
from certification.forms.phones import RecordForm
from certification.models.evidence import SUM

MOST_BYTES = 256 * 1024  # of one request
MOST_RECORDS, MOST_OF_RECORD = 50, 10_000
MOST_FILES = 20  # that one record announces


class Unreadable(Exception):
    """What came is not what a telephone sends."""

    def __init__(self, reason, status=422):
        super().__init__(reason)
        self.status = status


def read_object(request):
    """The object that was sent, of whatever it is made."""
    if request.content_type != "application/json":
        raise Unreadable(_("This is not what a telephone sends."))
    try:
        body = request.body
    except RequestDataTooBig:
        body = None
    if body is None or len(body) > MOST_BYTES:
        raise Unreadable(_("That is too much at once."), 413)
    return object_in(body)


def object_in(text):
    """The object that a text holds."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Unreadable(_("This is not what a telephone sends."))
    return found


def filled_in(form_class, sent):
    """The answers of a form to what was sent; only plain texts and numbers are answers."""
    plain = {name: str(each) for name, each in sent.items() if type(each) in {str, int}}
    form = form_class(plain)
    if not form.is_valid():
        names = [f"{name}: {error}" for name, errors in form.errors.items() for error in errors]
        raise Unreadable(" ".join(names))
    return form.cleaned_data


def listed(sent):
    """The records that were sent, at most so many."""
    found = sent.get("records")
    if not isinstance(found, list) or not found:
        raise Unreadable(_("This is not what a telephone sends."))
    if len(found) > MOST_RECORDS:
        raise Unreadable(_("That is too much at once."), 413)
    return found


def read_record(raw, clock_off):
    """One record: what was signed, and what stands in it."""
    body, signature = _signed(raw)
    said = object_in(body)
    answers = filled_in(RecordForm, said)
    return Record(
        id=answers["id"],
        assessment=answers["assessment"],
        kind=RecordKind(answers["kind"]),
        seq=answers["seq"],
        body=body,
        signature=signature,
        item=answers["item"],
        value=answers["value"],
        note=answers["note"],
        noted_at=answers["at"],
        clock_off=clock_off,
        read_aloud=answers["read_aloud"] == "1",
        sha256=answers["sha256"],
        files=_sums(said, "files"),
        without=_sums(said, "without"),
    )


def _sums(said, name):
    """The files that a record announces, or takes back, each by its SHA-256."""
    found = said.get(name, [])
    if not isinstance(found, list) or len(found) > MOST_FILES:
        raise Unreadable(_("This is not what a telephone sends."))
    if not all(isinstance(each, str) and re.fullmatch(SUM, each) for each in found):
        raise Unreadable(_("This is not what a telephone sends."))
    return tuple(found)


def _signed(raw):
    if isinstance(raw, dict):
        body, signature = raw.get("body"), raw.get("signature")
        if isinstance(body, str) and isinstance(signature, str) and _can_be_kept(body, signature):
            return body, signature
    raise Unreadable(_("This is not what a telephone sends."))


def _can_be_kept(body, signature):
    """Half characters cannot be signed, and nothing that we write is so long."""
    try:
        return len(body.encode()) <= MOST_OF_RECORD and len(signature.encode()) <= 120
    except UnicodeEncodeError:
        return False


def id_of(raw):
    """The id by which a telephone knows a record that could not be read otherwise."""
    try:
        return str(object_in(raw["body"])["id"])[:36]
    except (Unreadable, KeyError, TypeError):
        return ""
