"""Which buttons a certificate has for whom."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from certification import permissions
from certification.actions.certificate_life import is_taken_back, may_lift
from certification.actions.renewing import can_be_renewed
from certification.choices import CertificateState as State
from certification.views.steps import Button

REISSUE = "certification:certificate_reissue"
RENEW = "certification:certificate_renew"
DUPLICATE = "certification:certificate_duplicate"
LIFT = "certification:certificate_lift"
# (text, page, who may, in which states)
BUTTONS = [
    (
        _("Renew the certificate"),
        RENEW,
        lambda user, certificate: permissions.can_enrol(user, certificate.assessment.person),
        {State.VALID},
    ),
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
        LIFT,
        permissions.can_hold_back,
        {State.SUSPENDED},
    ),
    (
        _("Print a duplicate"),
        DUPLICATE,
        permissions.can_duplicate,
        {State.VALID},
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
        permissions.can_propose,
        {State.VALID, State.SUSPENDED},
    ),
]


def steps_for(user, certificate, *, proposal=None):
    """The buttons of a certificate for one user.

    Nothing takes its place after it has expired, or while a proposal to revoke it waits;
    and what an appeal suspended nobody lets hold again, nor who suspended it.
    """
    hindered = {
        REISSUE: lambda: proposal is not None or certificate.has_expired,
        DUPLICATE: lambda: not certificate.pdf,
        RENEW: lambda: not can_be_renewed(certificate),
        LIFT: lambda: is_taken_back(certificate) or not may_lift(certificate, by=user),
    }
    return [
        Button(title, reverse(name, args=[certificate.public_id]), primary=False)
        for title, name, may, states in BUTTONS
        if certificate.state in states
        and may(user, certificate)
        and not (name in hindered and hindered[name]())
    ]
