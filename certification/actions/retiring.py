"""Retiring a published version of a standard that is faulty (CERT-2).

Nobody begins with it any more; whoever has begun keeps it, and those whose day is still to
come are told. Nothing takes its place but another version that a committee publishes.
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from certification.actions.parts import given_reason
from certification.actions.refusals import NotPossible
from certification.choices import VersionState
from certification.models import StandardRetirement, StandardVersion
from genesis.lib.states import lock


class NotPublished(NotPossible):
    """A draft is given up, and what is retired already stays so."""

    sentence = gettext_noop("Only a version that is published is retired.")


@transaction.atomic
def retire_version(
    version: StandardVersion, *, key: UUID, reason: str, by: User
) -> StandardRetirement:
    """Let nobody begin with a version any more; what has begun goes on with it (CERT-2).

    Raises ReasonMissing, NotPublished and OtherContent.
    """
    sent = claim(key, by=by, content=[version, reason])
    if sent.result:
        return StandardRetirement.objects.get(pk=sent.result)
    lock(version.standard)  # as whoever publishes another does
    version, reason = lock(version), given_reason(reason)
    if version.state != VersionState.PUBLISHED:
        raise NotPublished
    version.state = VersionState.RETIRED
    version.save(update_fields=["state"])
    made = StandardRetirement.objects.create(standard_version=version, reason=reason, by=by)
    settle(sent, made)
    record_activity("standard.retired", made, by=by, changes={"reason": ("", reason)})
    return made
