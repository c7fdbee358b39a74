"""The logos that certificates are printed with, and who is named beside the certifying body."""

from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import claim, record_activity, settle
from accounts.models import Organization, User
from beneficiaries.actions.cases import case_on, current_case
from certification.models import Assessment, Logo
from certification.models.logos import FOLDER, WITH_LOGOS
from genesis.lib.states import lock
from genesis.lib.storage import erase_unnamed, stored
from genesis.lib.uploads import RefusedFile, as_logo, check_picture

DONORS_NAMED = 6  # on the front, for which there is room


def change_logo(
    organization: Organization, *, key: UUID, file: File | None, by: User
) -> Logo | None:
    """Print certificates from now on with this logo, or with none; those issued stay as they are.

    Raises ValidationError for what is no picture, and unless it certifies or funds;
    OtherContent.
    """
    data = file.read() if file else b""
    with transaction.atomic():
        sent = claim(key, by=by, content=[organization, sha256(data).hexdigest()])
        if sent.result:
            return Logo.objects.in_use().filter(organization=organization).first()
        organization = lock(organization)
        if not WITH_LOGOS & set(organization.kinds):
            raise ValidationError(
                _("Mark it as a certifying body or as a donor first, among its details.")
            )
        used = Logo.objects.in_use().filter(organization=organization)
        used.update(ended_at=timezone.now(), ended_by=by)
        record_activity("organization.logo_changed", organization, by=by)
        if not data:
            settle(sent, organization)
            return None
        logo = _keep(organization, data, by=by)
        settle(sent, logo)
        return logo


def _keep(organization: Organization, data: bytes, *, by: User) -> Logo:
    try:
        content = as_logo(check_picture(data)).content
    except RefusedFile as error:
        raise ValidationError({"file": str(error)}) from error
    name, digest = f"{FOLDER}/{uuid4()}.jpg", sha256(content).hexdigest()
    with stored({name: content}):
        return Logo.objects.create(organization=organization, file=name, sha256=digest, added_by=by)


def marks_as_printed(body: Organization, assessment: Assessment) -> dict[str, Any]:
    """The logo of who certifies, and who funds the phase of the holder's case: as of now (CERT-15).

    The case is that of the assessment's day: whoever supports a later one did not support it,
    also where a certificate is issued again. By the names of the certificate's own fields.
    """
    person, day = assessment.person, timezone.localdate(assessment.enrolled_at)
    case = case_on(person, day) or current_case(person)
    fundings = case.phase.fundings.select_related("donor") if case else []
    donors = sorted((each.donor for each in fundings), key=lambda each: each.sort_name)
    donors = donors[:DONORS_NAMED]
    used = Logo.objects.in_use().filter(organization__in=[body, *donors])
    logos = {each.organization_id: each for each in used}
    return {
        "body_logo": logos.get(body.pk),
        "donors": [
            {
                "name": each.name,
                "logo": str(logos[each.pk].public_id) if each.pk in logos else "",
            }
            for each in donors
        ],
    }


def erase_orphans() -> int:
    """Erase files of logos whose row never came to be."""
    return erase_unnamed(FOLDER, Logo.objects.values_list("file", flat=True))
