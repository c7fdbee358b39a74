"""The certificate as a credential that programs check: Open Badges 3.0, signed.

All that it says comes from the certificate's own row, like what is printed. It
holds the holder's name and no number of any document: nine digits behind a
digest are soon guessed.
"""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from certification.models import Certificate, StatusList
from genesis.lib import proofs

SCHEMA = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
)


def signed_credential(certificate: Certificate, *, key: Ed25519PrivateKey) -> str:
    """The signed credential of a certificate, to the letter as it is handed out.

    Another program has looked at it before. Raises proofs.NotToBeReleased.
    """
    public = key.public_key()
    document = proofs.sign(
        credential_of(certificate),
        key=key,
        method=method_of(proofs.multikey(public)),
        created=certificate.recorded_at,
    )
    proofs.check_badge(document, issuer=settings.CREDENTIAL_ISSUER, by=public)
    return written(document)


def written(document: proofs.Document) -> str:
    """A document as text, always the same."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def method_of(public: str) -> str:
    """The address of a key in the DID document of the installation."""
    return f"{settings.CREDENTIAL_ISSUER}#{public}"


def status_url(status_list: StatusList) -> str:
    return settings.SITE_URL + reverse("status_list", args=[status_list.number])


def credential_of(certificate: Certificate) -> proofs.Document:
    """What is signed, in Spanish whoever asks."""
    with translation.override("es"):
        document = {
            "@context": [proofs.CREDENTIALS, proofs.BADGES, proofs.EXTENSIONS],
            "id": certificate.credential_id.urn,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": certificate.standard_title,
            "issuer": _issuer(certificate),
            "awardedDate": _begin_of(certificate.issued_on),
            "validFrom": _begin_of(certificate.issued_on),
            "credentialSubject": _subject(certificate),
            "evidence": [{"type": ["Evidence"], "narrative": _evidence(certificate)}],
            "credentialStatus": _status(certificate),
            "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        }
        if certificate.valid_until:
            document["validUntil"] = _end_of(certificate.valid_until)
        return document


def _issuer(certificate: Certificate) -> dict[str, Any]:
    body = certificate.body
    issuer = {
        "id": settings.CREDENTIAL_ISSUER,
        "type": ["Profile"],
        "name": certificate.body_name,
        "url": body.website or settings.SITE_URL,
    }
    return issuer | ({"email": body.email} if body.email else {})


def _subject(certificate: Certificate) -> dict[str, Any]:
    achievement = _achievement(certificate)
    [asked] = achievement["resultDescription"]
    return {
        "id": certificate.subject_id.urn,
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": certificate.holder_name,
                "identityType": "name",
            }
        ],
        "licenseNumber": certificate.folio,
        "achievement": achievement,
        "result": [
            {
                "type": ["Result"],
                "resultDescription": asked["id"],
                "status": "Completed",
                "value": _("Competent"),
            }
        ],
    }


def _achievement(certificate: Certificate) -> dict[str, Any]:
    url = settings.SITE_URL + reverse(
        "standard_public", args=[certificate.standard_code, certificate.standard_version]
    )
    isco = certificate.assessment.standard_version.own_isco
    return {
        "id": url,
        "type": ["Achievement"],
        "achievementType": "Certification",
        "name": certificate.standard_title,
        "description": "; ".join(unit["title"] for unit in certificate.units),
        "humanCode": certificate.standard_code,
        "version": str(certificate.standard_version),
        "inLanguage": "es",
        "criteria": {
            "id": f"{url}#criterios",
            "narrative": _("Competent in every element, as a practical assessment has shown."),
        },
        "alignment": [
            {
                "type": ["Alignment"],
                "targetName": f"CIUO-08 {isco}",
                "targetUrl": f"http://data.europa.eu/esco/isco/C{isco}",
                "targetCode": isco,
                "targetFramework": "CIUO-08",
                "targetType": "CFItem",
            }
        ],
        "resultDescription": [
            {
                "id": f"{url}#juicio",
                "type": ["ResultDescription"],
                "name": _("Judgement"),
                "resultType": "Status",
            }
        ],
    }


def _evidence(certificate: Certificate) -> str:
    """When the person was assessed, where unless it is shown to nobody (CERT-19), and the act."""
    told = {
        "day": date_format(certificate.assessed_on, "DATE_FORMAT"),
        "centre": certificate.centre_code,
    }
    if certificate.shows_little:
        held = _("Practical assessment on %(day)s.") % told
    else:
        held = _("Practical assessment at the centre %(centre)s on %(day)s.") % told
    act = certificate.act
    if act is None:
        return held
    decided = _("Decision %(number)s.") % {"number": act.number}
    return f"{held} {decided}"


def _status(certificate: Certificate) -> dict[str, str]:
    assert certificate.status_list is not None  # every certificate is issued with its bit
    url = status_url(certificate.status_list)
    return {
        "id": f"{url}#{certificate.status_index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(certificate.status_index),
        "statusListCredential": url,
    }


def _begin_of(day: date) -> str:
    """The first moment of a day in El Salvador, as all the world writes it."""
    moment = datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _end_of(day: date) -> str:
    """Its last second: on its last day a certificate still holds."""
    following = datetime.combine(
        day + timedelta(days=1), time.min, tzinfo=timezone.get_default_timezone()
    )
    return (following - timedelta(seconds=1)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
