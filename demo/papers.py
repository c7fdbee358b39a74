"""Papers and photos of the person of whom the demo tells everything: drawn, nobody's own."""

from io import BytesIO
from uuid import uuid4

from django.core.files.base import ContentFile, File
from PIL import Image, ImageDraw, ImageFont

from accounts.models import User
from beneficiaries.actions.attachments import add_attachment, replace_attachment
from beneficiaries.actions.consents import grant_consent, has_consent
from beneficiaries.choices import ConsentPurpose
from beneficiaries.models import Person
from genesis.lib.pdf import write_pdf

PAPER, INK, SKIN = "#f3efe4", "#25386b", "#c98f6b"
LETTER = "<h1>Constancia de trabajo</h1><p>Documento de muestra: no es de nadie.</p>"


def keep_papers(person: Person, *, by: User) -> None:
    """Her identity paper twice, the later one sharper; proofs, a photo, a paper behind the gate."""
    document = person.documents.order_by("pk").first()
    job = person.jobs.order_by("pk").first()
    trip = person.trips.order_by("pk").first()
    blurred = _drawn("DUI de muestra", (420, 270))
    first = add_attachment(
        person, key=uuid4(), by=by, file=blurred, kind="identity", title="DUI", about=document
    )
    sharp = _drawn("DUI de muestra, los dos lados", (1200, 760))
    replace_attachment(first, key=uuid4(), by=by, file=sharp, title="DUI, los dos lados")
    for kind, file, about in [
        ("return_proof", _drawn("Constancia de retorno", (900, 1200)), trip),
        ("work_proof", _letter(), job),
        ("medical", _drawn("Receta de muestra", (700, 900)), None),
    ]:
        add_attachment(
            person, key=uuid4(), by=by, file=file, kind=kind, on=person.registered_on, about=about
        )
    _keep_photo(person, by=by)


def _keep_photo(person: Person, *, by: User) -> None:
    if not has_consent(person, ConsentPurpose.IMAGE):
        grant_consent(
            person,
            key=uuid4(),
            purpose=ConsentPurpose.IMAGE,
            channel="paper_signed",
            witness="",
            by=by,
        )
    add_attachment(person, key=uuid4(), by=by, file=_portrait(), kind="photo")


def photo_of_work(code: str) -> bytes:
    """What an evaluator takes of an item: a sheet that says of which."""
    return _drawn(f"Foto de muestra, {code}", (480, 360)).read()


def signature_of(name: str) -> File:
    """As somebody signs on a screen: her or his name, in ink on white."""
    return _drawn(name, (600, 240))


def _drawn(text: str, size: tuple[int, int]) -> File:
    sheet = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((12, 12, size[0] - 12, size[1] - 12), outline=INK, width=4)
    pen.text((40, 40), text, fill=INK, font=ImageFont.load_default(size[0] // 18))
    return _as_file(sheet)


def _portrait() -> File:
    """A head and shoulders, as simple as can be."""
    sheet = Image.new("RGB", (600, 600), "#e7ebf5")
    pen = ImageDraw.Draw(sheet)
    pen.ellipse((200, 120, 400, 360), fill=SKIN)
    pen.pieslice((110, 380, 490, 860), 180, 360, fill=INK)
    return _as_file(sheet)


def _as_file(sheet: Image.Image) -> File:
    made = BytesIO()
    sheet.save(made, "JPEG")
    return ContentFile(made.getvalue(), name="foto.jpg")


def _letter() -> File:
    return ContentFile(write_pdf(LETTER), name="constancia.pdf")
