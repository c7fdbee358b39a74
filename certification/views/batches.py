"""Several decisions in one sitting: what waits for an officer, the minutes, and what came of it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from certification.actions.batches import batch_of, decide_batch, waiting_for
from certification.forms.batches import BatchForm
from certification.models import DecisionBatch
from certification.views.taking_steps import ASK, REFUSALS, show_refusal
from genesis.lib.pages import render_form, render_page
from genesis.lib.policy import allow

MOST = 50  # in one sitting: the others are in the next


@allow(Permission.ASSESSMENT_DECIDE)
@ASK
def batch_create(request):
    """Those that wait for this officer, with what each was judged."""
    if again := batch_of(request.POST.get("key", ""), by=request.user):
        _tell(request, again)  # what it decided waits no more: the form would not know it
        return redirect(again)
    found = list(
        waiting_for(request.user).for_list().with_outcome().order_by("scheduled_for", "pk")[:MOST]
    )
    form = BatchForm(request.POST or None, waiting=found)
    if form.is_valid():
        answers = {
            name: form.cleaned_data[name] for name in ("key", "held_on", "minutes", "present")
        }
        try:
            sitting = decide_batch(form.chosen(), by=request.user, **answers)
        except REFUSALS as error:
            show_refusal(form, error)
        else:
            _tell(request, sitting.batch, sitting.refused)
            return redirect(sitting.batch)
    record_reading(request, people=[each.person_id for each in found])
    return render_form(
        request,
        "certification/batch_form.html",
        form,
        title=_("Decide in one sitting"),
        lead=_(
            "Each is decided as it was judged. One that cannot be decided does not stop the rest."
        ),
        cancel_url=reverse("certification:assessment_list"),
    )


def _tell(request, batch, refused=()):
    """Say how many were decided, which were not and why, and how many wait for another sitting."""
    count, left = batch.decisions.count(), waiting_for(request.user).count()
    words = ngettext("%d decided.", "%d decided.", count)
    messages.success(request, words % count)
    if left:
        words = ngettext("%d still waits for you.", "%d still wait for you.", left)
        messages.info(request, words % left)
    for assessment, why in refused:
        messages.warning(
            request,
            _("{reference} was not decided: {why}").format(reference=assessment.reference, why=why),
        )


@allow(Permission.ASSESSMENT_DECIDE)
@require_safe
def batch_detail(request, public_id):
    """The minutes of a sitting and what was decided in it, without names: whose parts are over."""
    batch = get_object_or_404(
        DecisionBatch.objects.filter(officer=request.user), public_id=public_id
    )
    decisions = batch.decisions.select_related("assessment__standard_version__standard").order_by(
        "pk"
    )
    context = {"batch": batch, "decisions": decisions}
    return render_page(request, "certification/batch_detail.html", context)
