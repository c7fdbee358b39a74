"""Planning, by whoever accompanies the person and at the centre; and what a centre sends on."""

from contextlib import contextmanager, nullcontext

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from accounts.actions.history import record_reading
from accounts.roles import Permission
from beneficiaries.views.gate import where_to_agree
from certification import permissions
from certification.actions import arranging, deciding, enrolling
from certification.actions.helping import NoSensitiveConsent
from certification.actions.planning import ConflictOfInterest
from certification.actions.refusals import NotPossible
from certification.forms.judgements import SendOnForm
from certification.forms.plans import AskCentreForm, CentrePlanForm, PlanForm
from certification.models import Assessment, to_arrange
from certification.views.taking_steps import ASK, get_assessment, take_step
from genesis.lib.pages import paginate, render_page
from genesis.lib.policy import allow, require


@allow(Permission.ASSESSMENT_ARRANGE)
@require_safe
def arrange_list(request):
    """What a centre has to plan, for who manages it or evaluates there: masked, and no more."""
    page = paginate(request, to_arrange(request.user).for_list(), orders=["-enrolled_at"])
    record_reading(request, people=[each.person_id for each in page.rows])
    return render_page(request, "certification/arrange_list.html", {"page": page})


@allow(Permission.ASSESSMENT_PLAN)
@ASK
def centre_ask(request, public_id):
    assessment = get_assessment(request, public_id)
    require(permissions.can_prepare(request.user, assessment))
    form = AskCentreForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda **safe: arranging.ask_centre(assessment, **form.answers(), **safe),
        title=_("Ask a centre to plan it"),
        lead=_(
            "Who manages the centre, and its evaluators, find the first name of the person, the"
            " reference and the standard, and nothing else. You may go on planning it yourself."
        ),
        done=_("Saved."),
    )


def _seen_by(user):
    """Those whose page is open to somebody, and those of the centre."""
    seen = Assessment.objects.visible_to(user)
    return Assessment.objects.filter(
        Q(pk__in=seen.values("pk")) | Q(pk__in=to_arrange(user).values("pk"))
    )


@allow(Permission.ASSESSMENT_ARRANGE)
@ASK
def plan_propose(request, public_id):
    user = request.user
    assessment = get_assessment(request, public_id, seen=_seen_by(user))
    require(permissions.can_plan(user, assessment))
    if permissions.can_prepare(user, assessment):
        form = PlanForm(request.POST or None, instance=assessment)
        shown = {"agree_url": where_to_agree(request, assessment.person)}
    else:
        form = CentrePlanForm(request.POST or None, instance=assessment, user=user)
        shown = at_centre(assessment)

    def propose(**safe):
        with _told_plainly() if "back" in shown else nullcontext():
            return enrolling.propose_plan(assessment, **form.answers(), **safe)

    return take_step(
        request,
        assessment,
        form,
        propose,
        title=_("Change the plan") if form.replaces else _("Plan the assessment"),
        done=_("Plan proposed."),
        **shown,
    )


@allow(Permission.ASSESSMENT_ARRANGE)
@ASK
def verification_send(request, public_id):
    """Who verifies it: by the evaluator, or at the centre without a word of the result."""
    user = request.user
    assessment = get_assessment(request, public_id, seen=_seen_by(user))
    require(permissions.can_send(user, assessment))
    own = permissions.can_conduct(user, assessment)
    form = SendOnForm(request.POST or None, instance=assessment, user=user)

    def send(**safe):
        with nullcontext() if own else _told_plainly():
            return deciding.send_explained(assessment, **form.answers(), **safe)

    return take_step(
        request,
        assessment,
        form,
        send,
        title=_("Send to verification"),
        lead=_("The result was explained to the person. Somebody who had no part in it verifies."),
        done=_("Sent to verification."),
        **({} if own else at_centre(assessment)),
    )


class NotPossibleAtCentre(NotPossible):
    """What is lacking tells of the person what a centre does not learn."""

    sentence = gettext_noop("It cannot be planned so: ask whoever accompanies the person.")


@contextmanager
def _told_plainly():
    """Refuse at a centre without what it says of the person: her groups, consents and health."""
    try:
        yield
    except ConflictOfInterest:
        raise ConflictOfInterest from None
    except NoSensitiveConsent:
        raise NotPossibleAtCentre from None


def at_centre(assessment):
    """Of the person no more than who works at the centre may know, and the way back to its list."""
    return {
        "person": None,
        "back": reverse("certification:arrange_list"),
        "facts": [
            (_("Person"), assessment.person.masked_name),
            (_("Standard"), f"{assessment.standard.code} {assessment.standard_version.title}"),
        ],
    }
