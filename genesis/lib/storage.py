"""Where private files lie: written whole or not at all, handed out by views alone."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages


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
