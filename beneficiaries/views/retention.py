"""What is kept no longer: the lists, two people who agree, and who is taken off (CASE-38)."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries.actions import retention
from beneficiaries.choices import ErasureItemState, ErasureState
from beneficiaries.forms.retention import KeepForm
from beneficiaries.models import Erasure, ErasureBatch
from genesis.lib.forms import add_errors, shown_version
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow
from genesis.lib.states import MoveNotAllowed, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
TONES = {
    ErasureState.PROPOSED: "alerta",
    ErasureState.CONFIRMED: "curso",
    ErasureState.APPROVED: "ok",
}


@allow(Permission.RETENTION_VIEW)
@require_safe
def erasure_list(request):
    """The lists, the newest first, with how many people stand on each."""
    erased = Count("items", filter=Q(items__state=ErasureItemState.ERASED))
    batches = ErasureBatch.objects.annotate(people=Count("items"), erased=erased)
    page = paginate(request, batches, orders=["-proposed_at"])
    context = {
        "page": page,
        "lines": [(each, TONES.get(ErasureState(each.state), "plain")) for each in page.rows],
        "months": settings.RETENTION_MONTHS_SENSITIVE,
        "years": settings.RETENTION_MONTHS / 12,
    }
    return render_page(request, "beneficiaries/erasure_list.html", context, partials=["results"])


@allow(Permission.RETENTION_VIEW)
@require_safe
def erasure_detail(request, public_id):
    """Who is on a list, by the number of the file alone: nobody's name is needed to agree."""
    batch = get_object_or_404(
        ErasureBatch.objects.select_related("confirmed_by", "approved_by"), public_id=public_id
    )
    items = batch.items.select_related("person")
    page = paginate(request, items, orders=["pk"])
    user = request.user
    context = {
        "batch": batch,
        "tone": TONES.get(ErasureState(batch.state), "plain"),
        "page": page,
        "may_confirm": user.may(Permission.RETENTION_CONFIRM)
        and batch.state == ErasureState.PROPOSED,
        "may_approve": user.may(Permission.RETENTION_APPROVE)
        and batch.state == ErasureState.CONFIRMED
        and batch.confirmed_by_id != user.pk,
        "may_keep": user.may(Permission.RETENTION_CONFIRM) and batch.state != ErasureState.APPROVED,
    }
    record_reading(request, people=[each.person_id for each in page.rows])
    return render_page(request, "beneficiaries/erasure_detail.html", context, partials=["results"])


@allow(Permission.RETENTION_CONFIRM)
@require_POST
def erasure_confirm(request, public_id):
    return _agree(
        request,
        public_id,
        retention.confirm_erasure,
        _("Confirmed: it waits for the second person."),
    )


@allow(Permission.RETENTION_APPROVE)
@require_POST
def erasure_approve(request, public_id):
    return _agree(
        request, public_id, retention.approve_erasure, _("Approved: the data are being erased.")
    )


def _agree(request, public_id, act, done):
    batch = get_object_or_404(ErasureBatch, public_id=public_id)
    try:
        act(batch, version=shown_version(request), by=request.user)
    except (MoveNotAllowed, StaleRecord, ValidationError) as error:
        messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
    else:
        messages.success(request, done)
    return redirect(batch)


@allow(Permission.RETENTION_CONFIRM)
@ASK
def erasure_keep(request, public_id):
    """Take somebody off a list, with the reason."""
    items = Erasure.objects.select_related("batch", "person")
    item = get_object_or_404(items, public_id=public_id)
    form = KeepForm(request.POST or None, instance=item)
    status = 422
    if form.is_valid():
        try:
            retention.keep_person(item, **form.cleaned_data, by=request.user)
        except (ValidationError, StaleRecord) as error:
            add_errors(form, error)
            status = 409 if isinstance(error, StaleRecord) else 422
        else:
            messages.success(request, _("Taken off the list."))
            return redirect(item.batch)
    record_reading(request, people=[item.person_id])
    context = {"item": item, "title": _("Keep the data of a person")}
    return render_form(request, "beneficiaries/erasure_keep.html", form, status=status, **context)
