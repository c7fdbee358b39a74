"""What coordination decides of an assessment: answers that differ, and two parts of one person."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.roles import Permission
from certification import permissions
from certification.actions import (
    sessions,
    two_parts,
)
from certification.forms.sessions import ResolveForm
from certification.forms.steps import SettlePartsForm
from certification.models import (
    Observation,
)
from certification.views.taking_steps import ASK, get_assessment, take_step
from genesis.lib.policy import allow, require


@allow(Permission.ASSESSMENT_CANCEL)
@ASK
def item_resolve(request, public_id, code):
    assessment = get_assessment(request, public_id)
    require(permissions.can_resolve(request.user, assessment))
    item = get_object_or_404(assessment.items_to_resolve(), code=code)
    given = Observation.objects.counting().filter(session__assessment=assessment, item=item)
    answers = given.current()
    observations = Observation.objects.filter(pk__in=answers.values("pk")).select_related("by")
    form = ResolveForm(
        request.POST or None, instance=assessment, item=item, observations=observations
    )
    return take_step(
        request,
        assessment,
        form,
        lambda version, by: sessions.resolve_item(
            assessment,
            item=item,
            observation=form.cleaned_data["observation"],
            reason=form.cleaned_data["reason"],
            by=by,
        ),
        title=_("Two devices differ on {item}").format(item=item.code),
        lead=item.text,
        done=_("Decided."),
    )


@allow(Permission.ASSESSMENT_CANCEL)
@ASK
def parts_settle(request, public_id, user_id):
    """Coordination has looked into it that somebody has two parts, and says what came of it."""
    assessment = get_assessment(request, public_id)
    found = assessment.parts_alerts.open().select_related("user")
    alert = get_object_or_404(found, user__public_id=user_id)
    alert.assessment = assessment
    require(permissions.can_settle_parts(request.user, alert))
    form = SettlePartsForm(request.POST or None, instance=assessment)
    return take_step(
        request,
        assessment,
        form,
        lambda version, by: two_parts.settle_parts(
            alert, reason=form.cleaned_data["reason"], by=by
        ),
        title=_("Two parts of one person: {person}").format(person=alert.user),
        lead=_("Somebody else looks at what she or he did in it, before this is settled."),
        done=_("Decided."),
    )
