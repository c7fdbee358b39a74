"""What the candidate signs with her own hand: the plan, the end of the session, and the result."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from uuid import uuid4

from django.core.files import File
from django.utils.translation import gettext_noop

from accounts.models import User
from certification.actions.evidence import sha256_of
from certification.actions.refusals import NotPossible, SignatureMissing
from certification.choices import SignatureKind
from certification.models import Assessment, Signature
from certification.models.signatures import FOLDER
from genesis.lib.storage import erase_unnamed, stored
from genesis.lib.uploads import RefusedFile, check_picture


class HandMissing(NotPossible):
    """A name that somebody else types is no signature."""

    sentence = gettext_noop(
        "The person signs here: let her or him draw the signature, or attach a photo of the paper"
        " that was signed."
    )


class SignedAndNot(NotPossible):
    """Either she signs, or it is said why not."""

    sentence = gettext_noop("It is signed: then there is no reason why it is not.")


def sign(
    assessment: Assessment, kind: SignatureKind, name: str, *, by: User, **of: Any
) -> Signature:
    """Keep that somebody acknowledged something, by name. Raises SignatureMissing.

    `of` is the plan or the judgement that it is about, and what else is known of it.
    """
    if not name.strip():
        raise SignatureMissing
    return Signature.objects.create(
        assessment=assessment, kind=kind, name=name.strip(), recorded_by=by, **of
    )


@contextmanager
def signed_by_hand(
    assessment: Assessment,
    kind: SignatureKind,
    name: str,
    *,
    drawn: File | None,
    by: User,
    **of: Any,
) -> Iterator[Signature]:
    """Keep a signature for what is done in the block: it is there with it, or not at all.

    `drawn` is what was drawn, or a photo of the signed paper. Raises SignatureMissing without
    a name, and HandMissing without a picture that can be kept.
    """
    if not drawn:
        raise HandMissing
    drawn.seek(0)
    data = drawn.read()
    try:
        checked = check_picture(data)
    except RefusedFile as error:
        raise HandMissing(str(error)) from error
    file = f"{FOLDER}/{uuid4()}.{checked.extension}"
    sums = {"sha256": sha256_of(data), "kept_sha256": sha256_of(checked.content)}
    with stored({file: checked.content}):
        yield sign(assessment, kind, name, by=by, file=file, **sums, **of)


def signed_or_not(
    assessment: Assessment,
    kind: SignatureKind,
    name: str,
    *,
    drawn: File | None,
    unsigned_because: str,
    by: User,
    **of: Any,
) -> AbstractContextManager[Signature]:
    """The same, or `unsigned_because` of who does not sign or is not there.

    Raises SignatureMissing, HandMissing where there is neither, and SignedAndNot where there
    are both.
    """
    why = unsigned_because.strip()
    if not why:
        return signed_by_hand(assessment, kind, name, drawn=drawn, by=by, **of)
    if drawn:
        raise SignedAndNot
    of |= {"unsigned_because": why, "agrees": False}
    return nullcontext(sign(assessment, kind, name, by=by, **of))


def erase_orphans() -> int:
    """Erase the files that no row names; return how many they were."""
    return erase_unnamed(FOLDER, Signature.objects.values_list("file", flat=True))
