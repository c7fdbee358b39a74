"""What people ask of their data: taken down, answered in time, the copy handed out (CASE-37)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import record_reading
from accounts.choices import ReadKind
from accounts.models import Activity
from accounts.roles import Permission
from beneficiaries.actions import retention, rights
from beneficiaries.choices import (
    RIGHTS_MOVES,
    RIGHTS_OF_THE_OFFICE,
    ErasureKind,
    Right,
    RightsState,
)
from beneficiaries.contributions.rights import VERBS, tone_of
from beneficiaries.documents import rights_letter_pdf
from beneficiaries.forms.rights import (
    AnswerForm,
    ExtensionForm,
    IdentityCheckForm,
    LiftForm,
    RequestForm,
)
from beneficiaries.models import Erasure, Person, RightsRequest
from beneficiaries.views.people import REFUSALS
from genesis.lib.forms import add_errors, shown_version
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow
from genesis.lib.states import MoveNotAllowed, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
REFUSED = (*REFUSALS, MoveNotAllowed)
# What is one button: the state to which it leads, and the action.
STEPS = {
    "revisar": (RightsState.IN_REVIEW, rights.begin_review),
    "cerrar": (RightsState.CLOSED, rights.close_request),
    "retirar": (RightsState.WITHDRAWN, rights.withdraw_request),
}


def get_request(request, public_id):
    """A request that is theirs to see, or 404."""
    seen = RightsRequest.objects.visible_to(request.user)
    who = ("received_by", "answered_by", "identity_by", "extended_by", "lifted_by")
    seen = seen.select_related("person__office", "office", *who, "file", "task__done_by")
    return get_object_or_404(seen, public_id=public_id)


@allow(Permission.RIGHTS_RECEIVE)
@require_safe
def rights_list(request):
    """Who asked what, the next to be answered first."""
    seen = RightsRequest.objects.visible_to(request.user)
    every = "todas" in request.GET
    rows = (seen if every else seen.unfinished()).select_related("person", "office", "task")
    page = paginate(request, rows, orders=["due_on"])
    record_reading(request, people=[each.person_id for each in page.rows])
    numbers = _numbers(request.user, page.rows)
    lines = [(each, tone_of(each), numbers[each.pk]) for each in page.rows]
    context = {"page": page, "lines": lines, "every": every}
    return render_page(request, "beneficiaries/rights_list.html", context, partials=["results"])


@allow(Permission.RIGHTS_RECEIVE)
@ASK
def rights_create(request):
    """Take down a request; data protection knows a file by its number, others those they see."""
    named = {"expediente": request.GET.get("expediente", "")}
    form = RequestForm(request.POST or None, initial=named)
    if form.is_valid():
        person = form.cleaned_data["expediente"]
        if not _may_name(request.user, person):
            form.add_error("expediente", _("There is no file with this number."))
        else:
            try:
                made = rights.receive_request(person, **form.answers(), by=request.user)
            except REFUSALS as error:
                add_errors(form, error)
            else:
                messages.success(
                    request,
                    _("Taken down: it is to be answered by %s.") % f"{made.due_on:%d/%m/%Y}",
                )
                return redirect(made)
    context = {"title": _("Take down a request about data")}
    return render_form(request, "beneficiaries/rights_form.html", form, **context)


def _may_name(user, person):
    return user.may(Permission.RIGHTS_MANAGE) or _sees(user, person)


def _sees(user, person):
    """Whether the file is theirs to see; it may have gone to an office that is not."""
    return Person.objects.visible_to(user).filter(pk=person.pk).exists()


def _numbers(user, requests):
    """The file number of each request, as far as it is theirs to know.

    What was taken down here may have gone along with a file to another office, or into one.
    """
    if user.may(Permission.RIGHTS_MANAGE):
        return {each.pk: each.person.file_number for each in requests}
    people = Person.objects.visible_to(user).filter(pk__in=[each.person_id for each in requests])
    seen = set(people.values_list("pk", flat=True))
    elsewhere = _("A file elsewhere")
    return {
        each.pk: each.person.file_number if each.person_id in seen else elsewhere
        for each in requests
    }


@allow(Permission.RIGHTS_RECEIVE)
@require_safe
def rights_detail(request, public_id):
    """How far a request is, what is to be done now, and what was done."""
    asked = get_request(request, public_id)
    manages = request.user.may(Permission.RIGHTS_MANAGE)
    following = RIGHTS_MOVES[asked.state] if manages else set()
    verified = asked.identity_at is not None and asked.state != RightsState.IDENTITY_FAILED
    context = {
        "asked": asked,
        "tone": tone_of(asked),
        "manages": manages,
        "sees_file": _sees(request.user, asked.person),
        "number": _numbers(request.user, [asked])[asked.pk],
        "knows_who_asks": manages or asked.received_by_id == request.user.pk,
        "may": {str(each) for each in following},
        "copy": asked.file_or_none if manages else None,
        "may_copy": manages and asked.asks_for_a_copy and verified and not asked.file_or_none,
        "may_erase": manages and rights.grants_erasure(asked),
        "erasure": _erasure_of(asked),
        "history": _history(asked),
    }
    record_reading(request, people=[asked.person_id])
    return render(request, "beneficiaries/rights_detail.html", context)


def _erasure_of(asked):
    of_identity = Erasure.objects.filter(person=asked.person_id, kind=ErasureKind.IDENTITY)
    return of_identity.order_by("-pk").first()


def _history(asked):
    done = Activity.objects.filter(model=asked._meta.label, record_id=asked.pk)
    lines = done.select_related("actor").order_by("at", "pk")
    return [
        {"title": VERBS[each.verb], "by": each.actor, "at": each.at}
        for each in lines
        if each.verb in VERBS
    ]


@allow(Permission.RIGHTS_MANAGE)
@ASK
def rights_identity(request, public_id):
    asked = get_request(request, public_id)
    lead = _("Nothing is said about anybody's data before it is known who asks.")
    return _take(
        request,
        asked,
        IdentityCheckForm,
        rights.check_identity,
        title=_("Check identity"),
        lead=lead,
    )


@allow(Permission.RIGHTS_MANAGE)
@ASK
def rights_extend(request, public_id):
    asked = get_request(request, public_id)
    lead = _("Once, for twenty working days more; the person is told why.")
    return _take(
        request, asked, ExtensionForm, rights.extend_request, title=_("Take more time"), lead=lead
    )


@allow(Permission.RIGHTS_MANAGE)
@ASK
def rights_answer(request, public_id):
    asked = get_request(request, public_id)
    title = _("Answer the request")
    return _take(
        request, asked, AnswerForm, rights.answer_request, title=title, lead=_follows(asked)
    )


def _follows(asked):
    """What a yes to a request brings with it."""
    if asked.right == Right.LIMITATION:
        return _(
            "If it is granted, from that moment the data are kept and not used: nothing is shared,"
            " sent or taken out as a file until the restriction is lifted."
        )
    if asked.right in RIGHTS_OF_THE_OFFICE:
        return _(
            "What is granted, the office does: the coordination of {office} finds it among what it"
            " has to do, with these words. The request is closed when it says that it is done."
        ).format(office=asked.person.office)
    return ""


@allow(Permission.RIGHTS_MANAGE)
@ASK
def rights_lift(request, public_id):
    asked = get_request(request, public_id)
    if not asked.restricts:
        return redirect(asked)
    lead = _("From then on the data may be used again, as far as she or he agreed to it.")
    return _take(
        request,
        asked,
        LiftForm,
        rights.lift_restriction,
        title=_("Lift the restriction"),
        lead=lead,
    )


def _take(request, asked, form_class, act, *, title, lead):
    form = form_class(request.POST or None, instance=asked)
    status = 422
    if form.is_valid():
        try:
            act(asked, **form.answers(), by=request.user)
        except REFUSED as error:
            add_errors(form, error)
            status = 409 if isinstance(error, StaleRecord) else 422
        else:
            messages.success(request, _("Changes saved."))
            return redirect(asked)
    record_reading(request, people=[asked.person_id])
    context = {"asked": asked, "title": title, "lead": lead}
    return render_form(request, "beneficiaries/rights_form.html", form, status=status, **context)


@allow(Permission.RIGHTS_MANAGE)
@require_POST
def rights_step(request, public_id, step):
    """A step that is only a button: look at it, close it, or take it back for her."""
    asked = get_request(request, public_id)
    version = shown_version(request)
    if step not in STEPS:
        return redirect(asked)
    _to, act = STEPS[step]
    return _press(request, asked, lambda: act(asked, version=version, by=request.user))


def _press(request, asked, act):
    try:
        act()
    except (*REFUSED, ValidationError) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
    else:
        messages.success(request, _("Changes saved."))
    return redirect(asked)


@allow(Permission.RIGHTS_MANAGE)
@require_safe
def rights_letter(request, public_id):
    """The answer as a letter, in Spanish whoever asks."""
    asked = get_request(request, public_id)
    if not asked.answered_at:
        return redirect(asked)
    record_reading(request, people=[asked.person_id], kind=ReadKind.FILE)
    response = HttpResponse(rights_letter_pdf(asked), content_type="application/pdf")
    name = f"respuesta-{asked.person.file_number}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@allow(Permission.RIGHTS_MANAGE)
@require_POST
def rights_copy(request, public_id):
    asked = get_request(request, public_id)
    return _press(request, asked, lambda: rights.ask_for_copy(asked, by=request.user))


@allow(Permission.RIGHTS_MANAGE)
@require_POST
def rights_hand_out(request, public_id):
    """The copy, once: it is handed to her, and can be fetched no more."""
    asked = get_request(request, public_id)
    version = shown_version(request)
    copy = asked.file_or_none
    if copy is None:
        return redirect(asked)
    try:
        rights.hand_out(copy, version=version, by=request.user)
    except (*REFUSED, ValidationError) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
        return redirect(asked)
    record_reading(request, people=[asked.person_id], kind=ReadKind.FILE)
    name = f"datos-{asked.person.file_number}.zip"
    return FileResponse(
        copy.file.open(), as_attachment=True, filename=name, content_type="application/zip"
    )


@allow(Permission.RIGHTS_MANAGE)
@require_POST
def rights_erase(request, public_id):
    asked = get_request(request, public_id)
    return _press(request, asked, lambda: retention.propose_as_asked(asked, by=request.user))
