"""The latest of what was done with somebody, as her page tells it."""

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse

from accounts.models import Activity
from beneficiaries.choices import AttentionState, Service
from beneficiaries.models import Attention
from beneficiaries.registry import VERBS

LATEST = 12
ATTENTION = "attention.recorded"


def timeline_of(person, *, may_void):
    """The latest activities; of an attention what it was, and where it is voided."""
    files = Q(person_id=person.pk) | Q(person_id__in=person.earlier_files())
    told = Activity.objects.filter(files, verb__in=VERBS)
    told = told.exclude(verb="service.recorded", record_id__in=_services_of_attentions(person))
    latest = told.select_related("actor").annotate(attention=Subquery(_attention()))
    return [_entry(each, person, may_void) for each in latest.order_by("-at", "-pk")[:LATEST]]


def _services_of_attentions(person):
    """What an attention counts for: the timeline tells the attention itself."""
    return person.services.filter(source__startswith="attention:").values("pk")


def _attention():
    """The attention of which an activity tells, in the same query."""
    known = JSONObject(
        service="service", state="state", voided_at="voided_at", public_id="public_id"
    )
    return Attention.objects.filter(pk=OuterRef("record_id")).values(known=known)


def _entry(activity, person, may_void):
    entry = {"title": VERBS[activity.verb], "by": activity.actor, "at": activity.at}
    if activity.verb != ATTENTION:
        return entry
    told = activity.attention
    service, state = Service(told["service"]).label, AttentionState(told["state"]).label
    entry |= {"title": f"{service} · {state}", "voided": told["voided_at"] is not None}
    if may_void and not entry["voided"]:
        args = [person.public_id, told["public_id"]]
        entry["void_url"] = reverse("beneficiaries:attention_void", args=args)
    return entry
