"""Photos, papers and signatures of a session: added with signal, looked at one by one."""

from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.history import record_reading
from accounts.choices import ReadKind
from accounts.roles import Permission
from certification import permissions
from certification.actions import evidence, reviewing
from certification.choices import AssessmentState, EvidenceKind, EvidenceSource
from certification.forms.evidence import EvidenceForm, GiveUpForm, ReviewForm
from certification.models import Evidence, EvidenceReview
from certification.views.evaluation import device_of, remember_device
from certification.views.taking_steps import REFUSALS, get_assessment, show_refusal, take_step
from genesis.lib.pages import hand_out, render_form, render_page
from genesis.lib.policy import allow, require
from genesis.lib.uploads import EXTENSIONS, JPEG

ASK = require_http_methods(["GET", "HEAD", "POST"])


@allow(Permission.ASSESSMENT_VIEW)
@require_safe
def evidence_list(request, public_id):
    """What was kept of a session besides its answers, for whoever may read those."""
    assessment = get_assessment(request, public_id)
    require(permissions.can_read_portfolio(request.user, assessment))
    found = assessment.evidence.select_related("item", "by", "session")
    reviews = EvidenceReview.objects.select_related("by").order_by("at", "pk")
    found = found.prefetch_related(Prefetch("reviews", reviews))
    mine = permissions.can_conduct(request.user, assessment)
    adds = mine and assessment.state == AssessmentState.IN_ASSESSMENT
    context = {
        "assessment": assessment,
        "evidence": found.order_by("-counts", "item__position", "taken_at", "pk"),
        "signatures": assessment.signatures.select_related("plan", "judgement").order_by(
            "signed_at", "pk"
        ),
        "agrees": evidence.may_photograph(assessment),
        "adds": adds,
        "reviews": reviewing.reviews_now(assessment, request.user),
        "missing": evidence.items_without_photo(assessment) if adds else [],
        "awaited": evidence.awaited(assessment).count() if adds else 0,
    }
    record_reading(request, people=[assessment.person_id])
    return render_page(request, "certification/evidence_list.html", context)


@allow(Permission.ASSESSMENT_VIEW)
@require_safe
def evidence_file(request, public_id, evidence_id):
    """One photo or paper as it is kept; each opening is on record."""
    return _hand_out(request, public_id, evidence_id)


@allow(Permission.ASSESSMENT_VIEW)
@require_safe
def evidence_preview(request, public_id, evidence_id):
    """The small picture that our own page shows."""
    return _hand_out(request, public_id, evidence_id, small=True)


def _hand_out(request, public_id, evidence_id, *, small=False):
    visible = Evidence.objects.visible_to(request.user).select_related("assessment__person__office")
    found = get_object_or_404(visible, assessment__public_id=public_id, public_id=evidence_id)
    require(permissions.can_read_portfolio(request.user, found.assessment))
    file, media_type = (found.preview, JPEG) if small else (found.file, found.media_type)
    if not file:
        raise Http404
    record_reading(request, people=[found.person_id], kind=ReadKind.FILE)
    name = f"{found.assessment.reference}-{found.pk}.{EXTENSIONS[media_type]}"
    return hand_out(file, name=name, media_type=media_type, inline=media_type == JPEG)


@allow(Permission.ASSESSMENT_VIEW)
@ASK
def evidence_review(request, public_id, evidence_id):
    """Whether a photo or a paper is valid, authentic, current and sufficient."""
    assessment = get_assessment(request, public_id)
    found = assessment.evidence.counting().exclude(kind=EvidenceKind.SIGNATURE)
    piece = get_object_or_404(found.select_related("item"), public_id=evidence_id)
    piece.assessment = assessment
    require(reviewing.reviews_now(assessment, request.user))
    form = ReviewForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        said = {"points": given["points"], "note": given["reason"], "key": given["key"]}
        try:
            reviewing.review_evidence(piece, **said, by=request.user)
        except REFUSALS as error:
            show_refusal(form, error)
        else:
            return redirect("certification:evidence_list", public_id)
    record_reading(request, people=[assessment.person_id])
    return render_form(
        request,
        "certification/step_form.html",
        form,
        person=assessment.person,
        assessment=assessment,
        title=_("Look at it point by point"),
        lead=f"{piece.item.code} {piece.item.text}" if piece.item else str(piece),
        portfolio_url=reverse("certification:evidence_file", args=[public_id, evidence_id]),
        portfolio_title=_("Open the photo or paper"),
        cancel_url=reverse("certification:evidence_list", args=[public_id]),
    )


@allow(Permission.ASSESSMENT_CONDUCT)
@ASK
def evidence_add(request, public_id):
    """With signal: a photo of an item or a paper, as a file."""
    assessment = get_assessment(request, public_id)
    require(permissions.can_conduct(request.user, assessment))
    device = device_of(request)
    form = EvidenceForm(
        request.POST or None,
        request.FILES or None,
        items=assessment.items_to_answer().order_by("instrument__position", "position"),
        initial={"item": request.GET.get("item", "")},
    )
    if form.is_valid():
        try:
            evidence.record_evidence(
                assessment, piece=_piece(form.cleaned_data, device), by=request.user
            )
        except REFUSALS as error:
            show_refusal(form, error)
        else:
            return redirect("certification:evidence_list", public_id)
    record_reading(request, people=[assessment.person_id])
    response = render_form(
        request,
        "certification/step_form.html",
        form,
        person=assessment.person,
        assessment=assessment,
        title=_("Add a photo or paper"),
        lead=_lead(assessment),
        cancel_url=reverse("certification:evidence_list", args=[public_id]),
    )
    return remember_device(response, device)


def _piece(answers, device):
    return evidence.Piece(
        key=answers["key"],
        device=device,
        source=EvidenceSource.PAGE,
        data=answers["file"].read(),
        item=answers["item"],
    )


def _lead(assessment):
    if evidence.may_photograph(assessment):
        return _("It is made anew before it is kept: where and with what it was taken is not.")
    return _("The person does not agree to photos: only papers, as PDF, can be added.")


@allow(Permission.ASSESSMENT_CONDUCT)
@ASK
def evidence_give_up(request, public_id):
    """The telephone is lost or broken: what it announced will never arrive."""
    assessment = get_assessment(request, public_id)
    require(permissions.can_conduct(request.user, assessment))
    count = evidence.awaited(assessment).count()
    form = GiveUpForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: evidence.give_up_files(
            assessment, reason=form.cleaned_data["reason"], **safe
        ),
        title=_("Go on without what has not arrived"),
        lead=ngettext(
            "%d photo or signature of a telephone has not arrived yet.",
            "%d photos or signatures of a telephone have not arrived yet.",
            count,
        )
        % count,
        done=_("Nothing is awaited any more."),
        then=reverse("certification:evidence_list", args=[public_id]),
    )
