"""The page by which an institution without an account answers one referral.

Its address carries 128 bits that are made again from the key of the
installation: of them only a digest is stored.
"""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.actions.history import claim, record_activity, settle
from accounts.models import User
from beneficiaries.actions.consents import RESTRICTED
from beneficiaries.actions.referrals import NotToBeShared, revoke_links, send_referral
from beneficiaries.choices import UNSENT_REFERRALS, ConsentPurpose, ReferralState, ReferralVia
from beneficiaries.models import Consent, Referral, ReferralLink, ReferralVisit
from beneficiaries.models.referrals import ReferralLinkQuerySet
from genesis.lib.codes import referral_secret
from genesis.lib.origin import origin
from genesis.lib.states import MoveNotAllowed, lock
from genesis.lib.turns import take_turn

OPEN_FOR = timedelta(days=30)  # [P] until then an institution answers on its page
MINUTE = 60
VISITS_OF_ONE, VISITS_OF_ALL = 20, 600  # in a minute


@transaction.atomic
def make_link(referral: Referral, *, key: UUID, by: User) -> ReferralLink:
    """Make the page for the institution; one that there was stops working."""
    sent = claim(key, by=by, content=[referral])
    if sent.result:
        return ReferralLink.objects.get(pk=sent.result)
    referral = lock(referral)
    if not referral.is_open or referral.state in UNSENT_REFERRALS:
        raise MoveNotAllowed(referral, ReferralState.SENT)
    if referral.case.person.restricted_at:
        raise NotToBeShared(RESTRICTED)
    link = _open_page(referral, by)
    settle(sent, link)
    return link


@transaction.atomic
def send_out(referral: Referral, *, version: int, via: str, by: User) -> Referral:
    """Keep that a referral went out; by its page, the page is there from that moment."""
    referral = send_referral(referral, version=version, via=via, by=by)
    if via == ReferralVia.LINK:
        _open_page(referral, by)
    return referral


def _open_page(referral: Referral, by: User) -> ReferralLink:
    revoke_links(referral)
    public_id = uuid4()
    link = ReferralLink.objects.create(
        public_id=public_id,
        referral=referral,
        digest=_digest(_secret(public_id)),
        made_by=by,
        expires_at=timezone.now() + OPEN_FOR,
    )
    record_activity("referral.link_made", link, by=by)
    return link


@transaction.atomic
def revoke_link(referral: Referral, *, by: User) -> None:
    """Shut the page for the institution."""
    referral = lock(referral)
    revoke_links(referral)
    record_activity("referral.link_revoked", referral, by=by)


def secret_of_link(link: ReferralLink) -> str:
    return _secret(link.public_id)


def link_of(referral: Referral) -> ReferralLink | None:
    """The page that is open to the institution now."""
    return _open(referral.links.all()).order_by("-pk").first()


def find_link(secret: str) -> ReferralLink | None:
    """The page with this secret, while it may be read; unknown, expired and shut are one.

    One query, whatever is asked.
    """
    links = _open(ReferralLink.objects.all()).select_related(
        "referral__case__person__district__department",
        "referral__case__person__contact",
        "referral__case__office",
        "referral__organization",
        "referral__why",
    )
    return links.filter(digest=_digest(secret)).first()


def _open(links: ReferralLinkQuerySet) -> ReferralLinkQuerySet:
    """Those that may be read: also shut while nothing may be shared of the person."""
    agreed = Consent.objects.in_force().for_purpose(ConsentPurpose.SHARE_PARTNER)
    shared = links.in_force().filter(referral__case__person__in=agreed.values("person"))
    return shared.exclude(referral__state=ReferralState.CANCELLED)


def record_visit(link: ReferralLink, *, answered: bool = False) -> None:
    """Keep that the page was opened or answered: the one write of a page that only shows."""
    ReferralVisit.objects.create(link=link, ip=origin.get().ip, answered=answered)


def may_visit(address: str | None) -> bool:
    """Whether such a page may be asked for once more, from there and by everybody together."""
    return take_turn(
        "referral-pages", address, of_one=VISITS_OF_ONE, of_all=VISITS_OF_ALL, seconds=MINUTE
    )


def _secret(public_id: UUID) -> str:
    key = HKDF(SHA256(), 32, salt=None, info=b"genesis referral 1")
    return referral_secret(public_id, key=key.derive(settings.INSTALLATION_KEY.encode()))


def _digest(secret: str) -> str:
    return sha256(secret.encode(errors="replace")).hexdigest()
