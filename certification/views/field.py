"""What telephones ask and send, under /evaluar/campo/: JSON, never a redirect.

An ended session is 401, and the telephone keeps what it has. Of each record the
answer says what became of it: 201 stored, 200 stored before, 409 kept as a conflict,
and otherwise why it was refused; several at once are answered 207, each with its own.
"""

import json
from functools import wraps

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from certification.actions import phones, records
from certification.actions.refusals import NotPossible, NotYours
from certification.choices import PACKAGE_FORMAT, ReceiptOutcome, RecordKind
from certification.forms.phones import FromPhoneForm, PhoneForm, RecordForm
from certification.models import Phone
from certification.rules.phones import InvalidKey
from genesis.lib.pages import render_page
from genesis.lib.policy import allow

MOST_BYTES = 256 * 1024  # of one request
MOST_RECORDS, MOST_OF_RECORD = 50, 10_000
STATUS = {
    NotYours: 403,
    phones.PhoneOfAnother: 403,
    phones.PhoneWithdrawn: 403,
    records.NotDownloaded: 404,
    records.NotBegun: 424,
}


class Unreadable(Exception):
    """What came is not what a telephone sends."""

    def __init__(self, reason, status=422):
        super().__init__(reason)
        self.status = status


def speaks_json(view):
    """Answer in JSON also when it is refused: with the reason, for whoever reads the telephone."""

    @wraps(view)
    def answer(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except Unreadable as error:
            return JsonResponse({"reason": str(error)}, status=error.status)
        except (NotPossible, InvalidKey) as error:
            return JsonResponse({"reason": str(error)}, status=STATUS.get(type(error), 422))

    return answer


@allow(Permission.ASSESSMENT_CONDUCT)
@require_safe
def field_state(request):
    """Who is signed in, and with what to send: the first that a telephone asks with signal."""
    return JsonResponse(
        {
            "user": str(request.user.public_id),
            "name": str(request.user),
            "csrf": get_token(request),
            "format": PACKAGE_FORMAT,
        }
    )


@allow(Permission.ASSESSMENT_CONDUCT)
@require_POST
@speaks_json
def phone_register(request):
    form = _filled_in(PhoneForm, _sent(request))
    phone = phones.register_phone(
        public_id=form["phone"], name=form["name"], public_key=form["public_key"], by=request.user
    )
    return JsonResponse({"phone": str(phone.public_id), "name": phone.name}, status=201)


@allow(Permission.ASSESSMENT_CONDUCT)
@require_POST
@speaks_json
def package_build(request):
    """The assessments of the days to come, for the telephone to keep while they last."""
    form = _filled_in(FromPhoneForm, _sent(request))
    packages = phones.build_packages(_phone(request, form["phone"]), by=request.user)
    record_reading(request, people=[each.assessment.person_id for each in packages])
    return JsonResponse({"packages": [phones.contents_of(each) for each in packages]}, status=201)


@allow(Permission.ASSESSMENT_CONDUCT)
@require_POST
@speaks_json
def record_take(request):
    """Take in what was noted without signal; each record has an answer of its own."""
    sent = _sent(request)
    form = _filled_in(FromPhoneForm, sent)
    phone = _phone(request, form["phone"])
    clock_off = timezone.now() - form["sent_at"] if form["sent_at"] else None
    read, answers = [], []
    for each in _listed(sent):
        try:
            read.append(_record(each, clock_off))
        except Unreadable as error:
            answers.append(_refusal(_id_of(each), error, error.status))
    taken = records.take_records(phone, records=read, by=request.user)
    answers += [_answer(each) for each in taken]
    status = answers[0]["status"] if len(answers) == 1 else 207
    return JsonResponse({"answers": answers}, status=status)


@allow(Permission.ASSESSMENT_CONDUCT)
@require_safe
def phone_list(request):
    """The telephones on which somebody works without signal; a lost one is withdrawn here."""
    context = {"phones": Phone.objects.visible_to(request.user).order_by("-registered_at", "-pk")}
    return render_page(request, "certification/phone_list.html", context)


@allow(Permission.ASSESSMENT_CONDUCT)
@require_POST
def phone_withdraw(request, public_id):
    phone = get_object_or_404(Phone.objects.visible_to(request.user), public_id=public_id)
    phones.withdraw_phone(phone, by=request.user)
    messages.success(request, _("Withdrawn. It takes nothing along and hands nothing in any more."))
    return redirect("evaluation:phone_list")


# Reading what was sent


def _sent(request):
    """The object that was sent, of whatever it is made."""
    if request.content_type != "application/json":
        raise Unreadable(_("This is not what a telephone sends."))
    try:
        body = request.body
    except RequestDataTooBig:
        body = None
    if body is None or len(body) > MOST_BYTES:
        raise Unreadable(_("That is too much at once."), 413)
    return _object(body)


def _object(text):
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Unreadable(_("This is not what a telephone sends."))
    return found


def _filled_in(form_class, sent):
    """The answers of a form to what was sent; only plain texts and numbers are answers."""
    plain = {name: str(each) for name, each in sent.items() if type(each) in {str, int}}
    form = form_class(plain)
    if not form.is_valid():
        names = [f"{name}: {error}" for name, errors in form.errors.items() for error in errors]
        raise Unreadable(" ".join(names))
    return form.cleaned_data


def _phone(request, public_id):
    """The telephone, if it is theirs; one that is not there and another's are answered alike."""
    phone = Phone.objects.visible_to(request.user).filter(public_id=public_id).first()
    if phone is None:
        raise phones.PhoneOfAnother
    return phone


def _listed(sent):
    found = sent.get("records")
    if not isinstance(found, list) or not found:
        raise Unreadable(_("This is not what a telephone sends."))
    if len(found) > MOST_RECORDS:
        raise Unreadable(_("That is too much at once."), 413)
    return found


def _record(raw, clock_off):
    """One record: what was signed, and what stands in it."""
    body, signature = _signed(raw)
    answers = _filled_in(RecordForm, _object(body))
    return records.Record(
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
    )


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


def _id_of(raw):
    """The id by which a telephone knows a record that could not be read otherwise."""
    try:
        return str(_object(raw["body"])["id"])[:36]
    except (Unreadable, KeyError, TypeError):
        return ""


# Answering


def _answer(answer):
    if answer.refusal is not None:
        status = STATUS.get(type(answer.refusal), 422)
        return _refusal(str(answer.record_id), answer.refusal, status)
    receipt = answer.receipt
    late = receipt.outcome == ReceiptOutcome.CONFLICT
    return {
        "id": str(receipt.record_id),
        "outcome": "conflict" if late else "stored" if answer.is_new else "duplicate",
        "number": receipt.number,
        "received_at": receipt.received_at.isoformat(),
        "reason": receipt.conflict.why if late else "",
        "status": 409 if late else 201 if answer.is_new else 200,
    }


def _refusal(record_id, error, status):
    return {"id": record_id, "outcome": "refused", "reason": str(error), "status": status}
