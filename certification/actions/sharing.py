"""Addresses under which a holder shows a certificate to whom she likes, for some days.

Its secret is made again from the key of the installation: of it only a digest
is stored.
"""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.choices import ConsentPurpose
from beneficiaries.models import Consent, Person
from certification.actions.refusals import NotPossible
from certification.models import Certificate, ShareLink
from genesis.lib.codes import share_secret
from genesis.lib.states import lock


class NotToBeShown(NotPossible):
    """It is shown outside when she asks for it, or agreed that employers see her profile."""

    sentence = gettext_noop(
        "She or he is not here, and has not agreed that employers see the profile."
    )


class DataRestricted(NotPossible):
    """Nothing of somebody whose data are restricted goes out."""

    sentence = gettext_noop("Her or his data are restricted: nothing is shown outside.")


@transaction.atomic
def make_link(
    certificate: Certificate, *, key: UUID, days: int, max_views: int, in_presence: bool, by: User
) -> ShareLink:
    """Make an address that shows a certificate so often and so long. Raises NotToBeShown,
    DataRestricted and OtherContent."""
    sent = claim(key, by=by, content=[certificate, days, max_views, in_presence])
    if sent.result:
        return ShareLink.objects.get(pk=sent.result)
    person = lock(Person(pk=certificate.assessment.person_id))
    if person.restricted_at:
        raise DataRestricted
    if not in_presence and not _agrees(person):
        raise NotToBeShown
    public_id = uuid4()
    link = ShareLink.objects.create(
        public_id=public_id,
        certificate=certificate,
        digest=_digest(_secret(public_id)),
        in_presence=in_presence,
        made_by=by,
        expires_at=timezone.now() + timedelta(days=days),
        max_views=max_views,
    )
    settle(sent, link)
    record_activity("certificate.shared", link, by=by, days=days, max_views=max_views)
    return link


def _agrees(person: Person) -> bool:
    to_employers = person.consents.for_new_sharing().for_purpose(ConsentPurpose.SHARE_EMPLOYER)
    return to_employers.exists()


@transaction.atomic
def revoke_link(link: ShareLink, *, by: User) -> ShareLink:
    """Shut an address; shut twice it is shut once."""
    lock(Person(pk=link.certificate.assessment.person_id))
    link = lock(link)
    if link.revoked_at is None:
        link.revoked_at, link.revoked_by = timezone.now(), by
        link.save(update_fields=["revoked_at", "revoked_by"])
        record_activity("certificate.share_revoked", link, by=by)
    return link


def shut_links(person: Person, purpose: str, by: User) -> int:
    """Shut every address of whoever takes back that she is shown, or known at all; how many.

    Those too that she asked for herself: she may ask for another.
    """
    if purpose not in {ConsentPurpose.SHARE_EMPLOYER, ConsentPurpose.REGISTRATION}:
        return 0
    standing = ShareLink.objects.open_at(timezone.now())
    rows = list(standing.filter(certificate__assessment__person=person).order_by("pk"))
    for each in rows:
        revoke_link(each, by=by)
    return len(rows)


def address_of(link: ShareLink) -> str:
    return f"{settings.SITE_URL}/c/{_secret(link.public_id)}/"


def open_link(secret: str, *, with_credential: bool = False) -> ShareLink | None:
    """Use one of the times that an address may be opened; None when it opens nothing.

    So often the holder agreed that it is shown: the one write of pages that only show.
    """
    link = _find(secret)
    if link is None or (with_credential and not link.certificate.credential):
        return None
    rows = ShareLink.objects.open_at(timezone.now()).filter(pk=link.pk)
    return link if rows.update(views=F("views") + 1) else None


def _find(secret: str) -> ShareLink | None:
    """The address with this secret while it opens something: one query, whatever is asked.

    Also shut while nothing may be shown of her, or she took back what it stood on.
    """
    agreed = Consent.objects.in_force().for_purpose(ConsentPurpose.SHARE_EMPLOYER)
    links = ShareLink.objects.open_at(timezone.now()).filter(
        Q(in_presence=True) | Q(certificate__assessment__person__in=agreed.values("person")),
        certificate__assessment__person__restricted_at=None,
        digest=_digest(secret),
    )
    return links.select_related("certificate").first()


def _secret(public_id: UUID) -> str:
    key = HKDF(SHA256(), 32, salt=None, info=b"genesis share 1")
    return share_secret(public_id, key=key.derive(settings.INSTALLATION_KEY.encode()))


def _digest(secret: str) -> str:
    return sha256(secret.upper().encode(errors="replace")).hexdigest()
