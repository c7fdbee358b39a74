"""The history of the register of standards, centres and evaluators: what was done, by whom."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model, Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Activity

VERBS = {
    "accreditation.requested": gettext_lazy("Accreditation asked for"),
    "accreditation.renewal_requested": gettext_lazy("Renewal of the accreditation asked for"),
    "accreditation.documents_ok": gettext_lazy("Documents in order"),
    "accreditation.visit_planned": gettext_lazy("Visit planned"),
    "accreditation.visit_recorded": gettext_lazy("Visit recorded"),
    "accreditation.with_observations": gettext_lazy("Observations sent to the centre"),
    "accreditation.accredited": gettext_lazy("Accredited"),
    "accreditation.suspended": pgettext_lazy("accreditation", "Suspended"),
    "accreditation.suspension_lifted": gettext_lazy("Suspension lifted"),
    "accreditation.rejected": gettext_lazy("Rejected"),
    "accreditation.revoked": pgettext_lazy("accreditation", "Revoked"),
    "accreditation.correction_raised": gettext_lazy("Corrective action raised"),
    "accreditation.correction_closed": gettext_lazy("Corrective action put right"),
    "evaluator.registered": gettext_lazy("Taken into the register"),
    "evaluator.changed": gettext_lazy("Details of the evaluator corrected"),
    "evaluator.proposed": gettext_lazy("Proposed for a standard"),
    "evaluator.accredited": gettext_lazy("Accredited"),
    "evaluator.suspended": pgettext_lazy("accreditation", "Suspended"),
    "evaluator.suspension_lifted": gettext_lazy("Suspension lifted"),
    "evaluator.revoked": pgettext_lazy("accreditation", "Revoked"),
    "evaluator.joined_centre": gettext_lazy("Centre added"),
    "evaluator.left_centre": gettext_lazy("Last day at a centre recorded"),
    "evaluator.outliers_reviewed": gettext_lazy("Assessments that stood out looked at"),
    "evaluator.conflict_noted": gettext_lazy("Conflict of interest noted"),
    "evaluator.conflict_ended": gettext_lazy("Last day of a conflict of interest recorded"),
    "standard.loaded": gettext_lazy("Loaded from its file"),
    "standard.retired": gettext_lazy("Retired"),
    "draft.begun": gettext_lazy("Draft begun"),
    "draft.taken_from_file": gettext_lazy("Taken in from a file"),
    "draft.copied": gettext_lazy("Begun from another version"),
    "draft.data_changed": gettext_lazy("Data changed"),
    "draft.row_added": gettext_lazy("Part added"),
    "draft.row_changed": gettext_lazy("Part changed"),
    "draft.row_removed": gettext_lazy("Part taken out"),
    "draft.row_moved": gettext_lazy("Part moved"),
    "draft.sent_to_committee": gettext_lazy("Sent to the committee"),
    "draft.approved": gettext_lazy("Draft approved"),
    "draft.returned": gettext_lazy("Sent back"),
    "draft.dropped": gettext_lazy("Given up"),
    "draft.published": gettext_lazy("Published, with the minutes of the committee"),
}


def history_of(
    records: Mapping[type[Model], Iterable[int]], *, with_reasons: bool = True
) -> list[dict[str, Any]]:
    """What was done to these records, the latest first, with the reason where one was given.

    `records` maps a model to the keys of its rows; all of them are asked for at once.
    What people wrote freely is left out where not everybody may read it.
    """
    told = Q()
    for model, keys in records.items():
        told |= Q(model=model._meta.label, record_id__in=keys)
    done = Activity.objects.filter(told, verb__in=VERBS).select_related("actor")
    return [_entry(each, with_reasons) for each in done.order_by("-at", "-pk")]


def _entry(activity: Activity, with_reasons: bool) -> dict[str, Any]:
    kept = activity.changes
    _before, reason = (with_reasons and kept.get("reason")) or ("", "")
    return {
        "title": VERBS[activity.verb],
        "by": activity.actor,
        "at": activity.at,
        "text": " · ".join(
            filter(None, [kept.get("standard"), kept.get("centre"), kept.get("part"), reason])
        ),
    }
