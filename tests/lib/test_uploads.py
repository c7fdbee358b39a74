"""What is made of the files that people send, and which are refused (SEC-23)."""

from io import BytesIO

import pikepdf
import pytest
from django.utils import translation
from PIL import Image

from genesis.lib.uploads import JPEG, PDF, RefusedFile, bare_jpeg, check_upload
from tests.factories import papers

pytestmark = pytest.mark.rule("SEC-23")

SECRETS = [b"Exif", b"Telefonica", b"en mi casa", b"perfil", b"<?php", b"ICC_PROFILE"]


@pytest.fixture(autouse=True)
def in_english():
    """The refusals are told apart by their English words."""
    with translation.override("en"):
        yield


def opened(data):
    return Image.open(BytesIO(data))


def is_clean(data):
    return not any(each in data for each in SECRETS) and not opened(data).getexif()


def test_the_photo_of_a_phone_keeps_its_pixels_alone_and_stands_upright():
    sent = papers.phone_photo()
    assert opened(sent).getexif().get_ifd(0x8825)[1] == "N"

    kept = check_upload(sent)

    assert kept.media_type == JPEG
    assert opened(kept.content).size == (40, 60)
    assert is_clean(kept.content)
    assert is_clean(kept.preview)
    red, _green, blue = opened(kept.content).convert("RGB").getpixel((20, 5))
    assert red > blue  # what was on the left is now above


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_every_format_becomes_the_same_one(kind):
    kept = check_upload(papers.written(papers.picture(), kind))

    assert (kept.media_type, kept.extension) == (JPEG, "jpg")
    assert opened(kept.content).format == "JPEG"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_colour_is_taken(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"

    kept = check_upload(papers.written(Image.new(mode, (30, 20)), kind))

    assert opened(kept.content).size == (30, 20)


def test_what_is_transparent_becomes_white():
    kept = check_upload(papers.written(Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "PNG"))

    assert opened(kept.content).getpixel((4, 4)) == (255, 255, 255)


def test_a_large_photo_is_kept_as_large_as_a_sheet_of_paper():
    kept = check_upload(papers.photo(4000, 3000))

    assert opened(kept.content).size == (2400, 1800)
    assert opened(kept.preview).size == (320, 240)


def test_what_stands_behind_the_pixels_is_gone():
    kept = check_upload(papers.photo() + b"<?php system($_GET['c']); ?>")

    assert is_clean(kept.content)


def test_the_two_pictures_of_a_phone_are_the_first():
    two = papers.written(
        papers.picture(), "MPO", save_all=True, append_images=[papers.picture(20, 20)]
    )

    assert opened(check_upload(two).content).size == (60, 40)


REFUSED = {
    "nothing": (b"", "empty"),
    "html": (b"<html><script>alert(1)</script></html>", "Only photos"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "Only photos"),
    "gif and script": (b"GIF89a/*" + b"\x00" * 40 + b"*/=1;alert(1)", "Only photos"),
    "zip, or what an office writes": (b"PK\x03\x04" + b"\x00" * 60, "Only photos"),
    "program": (b"MZ\x90\x00" + b"\x00" * 60, "Only photos"),
    "iphone": (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, "iPhone"),
    "cut off": (papers.photo()[:200], "damaged"),
    "head alone": (b"\xff\xd8\xff", "damaged"),
    "bitmap that says it is a jpeg": (b"\xff\xd8\xff\xe0" + b"BM" * 40, "damaged"),
    "another picture as webp": (b"RIFF\x00\x00\x00\x00WEBP" + b"\x00" * 40, "damaged"),
    "bomb": (papers.head_of_png(30_000, 30_000), "too many pixels"),
    "one side too long": (papers.head_of_png(10_000, 10), "too many pixels"),
    "all pixels too many": (papers.head_of_png(9_000, 9_000), "too many pixels"),
    "script": (papers.paper(papers.with_script), "holds a program"),
    "script by name": (papers.paper(papers.with_named_script), "holds a program"),
    "program to start": (papers.paper(papers.with_launch), "holds a program"),
    "file inside": (papers.paper(papers.with_file_inside), "holds a program"),
    "form that sends": (papers.paper(papers.with_form_that_sends), "holds a program"),
    "locked": (
        papers.paper(encryption=pikepdf.Encryption(user="x", owner="y")),
        "locked with a password",
    ),
    "locked against changes": (
        papers.paper(encryption=pikepdf.Encryption(user="", owner="y")),
        "locked with a password",
    ),
    "broken pdf": (b"%PDF-1.7\n" + b"\x00nothing of it" * 20, "damaged"),
    "pdf without pages": (papers.paper(pages=0), "damaged"),
    "pdf behind a picture": (b"GIF89a" + papers.paper(), "Only photos"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_kept_is_refused_and_says_what_can(name):
    data, said = REFUSED[name]

    with pytest.raises(RefusedFile, match=said):
        check_upload(data)


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(settings):
    sent = papers.photo()
    settings.UPLOAD_LIMIT = len(sent)
    assert check_upload(sent).content
    settings.UPLOAD_LIMIT = len(sent) - 1

    with pytest.raises(RefusedFile, match="larger than"):
        check_upload(sent)


def test_a_picture_that_moves_is_refused():
    moving = papers.written(
        papers.picture(), "WEBP", save_all=True, append_images=[papers.picture().rotate(90)]
    )

    with pytest.raises(RefusedFile, match="moves"):
        check_upload(moving)


def test_a_pdf_has_as_many_pages_as_the_programme_says(settings):
    settings.PAPER_MAX_PAGES = 2
    assert check_upload(papers.paper(pages=2)).content

    with pytest.raises(RefusedFile, match="more than 2 pages"):
        check_upload(papers.paper(pages=3))


def test_a_pdf_becomes_its_pages():
    kept = check_upload(papers.paper(pages=3))

    assert (kept.media_type, kept.extension, kept.preview) == (PDF, "pdf", b"")
    with pikepdf.open(BytesIO(kept.content)) as made:
        texts = [page.Contents.read_bytes() for page in made.pages]
        assert [text.count(b"Constancia") for text in texts] == [1, 1, 1]
        assert set(made.Root.keys()) <= {"/Type", "/Pages"}


def test_where_a_pdf_opens_is_forgotten_and_does_not_refuse_it():
    def opens_somewhere(made):
        made.Root.OpenAction = pikepdf.Array([made.pages[0].obj, pikepdf.Name.Fit])

    with pikepdf.open(BytesIO(check_upload(papers.paper(opens_somewhere)).content)) as made:
        assert "/OpenAction" not in made.Root


def test_the_photo_in_a_pdf_tells_no_more_than_its_pixels():
    sent = papers.paper(papers.with_photo)
    assert b"Telefonica" in sent

    kept = check_upload(sent)

    assert not any(each in kept.content for each in SECRETS)
    with pikepdf.open(BytesIO(kept.content)) as made:
        assert not made.docinfo
        (image,) = made.pages[0].get_images().values()
        assert pikepdf.PdfImage(image).as_pil_image().size == (60, 40)


def test_a_photo_packed_once_more_in_a_pdf_is_unpacked():
    def packed(made):
        papers.with_photo(made)
        image = made.pages[0].obj.Resources.XObject.Im0
        ways = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.DCTDecode])
        image.write(papers.zlib.compress(papers.phone_photo()), filter=ways)

    kept = check_upload(papers.paper(packed))

    assert not any(each in kept.content for each in SECRETS)


def test_what_was_filled_into_a_form_is_seen_on_its_page():
    def filled(made):
        text = made.make_stream(b"BT /F1 12 Tf 5 5 Td (Ana Portillo) Tj ET")
        text.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 100, 20]
        )
        field = made.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T=pikepdf.String("nombre"),
                V=pikepdf.String("Ana Portillo"),
                F=4,
                Rect=[20, 20, 120, 40],
                AP=pikepdf.Dictionary(N=text),
            )
        )
        made.pages[0].obj.Annots = pikepdf.Array([field])
        made.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))

    with pikepdf.open(BytesIO(check_upload(papers.paper(filled)).content)) as made:
        page = made.pages[0]
        assert "/Annots" not in page.obj
        drawn = b"".join(each.read_bytes() for each in page.obj.Resources.XObject.values())
        assert b"Ana Portillo" in drawn


def test_the_pixels_of_a_bared_photo_are_untouched():
    sent = papers.phone_photo()

    bare = bare_jpeg(sent)

    assert is_clean(bare)
    assert opened(bare).tobytes() == opened(sent).tobytes()
