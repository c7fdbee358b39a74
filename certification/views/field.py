"""What telephones ask and send, under /evaluar/campo/: JSON, never a redirect.

An ended session is 401, and the telephone keeps what it has. Of each record the
answer says what became of it: 201 stored, 200 stored before, 409 kept as a conflict,
and otherwise why it was refused; several at once are answered 207, each with its own.
"""

from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps

from django.contrib import messages
from django.contrib.auth import logout
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from certification.actions import backups, evidence, phones, records
from certification.actions.refusals import NotPossible, NotYours
from certification.choices import PACKAGE_FORMAT, ReceiptOutcome
from certification.forms.phones import BackupForm, FromPhoneForm, PhoneForm
from certification.models import Phone
from certification.rules.phones import InvalidKey
from certification.views.reading import (
    Unreadable,
    filled_in,
    id_of,
    listed,
    read_object,
    read_record,
)
from genesis.lib.pages import render_form, render_page
from genesis.lib.policy import allow, signed_in
from genesis.lib.uploads import RefusedFile, check_size

ASK = require_http_methods(["GET", "HEAD", "POST"])
STATUS = {
    NotYours: 403,
    phones.PhoneOfAnother: 403,
    phones.PhoneWithdrawn: 403,
    phones.SignInAgain: 403,
    phones.NoKeyKept: 404,
    records.NotDownloaded: 404,
    records.NotBegun: 424,
    evidence.UploadsPending: 424,
}


def speaks_json(view):
    """Answer in JSON also when it is refused: with the reason, for whoever reads the telephone."""

    @wraps(view)
    def answer(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except Unreadable as error:
            return JsonResponse({"reason": str(error)}, status=error.status)
        except (NotPossible, InvalidKey) as error:
            status = STATUS.get(type(error), 422)
            return JsonResponse({"reason": str(error), **_standing(error)}, status=status)

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
    form = filled_in(PhoneForm, read_object(request))
    phone = phones.register_phone(
        public_id=form["phone"],
        name=form["name"],
        public_key=form["public_key"],
        data_key=form["key"],
        by=request.user,
    )
    return JsonResponse({"phone": str(phone.public_id), "name": phone.name}, status=201)


@allow(Permission.ASSESSMENT_CONDUCT)
@require_POST
@speaks_json
def phone_arrive(request):
    """A telephone is there: whether it was withdrawn, what is ready, if its key is kept."""
    form = filled_in(FromPhoneForm, read_object(request))
    phone = _phone(request, form["phone"])
    ready = phones.arrive(phone, unsent=form["unsent"], by=request.user)
    rows = [
        {
            "assessment": str(each.public_id),
            "reference": each.reference,
            "day": each.scheduled_for.isoformat(),
        }
        for each in ready
    ]
    standing = {"withdrawn": phone.withdrawn_at is not None, "key": phones.keeps_key(phone)}
    return JsonResponse(standing | {"ready": rows})


@allow(Permission.ASSESSMENT_CONDUCT)
@require_POST
@speaks_json
@sensitive_variables()
def phone_key(request):
    """The key of a telephone whose PIN was forgotten, right after signing in anew."""
    form = filled_in(FromPhoneForm, read_object(request))
    began = request.session.get("signed_in_at")
    at = datetime.fromtimestamp(began, tz=UTC) if began else None
    key = phones.give_key_back(_phone(request, form["phone"]), signed_in_at=at, by=request.user)
    return JsonResponse({"key": key})


@signed_in
@require_POST
def field_leave(request):
    """End the session from the telephone, which then erases what it keeps."""
    logout(request)
    return JsonResponse({})


@allow(Permission.ASSESSMENT_CONDUCT)
@require_POST
@speaks_json
def package_build(request):
    """The assessments of the days to come, for the telephone to keep while they last."""
    form = filled_in(FromPhoneForm, read_object(request))
    phone = _phone(request, form["phone"])
    phones.keep_seen(phone, unsent=form["unsent"], by=request.user)
    packages = phones.build_packages(phone, by=request.user)
    record_reading(request, people=[each.assessment.person_id for each in packages])
    told = {
        "packages": [phones.contents_of(each) for each in packages],
        "backup_key": backups.key_for_phones(),
    }
    return JsonResponse(told, status=201)


@allow(Permission.ASSESSMENT_CONDUCT)
@require_POST
@speaks_json
def record_take(request):
    """Take in what was noted without signal; each record has an answer of its own."""
    sent = read_object(request)
    form = filled_in(FromPhoneForm, sent)
    phone = _phone(request, form["phone"])
    clock_off = timezone.now() - form["sent_at"] if form["sent_at"] else None
    read, answers = [], []
    for each in listed(sent):
        try:
            read.append(read_record(each, clock_off))
        except Unreadable as error:
            answers.append(_refusal(id_of(each), error, error.status))
    taken = records.take_records(phone, records=read, by=request.user)
    phones.keep_seen(phone, unsent=form["unsent"], by=request.user)
    answers += [_answer(each) for each in taken]
    status = answers[0]["status"] if len(answers) == 1 else 207
    return JsonResponse({"answers": answers}, status=status)


@allow(Permission.ASSESSMENT_CONDUCT)
@require_POST
@speaks_json
def evidence_take(request):
    """Take in one photo or signature: its record, signed as all are, and the file itself."""
    form = filled_in(FromPhoneForm, request.POST.dict())
    phone = _phone(request, form["phone"])
    file = request.FILES.get("file")
    if file is None:
        raise Unreadable(_("This is not what a telephone sends."))
    try:
        check_size(file.size or 0)
    except RefusedFile as error:
        raise Unreadable(str(error), 413) from error
    clock_off = timezone.now() - form["sent_at"] if form["sent_at"] else None
    record = replace(read_record(request.POST.dict(), clock_off), file=file.read())
    taken = records.take_records(phone, records=[record], by=request.user)
    phones.keep_seen(phone, unsent=form["unsent"], by=request.user)
    [answer] = map(_answer, taken)
    return JsonResponse({"answers": [answer]}, status=answer["status"])


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
    messages.success(request, _("Withdrawn. It forgets what it had downloaded."))
    return redirect("evaluation:phone_list")


@allow(Permission.ASSESSMENT_CANCEL)
@ASK
def backup_take(request):
    """Coordination hands in what a telephone could not send, and sees what became of each."""
    form = BackupForm(request.POST or None, request.FILES or None)
    context = {}
    if form.is_valid():
        try:
            context = _handed_in(form.cleaned_data["file"].read(), request.user)
        except (NotPossible, Unreadable) as error:
            form.add_error("file", str(error))
        else:
            record_reading(request, people=_people(context["rows"]))
            return render_page(request, "certification/backup_taken.html", context)
    return render_form(request, "certification/backup_form.html", form)


def _handed_in(data, user):
    phone, opened = backups.open_file(data)
    read, unread = [], []
    for raw, file in opened.records:
        try:
            read.append(replace(read_record(raw, None), file=file))
        except Unreadable as error:
            unread.append({"what": id_of(raw), "why": error, "tone": "mal", "person": None})
    taken = backups.take_backup(phone, records=read, by=user)
    by_id = {each.id: each for each in read}
    rows = [_row(each, by_id[each.record_id]) for each in taken]
    return {"phone": phone, "rows": unread + rows}


def _people(rows):
    return sorted({each["person"] for each in rows if each["person"]})


def _row(answer, record):
    """One record of a backup: what it was, and what became of it."""
    receipt = answer.receipt
    what = f"{record.kind.label} {record.item}".strip()
    if receipt is None:
        return {"what": what, "why": answer.refusal, "tone": "mal", "person": None}
    late = receipt.outcome == ReceiptOutcome.CONFLICT
    return {
        "what": what,
        "assessment": receipt.assessment,
        "number": receipt.number,
        "state": _("Kept for coordination to settle") if late else _("Stored"),
        "tone": "alerta" if late else "ok",
        "person": receipt.assessment.person_id,
    }


def _phone(request, public_id):
    """The telephone, if it is theirs; one that is not there and another's are answered alike."""
    phone = Phone.objects.visible_to(request.user).filter(public_id=public_id).first()
    if phone is None:
        raise phones.PhoneOfAnother
    return phone


# Answering


def _answer(answer):
    if answer.refusal is not None:
        status = STATUS.get(type(answer.refusal), 422)
        told = _refusal(str(answer.record_id), answer.refusal, status)
        asks_for_none = isinstance(answer.refusal, evidence.NoPhotoConsent)
        return told | ({"photos": False} if asks_for_none else {}) | _standing(answer.refusal)
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


def _standing(refusal):
    """A telephone that was withdrawn forgets what it took along."""
    return {"withdrawn": True} if isinstance(refusal, phones.PhoneWithdrawn) else {}


def _refusal(record_id, error, status):
    return {"id": record_id, "outcome": "refused", "reason": str(error), "status": status}
