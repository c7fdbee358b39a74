"""The seal of an organization in a PDF (PAdES), for installations that have a certificate for one.

Nothing that answers a browser imports this module (a contract holds it). It loads pyhanko
only when something is sealed: whoever sets no seal need not install it.
"""

from io import BytesIO
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner


class SealNotUsable(Exception):
    """The file of the seal is not there, its password is another, or others could read it."""


def is_set() -> bool:
    """Whether this installation seals what it prints."""
    return settings.CERTIFICATE_SEAL is not None


def sealed(pdf: bytes) -> bytes:
    """Return a PDF with the seal: its bytes as they were, and the signature behind them.

    Nothing may be changed afterwards: a reader of PDFs says so. Raises SealNotUsable.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415
    from pyhanko.sign import PdfSignatureMetadata, sign_pdf  # noqa: PLC0415
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter  # noqa: PLC0415

    about = PdfSignatureMetadata(
        field_name="Sello",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    found = BytesIO()
    sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), about, signer=_signer(), output=found)
    return found.getvalue()


def _signer() -> "SimpleSigner":
    from pyhanko.sign.signers import SimpleSigner  # noqa: PLC0415

    file = settings.CERTIFICATE_SEAL
    if file is None or not file.exists():
        raise SealNotUsable(f"{file} is not there")
    if file.stat().st_mode & 0o077:
        raise SealNotUsable(f"{file.name} can be read by others: chmod 600")
    password = settings.CERTIFICATE_SEAL_PASSWORD.encode()
    signer = SimpleSigner.load_pkcs12(str(file), passphrase=password)
    if signer is None:
        raise SealNotUsable(f"{file.name} is no PKCS #12 that its password opens")
    return signer
