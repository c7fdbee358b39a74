"""Private files: whole or not at all, under their own name, and without an address (SEC-20)."""

import threading
from pathlib import Path

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile, File

from genesis.lib.storage import PrivateStorage, private

pytestmark = pytest.mark.rule("SEC-20")


@pytest.fixture
def storage(tmp_path):
    return PrivateStorage(location=tmp_path / "files")


def everything(storage):
    return sorted(
        str(path.relative_to(storage.location))
        for path in Path(storage.location).rglob("*")
        if path.is_file()
    )


class Broken(File):
    """A file of which the second part cannot be read."""

    def __init__(self):
        super().__init__(None, name="a")

    def chunks(self, chunk_size=None):
        yield b"first half"
        raise OSError("the disk is full")


def test_a_file_lies_under_the_name_that_it_was_given(storage):
    name = storage.save("reports/a.xlsx", ContentFile(b"one"))

    assert name == "reports/a.xlsx"
    assert everything(storage) == ["reports/a.xlsx"]
    with storage.open(name) as file:
        assert file.read() == b"one"


def test_a_second_one_takes_the_place_of_the_first(storage):
    for content in (b"one", b"two"):
        storage.save("a.xlsx", ContentFile(content))

    assert everything(storage) == ["a.xlsx"]
    with storage.open("a.xlsx") as file:
        assert file.read() == b"two"


@pytest.mark.parametrize("first", [None, b"one"])
def test_a_write_that_fails_leaves_what_was_there(storage, first):
    if first:
        storage.save("a.xlsx", ContentFile(first))

    with pytest.raises(OSError, match="disk is full"):
        storage.save("a.xlsx", Broken())

    assert everything(storage) == (["a.xlsx"] if first else [])
    if first:
        assert Path(storage.path("a.xlsx")).read_bytes() == first


def test_while_a_file_is_written_nobody_finds_a_part_of_it(storage):
    half, go_on = threading.Event(), threading.Event()

    class Slow(File):
        def chunks(self, chunk_size=None):
            yield b"first half, "
            half.set()
            assert go_on.wait(5)
            yield b"second half"

    writing = threading.Thread(target=storage.save, args=("a.xlsx", Slow(None, name="a")))
    writing.start()
    assert half.wait(5)

    assert not storage.exists("a.xlsx")

    go_on.set()
    writing.join()
    assert Path(storage.path("a.xlsx")).read_bytes() == b"first half, second half"


def test_nobody_else_on_the_machine_reads_it(storage):
    storage.save("a.xlsx", ContentFile(b"one"))

    assert Path(storage.path("a.xlsx")).stat().st_mode & 0o077 == 0


def test_it_has_no_address_of_its_own(storage):
    with pytest.raises(ValueError, match="no address"):
        storage.url("a.xlsx")


@pytest.mark.parametrize("name", ["../outside", "a/../../outside", "/etc/passwd"])
def test_no_name_leads_out_of_the_folder(storage, name):
    with pytest.raises(SuspiciousFileOperation):
        storage.save(name, ContentFile(b"x"))


def test_the_private_storage_is_this_one():
    assert isinstance(private(), PrivateStorage)
