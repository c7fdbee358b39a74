"""Files that people send: looked into by what they hold, and made anew before they are kept.

Nothing of what was sent is stored as it came. A picture becomes a JPEG without
anything but its pixels; a PDF becomes its pages. What is neither is refused.
"""

import logging
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, NamedTuple

import pikepdf
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

log = logging.getLogger(__name__)

JPEG, PDF = "image/jpeg", "application/pdf"
EXTENSIONS = {JPEG: "jpg", PDF: "pdf"}
FORMATS = ["JPEG", "PNG", "WEBP"]
DRAWING = (1000, 400)  # pixels of a signature
LOGO = (720, 240)  # pixels of a logo: three centimetres by one, at 600 dots to the inch
KEPT_SIDE = 2400  # pixels: a sheet of A4 at 200 dots to the inch
PREVIEW_SIDE = 320

# One stream of a PDF never takes more memory than this, whatever it says of itself.
MOST_MEMORY = 200_000_000
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=MOST_MEMORY, run_length_max_memory=MOST_MEMORY, max_stream_filters=5
)


class RefusedFile(ValueError):
    """This cannot be kept; the message says to whoever sent it what can."""


class Checked(NamedTuple):
    """A file as it is kept."""

    content: bytes
    media_type: str
    preview: bytes  # a small JPEG; empty for a PDF

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.media_type]


def check_size(size: int) -> None:
    """Raise RefusedFile for what is too large: of a file that arrives, before it is read."""
    if size > settings.UPLOAD_LIMIT:
        most = settings.UPLOAD_LIMIT // (1024 * 1024)
        raise RefusedFile(_("The file is larger than {most} MB.").format(most=most))


def check_upload(data: bytes) -> Checked:
    """Return what is kept of a file that somebody sent. Raises RefusedFile.

    What it is, its first bytes say: its name and the type that the browser
    states are not looked at.
    """
    if not data:
        raise RefusedFile(_("The file is empty: choose it again."))
    check_size(len(data))
    if data.startswith(b"%PDF-"):
        return Checked(_pages_of(data), PDF, b"")
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or _is_webp(data):
        return Checked(*_picture_of(data))
    if data[4:8] == b"ftyp":
        raise RefusedFile(
            _(
                "This is an iPhone photo (HEIC) or a video. On the phone choose"
                " “Most Compatible” in the camera’s formats, or send a screenshot of it."
            )
        )
    raise RefusedFile(
        _(
            "Only photos (JPG, PNG, WebP) and PDF are kept. Save a document of Word or Excel"
            " as PDF, or take a photo of the paper."
        )
    )


def check_picture(data: bytes) -> Checked:
    """Return what is kept of a picture that somebody sent. Raises RefusedFile, also for a PDF."""
    checked = check_upload(data)
    if checked.media_type != JPEG:
        raise RefusedFile(_("Send a photo or an image here, not a PDF."))
    return checked


def as_drawing(checked: Checked) -> Checked:
    """A signature, as what is kept of a picture: small and grey, so that nobody is known by it."""
    with Image.open(BytesIO(checked.content)) as picture:
        drawing = picture.convert("L")
    drawing.thumbnail(DRAWING)
    content = _as_jpeg(drawing, quality=75)
    return checked._replace(content=content, preview=content)


def as_logo(checked: Checked) -> Checked:
    """A logo, as what is kept of a picture: small, in its colours."""
    with Image.open(BytesIO(checked.content)) as picture:
        small = picture.convert("RGB")
    small.thumbnail(LOGO)
    content = _as_jpeg(small, quality=90)
    return checked._replace(content=content, preview=content)


def _is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


@contextmanager
def _reading(said: str) -> Iterator[None]:
    """Whatever a parser says of a broken or hostile file, it is refused in plain words."""
    try:
        yield
    except RefusedFile:
        raise
    except Exception as error:
        log.warning("A file could not be read: %s", type(error).__name__)  # never its words
        raise RefusedFile(said) from error


# Pictures


def _picture_of(data: bytes) -> tuple[bytes, str, bytes]:
    with _reading(_("The photo is damaged and cannot be opened: take it again.")):
        picture = _opened(data)
        if picture.format == "JPEG":
            picture.draft(None, (KEPT_SIDE, KEPT_SIDE))  # decodes no more than what is kept
        whole = _only_pixels(ImageOps.exif_transpose(picture))
    whole.thumbnail((KEPT_SIDE, KEPT_SIDE))
    small = whole.copy()
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    return _as_jpeg(whole, quality=85), JPEG, _as_jpeg(small, quality=75)


def _opened(data: bytes) -> Any:
    """A picture of which only the head has been read. Raises RefusedFile for its size."""
    try:
        picture = Image.open(BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    width, height = picture.size
    if max(width, height) > settings.PICTURE_MAX_SIDE or width * height > settings.PICTURE_MAX:
        raise _too_large()
    if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
        raise RefusedFile(_("This picture moves: send a still photo."))
    return picture


def _too_large() -> RefusedFile:
    side = f"{settings.PICTURE_MAX_SIDE:,}"
    most = settings.PICTURE_MAX // 1_000_000
    return RefusedFile(
        _(
            "The photo has too many pixels: at most {side} on each side, and {most} million."
            " Take it with a lower resolution."
        ).format(side=side, most=most)
    )


def _only_pixels(picture: Any) -> Any:
    """The same picture on white, without anything that came with it: place, camera, comments."""
    alpha = picture.mode in {"LA", "PA", "RGBA"} or "transparency" in picture.info
    coloured = picture.convert("RGBA" if alpha else "RGB")
    sheet = Image.new("RGB", coloured.size, "white")
    sheet.paste(coloured, mask=coloured.getchannel("A") if alpha else None)
    return sheet


def _as_jpeg(picture: Any, *, quality: int) -> bytes:
    made = BytesIO()
    picture.save(made, "JPEG", quality=quality)
    return made.getvalue()


# PDF

# What a paper has no use for. One of these keys anywhere, or one of these actions, refuses it.
ACTIVE_KEYS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EmbeddedFile", "/EF", "/RichMedia"}
ACTIVE_KEYS |= {"/RichMediaContent", "/XFA", "/Rendition"}
ACTIONS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR"}
ACTIONS |= {"/Rendition", "/Movie", "/Sound", "/RichMediaExecute"}
KEPT_OF_A_PAGE = {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit"}
KEPT_OF_A_PAGE |= {"/Resources", "/Contents", "/Group"}
TOLD_BESIDES = ["/Metadata", "/PieceInfo", "/AF", "/LastModified"]


def _pages_of(data: bytes) -> bytes:
    with _reading(_damaged()):
        return _made_anew(data)


def _made_anew(data: bytes) -> bytes:
    try:
        paper = pikepdf.open(BytesIO(data))
    except pikepdf.PasswordError as error:
        raise _locked() from error
    with paper, pikepdf.new() as clean:
        if paper.is_encrypted:
            raise _locked()
        _refuse_active(paper)
        _refuse_length(paper)
        _make_flat(paper)
        clean.pages.extend(paper.pages)
        for each in clean.objects:
            _strip(each)
        made = BytesIO()
        clean.save(made, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return made.getvalue()


def _damaged() -> str:
    return _("The PDF is damaged and cannot be opened: make it again, or take a photo.")


def _locked() -> RefusedFile:
    return RefusedFile(
        _("The PDF is locked with a password: save it without one, and send it again.")
    )


def _refuse_length(paper: pikepdf.Pdf) -> None:
    if not len(paper.pages):
        raise RefusedFile(_damaged())
    if len(paper.pages) > settings.PAPER_MAX_PAGES:
        raise RefusedFile(
            _("The PDF has more than {most} pages: send it in parts.").format(
                most=settings.PAPER_MAX_PAGES
            )
        )


def _refuse_active(paper: pikepdf.Pdf) -> None:
    if any(_is_active(each) for each in (paper.trailer, *paper.objects)):
        raise RefusedFile(
            _(
                "The PDF holds a program, another file or a form that sends data."
                " Print it as a PDF, and send that one."
            )
        )


def _is_active(thing: Any) -> bool:
    """Whether an object of a PDF does something; what it points to is looked at by itself."""
    waiting = [thing]
    while waiting:
        each = waiting.pop()
        if isinstance(each, pikepdf.Stream):
            each = each.stream_dict
            if "/F" in each:  # its content lies in a file outside
                return True
        if isinstance(each, pikepdf.Dictionary):
            if ACTIVE_KEYS & set(each.keys()) or str(each.get("/S")) in ACTIONS:
                return True
            waiting += _held_by([value for _name, value in each.items()])
        elif isinstance(each, pikepdf.Array):
            waiting += _held_by(each)
    return False


def _held_by(values: Iterable[Any]) -> list[Any]:
    """The arrays and dictionaries that stand there themselves, not only their address."""
    return [each for each in values if isinstance(each, pikepdf.Object) and not each.is_indirect]


def _make_flat(paper: pikepdf.Pdf) -> None:
    """What was filled into a form becomes part of its page; notes, links and scripts go."""
    if "/AcroForm" in paper.Root:
        paper.generate_appearance_streams()
        paper.flatten_annotations("print")
    for page in paper.pages:
        for key in set(page.obj.keys()) - KEPT_OF_A_PAGE:
            del page.obj[key]


def _strip(thing: Any) -> None:
    """Take from an object what it tells besides what is seen; of a photo also its place."""
    if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        return
    for key in TOLD_BESIDES:
        if key in thing:
            del thing[key]
    if isinstance(thing, pikepdf.Stream) and (photo := _photo_in(thing)):
        thing.write(bare_jpeg(photo), filter=pikepdf.Name.DCTDecode)


def _photo_in(stream: pikepdf.Stream) -> bytes | None:
    """The JPEG that a stream holds, also one that was packed once more."""
    named: Any = stream.get("/Filter", [])
    ways = [str(each) for each in ([named] if isinstance(named, pikepdf.Name) else named)]
    if "/DCTDecode" not in ways:
        return None
    raw = stream.read_raw_bytes()
    if ways == ["/DCTDecode"]:
        return raw
    if ways == ["/FlateDecode", "/DCTDecode"]:
        return zlib.decompressobj().decompress(raw, MOST_MEMORY)
    raise RefusedFile(_damaged())


def bare_jpeg(data: bytes) -> bytes:
    """A JPEG without what it tells besides its pixels, which stay as they are.

    Of the segments before the pixels, those of applications and comments go;
    JFIF's and Adobe's stay, which say how colours are meant. Raises RefusedFile.
    """
    kept, place = bytearray(data[:2]), 2
    while data[place : place + 1] == b"\xff" and place + 4 <= len(data):
        marker = data[place + 1]
        if marker == 0xDA:  # from here on, pixels
            return bytes(kept + data[place:])
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4])
        segment = data[place:end]
        colours = marker == 0xEE or (marker == 0xE0 and segment[4:9] == b"JFIF\x00")
        if colours or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            kept += segment
        place = end
    raise RefusedFile(_damaged())
