"""Which buttons a certificate has for whom."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from certification import permissions
from certification.choices import CertificateState as State
from certification.views.steps import Button

REISSUE = "certification:certificate_reissue"
# (text, page, who may, in which states)
BUTTONS = [
    (
        _("Address to show it"),
        "certification:share_create",
        permissions.can_share,
        {State.VALID, State.SUSPENDED},
    ),
    (
        _("Public check"),
        "certification:lookup_change",
        permissions.can_share,
        {State.VALID, State.SUSPENDED},
    ),
    (
        _("Suspend"),
        "certification:certificate_suspend",
        permissions.can_hold_back,
        {State.VALID},
    ),
    (
        _("End the suspension"),
        "certification:certificate_lift",
        permissions.can_hold_back,
        {State.SUSPENDED},
    ),
    (
        _("Issue another in its place"),
        REISSUE,
        permissions.can_reissue,
        {State.VALID},
    ),
    (
        _("Propose to revoke it"),
        "certification:revocation_propose",
        permissions.can_hold_back,
        {State.VALID, State.SUSPENDED},
    ),
]


def steps_for(user, certificate, *, proposal=None):
    """The buttons of a certificate for one user.

    Nothing takes its place after it has expired, or while a proposal to revoke it waits.
    """
    stays = proposal is not None or certificate.has_expired
    return [
        Button(title, reverse(name, args=[certificate.public_id]), primary=False)
        for title, name, may, states in BUTTONS
        if certificate.state in states
        and may(user, certificate)
        and not (stays and name == REISSUE)
    ]
