"""Which centre is asked to plan the assessment of somebody who was admitted."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import record_activity
from accounts.models import User
from beneficiaries.actions.consents import RESTRICTED
from certification.actions.parts import check_state
from certification.actions.planning import CentreNotReady
from certification.actions.sharing import DataRestricted
from certification.choices import AssessmentState
from certification.models import Assessment, Centre
from genesis.lib.states import change, lock


@transaction.atomic
def ask_centre(
    assessment: Assessment, *, version: int, centre: Centre | None, by: User
) -> Assessment:
    """Ask a centre to propose the plan; none takes back what was asked.

    Whoever accompanies the person may still plan it. Raises OutOfStep unless it was admitted
    and not planned yet, DataRestricted while nothing of the person goes out, and CentreNotReady
    for a centre that is not accredited today.
    """
    person = lock(assessment.person)
    assessment = lock(assessment)
    check_state(assessment, AssessmentState.ADMITTED)
    if centre and person.restricted_at:
        raise DataRestricted(str(RESTRICTED))
    today = timezone.localdate()
    if centre and not centre.accreditations.active_on(today).filter(standard=assessment.standard):
        raise CentreNotReady(
            _("%(centre)s is not accredited for %(standard)s today.")
            % {"centre": centre, "standard": assessment.standard}
        )
    changes = change(assessment, version=version, centre=centre)
    record_activity("assessment.centre_asked", assessment, by=by, changes=changes)
    return assessment
