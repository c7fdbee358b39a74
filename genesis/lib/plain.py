"""Values as plain JSON, for fingerprints and for the history."""

from hashlib import sha256
from typing import Any

from django.core.files import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet


class PlainEncoder(DjangoJSONEncoder):
    """JSON in which a record counts by its key, and a file by its SHA-256."""

    def default(self, o: Any) -> Any:
        if isinstance(o, Model):
            return o.pk
        if isinstance(o, QuerySet | set | frozenset):
            return sorted(each.pk if isinstance(each, Model) else each for each in o)
        if hasattr(o, "as_e164"):
            return o.as_e164
        if hasattr(o, "to_dict"):
            return o.to_dict()
        return sha256_of(o) if isinstance(o, File) else super().default(o)


def sha256_of(file: File) -> str:
    """The SHA-256 of a file's content, as hexadecimal; the file is left at its start."""
    digest = sha256()
    file.seek(0)
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
