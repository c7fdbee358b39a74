"""Making the copy of a person's data: a file for people and one for machines, in one archive."""

import json
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.files.base import ContentFile
from django.utils import timezone

from beneficiaries.actions.everything import copy_of
from beneficiaries.documents import copy_pdf
from beneficiaries.models import RightsFile
from genesis.lib.plain import PlainEncoder, sha256_of


def write_copy(copy: RightsFile) -> None:
    """Put what is kept of her into an archive: datos.pdf to be read, datos.json to be taken on."""
    person = copy.request.person
    tables = copy_of(person)
    archive = BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as files:
        text = json.dumps(tables, cls=PlainEncoder, ensure_ascii=False, indent=1)
        files.writestr("datos.json", text)
        files.writestr("datos.pdf", copy_pdf(person, tables))
    file = ContentFile(archive.getvalue())
    copy.sha256 = sha256_of(file)
    copy.made_at = timezone.now()
    copy.file.save(f"{copy.public_id}.zip", file, save=False)
    copy.save(update_fields=["file", "sha256", "made_at"])
