"""Where private files lie: written whole or not at all, handed out by views alone."""

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path, PurePath
from tempfile import NamedTemporaryFile

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils import timezone
from django.utils.translation import gettext as _

BELONGS_TO_NOBODY_AFTER = timedelta(days=1)
log = logging.getLogger(__name__)


class PrivateStorage(FileSystemStorage):
    """A folder outside the static files: what lies in it is handed out by views alone."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name  # a second attempt takes the place of the first, so none is left over

    def url(self, name: str | None) -> str:
        raise ValueError("A private file has no address of its own.")

    def _save(self, name: str, content: File) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".", delete_on_close=False) as file:
            for chunk in content.chunks():
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
            os.replace(file.name, path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)  # the new name, too, must survive a power cut
        os.close(folder)
        return name


def private() -> Storage:
    """Return the storage of private files that `STORAGES` names: a folder under GENESIS_VAR."""
    return storages["private"]


@contextmanager
def stored(contents: Mapping[str, bytes]) -> Iterator[None]:
    """Keep files for what is written in the block; take them back when that fails.

    Raises ValidationError, at `file`, when they cannot be written.
    """
    storage = private()
    try:
        for name, content in contents.items():
            _store(storage, name, content)
        yield
    except BaseException:
        for name in contents:
            storage.delete(name)
        raise


def erase_unnamed(folder: str, named: Iterable[str]) -> int:
    """Erase what lies in a folder for a day and no row names; return how many files that were.

    A file is written before its row: when the machine stopped in between, it belongs to nobody.
    """
    storage = private()
    if not storage.exists(folder):
        return 0
    _folders, names = storage.listdir(folder)
    before = timezone.now() - BELONGS_TO_NOBODY_AFTER
    old = {each for each in names if storage.get_modified_time(f"{folder}/{each}") < before}
    unnamed = old - {PurePath(each).name for each in named}
    for name in unnamed:
        storage.delete(f"{folder}/{name}")
    return len(unnamed)


def _store(storage: Storage, name: str, content: bytes) -> None:
    try:
        storage.save(name, ContentFile(content))
    except OSError as error:
        log.error("A file could not be stored: %s", type(error).__name__)
        raise ValidationError(
            {"file": _("The file could not be kept, and nothing was saved. Try again in a while.")}
        ) from error
