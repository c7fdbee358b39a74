"""The register of certificates, and what staff do with one after it was issued."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Sum
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.history import OtherContent, record_reading
from accounts.choices import ReadKind
from accounts.roles import Permission
from certification import permissions
from certification.actions import certificate_life as life
from certification.actions import sharing
from certification.actions.refusals import NotPossible, ReasonMissing
from certification.choices import CertificateState
from certification.filters import CertificateFilter
from certification.forms import certificates as forms
from certification.models import Certificate, HolderNotice, Revocation, ShareLink
from certification.views.certificate_steps import steps_for
from genesis.lib.forms import add_errors
from genesis.lib.pages import paginate, render_form, render_page
from genesis.lib.policy import allow, require
from genesis.lib.states import MoveNotAllowed, StaleRecord

ASK = require_http_methods(["GET", "HEAD", "POST"])
REFUSALS = (NotPossible, MoveNotAllowed, StaleRecord, ValidationError, OtherContent)
LATE = (MoveNotAllowed, StaleRecord, life.AlreadyDecided, life.AlreadyProposed)
TONES = {
    CertificateState.VALID: "ok",
    CertificateState.SUSPENDED: "alerta",
    CertificateState.REVOKED: "mal",
}


@allow(Permission.CERTIFICATE_VIEW)
@require_safe
def certificate_list(request):
    certificates = Certificate.objects.visible_to(request.user).select_related("assessment")
    filterset = CertificateFilter(request.GET, queryset=certificates)
    page = paginate(request, filterset.qs, orders=["-issued_on"])
    record_reading(request, people=[each.person_id for each in page.rows])
    context = {"filter": filterset, "page": page}
    return render_page(
        request, "certification/certificate_list.html", context, partials=["results"]
    )


def get_certificate(request, public_id):
    """Return the certificate, or 404 when it is not for this user to see."""
    visible = Certificate.objects.visible_to(request.user).select_related(
        "assessment__person__office", "status_list", "key"
    )
    return get_object_or_404(visible, public_id=public_id)


@allow(Permission.CERTIFICATE_VIEW)
@require_safe
def certificate_detail(request, public_id):
    certificate = get_certificate(request, public_id)
    user, person = request.user, certificate.assessment.person
    may_share = permissions.can_share(user, certificate)
    may_shut = may_share or permissions.can_hold_back(user, certificate)
    links = certificate.links.order_by("-pk") if may_shut else []
    proposal = certificate.revocations.waiting().select_related("proposed_by").first()
    context = {
        "certificate": certificate,
        "tone": TONES.get(certificate.state, "plain"),
        "buttons": steps_for(user, certificate, proposal=proposal),
        "events": _events_of(certificate),
        "checks": certificate.checks.aggregate(all=Sum("times"))["all"] or 0,
        "may_duplicate": permissions.can_duplicate(user, certificate),
        "proposal": proposal,
        "may_decide": bool(proposal) and permissions.can_revoke(user, proposal),
        "links": [
            {"link": each, "address": sharing.address_of(each) if may_share else ""}
            for each in links
        ],
        "may_share": may_share,
        "may_tell": permissions.can_tell(user, certificate),
        "may_read_file": permissions.can_read_result(user, certificate.assessment),
        "may_open_person": user.may(Permission.PERSON_VIEW),
        "may_open_assessment": _sees_assessment(user, certificate),
        "person": person,
    }
    record_reading(request, people=[person.pk])
    return render_page(request, "certification/certificate_detail.html", context, partials=["pdf"])


def _events_of(certificate):
    """What became of it, the last first; `is_past` where its holder was told of something later.

    What nobody did is left out: it follows from a protection, and would say since when (CERT-19).
    """
    later = HolderNotice.objects.filter(event__certificate=certificate, pk__gt=OuterRef("notice"))
    events = certificate.events.exclude(by=None).select_related(
        "by", "notice__message", "duplicate"
    )
    return events.order_by("-pk").annotate(is_past=Exists(later))


def _sees_assessment(user, certificate):
    return (
        type(certificate.assessment)
        .objects.visible_to(user)
        .filter(pk=certificate.assessment_id)
        .exists()
    )


@allow(Permission.ASSESSMENT_VIEW)
@require_safe
def certificate_file(request, public_id):
    certificates = Certificate.objects.visible_to(request.user).exclude(pdf="")
    certificate = get_object_or_404(
        certificates.select_related("assessment__person__office"), public_id=public_id
    )
    require(permissions.can_read_result(request.user, certificate.assessment))
    record_reading(request, people=[certificate.person_id], kind=ReadKind.FILE)
    return FileResponse(
        certificate.pdf.open(),
        as_attachment=True,
        filename=f"{certificate.folio}.pdf",
        content_type="application/pdf",
    )


@allow(Permission.CERTIFICATE_SHARE)
@require_safe
def credential_file(request, public_id):
    """The signed credential, to the letter, for whoever accompanies the holder to hand over."""
    certificate = get_certificate(request, public_id)
    require(permissions.can_share(request.user, certificate))
    if not certificate.credential:
        raise Http404
    record_reading(request, people=[certificate.person_id], kind=ReadKind.FILE)
    return credential_response(certificate)


def credential_response(certificate):
    """A credential as a file: the very bytes that were signed."""
    response = HttpResponse(certificate.credential.encode(), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{certificate.folio}.json"'
    return response


def take_step(request, certificate, form, act, *, title, done, lead="", then=None):
    """Show the form of one step; when it is filled in, act and go on."""
    status = 422
    if form.is_valid():
        try:
            made = act()
        except REFUSALS as error:
            _show_refusal(form, error)
            status = 409 if isinstance(error, LATE) else 422
        else:
            messages.success(request, done)
            return redirect(then(made) if then else certificate)
    record_reading(request, people=[certificate.person_id])
    return render_form(
        request,
        "certification/certificate_step.html",
        form,
        status=status,
        certificate=certificate,
        title=title,
        lead=lead,
        cancel_url=certificate.get_absolute_url(),
    )


def _show_refusal(form, error):
    """Say what an action refused: a reason that is missing at its field, all else above them."""
    where = next((name for name in ("reason", "note") if name in form.fields), None)
    if isinstance(error, ReasonMissing) and where:
        form.add_error("note" if "note" in form.fields else where, str(error))
    else:
        add_errors(form, error)


@allow(Permission.CERTIFICATE_PROPOSE)
@ASK
def certificate_suspend(request, public_id):
    certificate = get_certificate(request, public_id)
    require(permissions.can_hold_back(request.user, certificate))
    form = forms.SuspendForm(request.POST or None, instance=certificate)
    return take_step(
        request,
        certificate,
        form,
        lambda: life.suspend_certificate(certificate, **form.cleaned_data, by=request.user),
        title=_("Suspend the certificate"),
        lead=_("The public check says at once that it does not hold for now."),
        done=_("Suspended."),
    )


@allow(Permission.CERTIFICATE_PROPOSE)
@ASK
def certificate_lift(request, public_id):
    certificate = get_certificate(request, public_id)
    require(permissions.can_hold_back(request.user, certificate))
    form = forms.LiftForm(request.POST or None, instance=certificate)
    return take_step(
        request,
        certificate,
        form,
        lambda: life.lift_suspension(certificate, **form.cleaned_data, by=request.user),
        title=_("End the suspension"),
        lead=_("Coordination and a certifying officer agree on it: who suspended it does not."),
        done=_("It holds again."),
    )


@allow(Permission.CERTIFICATE_PROPOSE)
@ASK
def revocation_propose(request, public_id):
    certificate = get_certificate(request, public_id)
    require(permissions.can_propose(request.user, certificate))
    form = forms.ProposeForm(request.POST or None)
    return take_step(
        request,
        certificate,
        form,
        lambda: life.propose_revocation(certificate, **form.cleaned_data, by=request.user),
        title=_("Propose to revoke the certificate"),
        lead=_("Another person decides. Tell the holder that she or he may appeal."),
        done=_("Proposed: another certifying officer decides."),
    )


@allow(Permission.CERTIFICATE_KEEP)
@ASK
def revocation_decide(request, public_id):
    proposals = Revocation.objects.select_related("certificate__assessment", "proposed_by")
    visible = Certificate.objects.visible_to(request.user)
    proposal = get_object_or_404(proposals.filter(certificate__in=visible), public_id=public_id)
    require(permissions.can_revoke(request.user, proposal))
    form = forms.DecideForm(request.POST or None, instance=proposal)

    def act():
        said = form.cleaned_data
        approves = said["decision"] == "approve"
        decide = life.approve_revocation if approves else life.reject_revocation
        return decide(proposal, version=said["version"], answer=said["note"], by=request.user)

    lead = _("%(person)s proposes it: %(reason)s. %(note)s") % {
        "person": proposal.proposed_by,
        "reason": proposal.get_reason_display(),
        "note": proposal.note,
    }
    return take_step(
        request,
        proposal.certificate,
        form,
        act,
        title=_("Decide on the revocation"),
        lead=lead,
        done=_("Decided."),
    )


@allow(Permission.CERTIFICATE_KEEP)
@ASK
def certificate_reissue(request, public_id):
    certificate = get_certificate(request, public_id)
    require(permissions.can_reissue(request.user, certificate))
    form = forms.ReissueForm(request.POST or None, instance=certificate)
    return take_step(
        request,
        certificate,
        form,
        lambda: life.reissue_certificate(certificate, **form.cleaned_data, by=request.user),
        title=_("Issue another in its place"),
        lead=_(
            "Correct the file first: name and document are taken from it as they are now. This"
            " one holds no more, and nothing in public leads from it to the new one."
        ),
        done=_("Issued: it is printed in the background."),
        then=lambda made: made,
    )


@allow(Permission.CERTIFICATE_SHARE)
@ASK
def lookup_change(request, public_id):
    certificate = get_certificate(request, public_id)
    require(permissions.can_share(request.user, certificate))
    form = forms.LookupForm(request.POST or None, instance=certificate)
    return take_step(
        request,
        certificate,
        form,
        lambda: life.change_lookup(certificate, **form.cleaned_data, by=request.user),
        title=_("What the public check shows"),
        lead=_("As the holder wants it. Without her or his agreement nothing is shown at all."),
        done=_("Saved."),
    )


@allow(Permission.CERTIFICATE_SHARE)
@ASK
def share_create(request, public_id):
    certificate = get_certificate(request, public_id)
    require(permissions.can_share(request.user, certificate))
    form = forms.LinkForm(request.POST or None)
    return take_step(
        request,
        certificate,
        form,
        lambda: sharing.make_link(certificate, **form.cleaned_data, by=request.user),
        title=_("An address to show the certificate"),
        lead=_("Whoever has the address sees what the paper says, and how it stands today."),
        done=_("The address is made: copy it for the holder."),
    )


@allow(Permission.CERTIFICATE_VIEW)
@require_POST
def share_revoke(request, public_id, link_id):
    certificate = get_certificate(request, public_id)
    require(permissions.can_shut(request.user, certificate))
    links = ShareLink.objects.select_related("certificate__assessment")
    sharing.revoke_link(
        get_object_or_404(links, certificate=certificate, public_id=link_id), by=request.user
    )
    messages.success(request, _("The address is shut."))
    return redirect(certificate)
