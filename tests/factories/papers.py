"""Files as people send them, and as those send them who mean harm: real ones, made here."""

import struct
import zlib
from io import BytesIO

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

COLOURS = {"left": (180, 60, 60), "right": (60, 60, 180)}


def picture(width=60, height=40):
    """Red on the left and blue on the right, so that a turn is seen."""
    made = Image.new("RGB", (width, height), COLOURS["left"])
    made.paste(COLOURS["right"], (width // 2, 0, width, height))
    return made


def written(image, kind="JPEG", **how):
    made = BytesIO()
    image.save(made, kind, **how)
    return made.getvalue()


def photo(width=60, height=40, seed=0, **how):
    made = picture(width, height)
    made.putpixel((0, 0), (seed % 256, seed // 256 % 256, 7))
    return written(made, "PNG" if seed else "JPEG", **how)


def phone_photo():
    """As a phone takes it: turned, with its place, its maker and a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6  # it is to be turned by a quarter
    exif[0x010F] = "Telefonica Mala"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (13.0, 41.0, 0.0)
    place[3], place[4] = "W", (89.0, 11.0, 0.0)
    profile = b"perfil" * 40
    return written(picture(), exif=exif, comment=b"en mi casa", icc_profile=profile)


def head_of_png(width, height):
    """A PNG that says it is this large; its pixels are a few bytes."""

    def chunk(name, data):
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * 200_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def paper(change=None, pages=1, **how):
    """A PDF with a line of text on each page; `change` does something to it."""
    made = pikepdf.new()
    for number in range(pages):
        made.add_blank_page(page_size=(300, 400))
        text = f"BT /F1 12 Tf 20 200 Td (Constancia {number}) Tj ET".encode()
        made.pages[-1].obj.Contents = made.make_stream(text)
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        made.pages[-1].obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    if change:
        change(made)
    kept = BytesIO()
    made.save(kept, **how)
    return kept.getvalue()


def with_script(made):
    made.Root.OpenAction = pikepdf.Dictionary(
        S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")
    )


def with_named_script(made):
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=made.make_stream(b"app.alert(1)"))
    named = pikepdf.Dictionary(Names=pikepdf.Array([pikepdf.String("x"), script]))
    made.Root.Names = pikepdf.Dictionary(JavaScript=named)


def with_launch(made):
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("calc.exe"))
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action
    )
    made.pages[0].obj.Annots = pikepdf.Array([note])


def with_file_inside(made):
    made.attachments["lista.txt"] = b"lista"


def with_form_that_sends(made):
    action = pikepdf.Dictionary(S=pikepdf.Name.SubmitForm, F=pikepdf.String("https://x.example"))
    made.pages[0].obj.AA = pikepdf.Dictionary(O=action)


def with_photo(made):
    """A page that is a phone's photo, as scanning applications make it, with the author's name."""
    image = made.make_stream(phone_photo())
    image.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=60,
        Height=40,
        ColorSpace=pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
    )
    image.write(phone_photo(), filter=pikepdf.Name.DCTDecode)
    page = made.pages[0].obj
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
    page.Contents = made.make_stream(b"q 60 0 0 40 0 0 cm /Im0 Do Q")
    made.docinfo["/Author"] = pikepdf.String("Telefonica Mala")


def upload(data, name="foto.jpg", stated="image/jpeg"):
    return SimpleUploadedFile(name, data, content_type=stated)
