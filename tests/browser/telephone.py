"""An evaluator's telephone in Chromium: its network can be cut, and it can be started again.

The profile lies on the disk, so that it can be looked into: nothing that was noted is readable.
"""

import shutil
from pathlib import Path

from playwright.sync_api import expect

from certification.choices import RecordKind
from certification.views import field
from tests.browser.conftest import FLAGS, NAMES, PHONE, Visitor

PASSWORD = "una clave bastante larga"
PIN = "480217"
SEEN = "Cortó sin guarda y sin gafas"
SHELL = "/evaluar/telefono/"
LONG = 30_000  # milliseconds: a busy machine derives a key slowly
KEEPS = "Default/IndexedDB"
CUT = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "Failed to load resource: net::")


READABLE = "Esto se puede leer en el disco"
# A text in plain words, beside what is sealed: where it is found, all the others would be too.
PLANT = """new Promise((done) => {
  const asked = indexedDB.open("evaluar");
  asked.onsuccess = () => {
    const rows = asked.result.transaction("meta", "readwrite").objectStore("meta");
    rows.put({ name: "planted", text: "READABLE" }).onsuccess = () => {
      asked.result.close();
      done();
    };
  };
})""".replace("READABLE", READABLE)


class Profile:
    """A telephone's own folder: what closes and opens again finds in it what it left."""

    def __init__(self, chromium, folder):
        self.browser, self.folder = chromium, folder

    def new_context(self, **options):
        return self.browser.browser_type.launch_persistent_context(
            self.folder,
            executable_path=next(filter(None, map(shutil.which, NAMES))),
            args=FLAGS,
            **options,
        )


class Telephone:
    """What an evaluator does on it."""

    def __init__(self, chromium, folder, address, user):
        self.profile, self.address, self.user = Profile(chromium, folder), address, user
        self.drawn = 0
        self.switch_on()

    def switch_on(self, *, offline=False):
        self.visitor = Visitor(self.profile, self.address, PHONE)
        self.visitor.context.set_default_timeout(LONG)
        self.visitor.context.set_offline(offline)
        self.page = self.visitor.page

    def switch_off(self):
        """End the browser as when the telephone dies; tell what went wrong but for the cut."""
        self.visitor.context.close()  # what a second tab met without signal is told only now
        self.forget(*CUT)
        assert self.visitor.problems + self.visitor.found == []

    def look(self):
        self.forget(*CUT)
        self.visitor.look()

    def forget(self, *texts):
        """What went wrong because the test wanted it so."""
        for told in (self.visitor.problems, self.visitor.found):
            told[:] = [each for each in told if not any(text in each for text in texts)]

    def cut(self, *, offline=True):
        self.visitor.context.set_offline(offline)

    def open(self):
        self.page.goto(f"{self.address}{SHELL}")

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def title(self, text):
        expect(self.page.locator("#title")).to_have_text(text, timeout=LONG)

    def says(self, text):
        expect(self.page.locator("#say")).to_contain_text(text, timeout=LONG)

    def left(self, count, page=None):
        """So many records are still to be sent."""
        found = (page or self.page).locator("#count")
        expect(found).to_have_attribute("data-left", str(count), timeout=LONG)

    def prepare(self, count=1):
        """With signal: sign in, choose a PIN, download."""
        self.set_up()
        self.press("Descargar para trabajar sin conexión")
        self.says(f"Listo para trabajar sin conexión: {count}")
        expect(self.page.locator("body")).to_have_attribute("data-kept", "yes", timeout=LONG)
        self.look()

    def set_up(self):
        """Sign in and choose a PIN."""
        self.visitor.sign_in(self.user.email, PASSWORD)
        self.open()
        self.title("Preparar este teléfono")
        self.look()
        self.page.get_by_label("Nombre de este teléfono").fill("Samsung de campo")
        self.page.get_by_label("PIN nuevo").fill(PIN)
        self.press("Preparar")
        self.title("Mis evaluaciones")
        self.page.evaluate(PLANT)

    def unlock(self, pin=PIN, page=None):
        page = page or self.page
        expect(page.locator("#title")).to_have_text("Desbloquear", timeout=LONG)
        page.get_by_label("PIN").fill(pin)
        page.get_by_role("button", name="Desbloquear", exact=True).click()

    def take(self, assessment):
        self.title("Mis evaluaciones")
        self.page.get_by_role("button", name=assessment.reference).click()

    def begin(self):
        self.title("Identidad y arranque")
        self.look()
        self.page.get_by_label("¿Qué documento vio?").fill("DUI terminado en 017")
        self.page.get_by_label("El equipo de protección está completo").check()
        self.page.get_by_label("El área, las herramientas").check()
        self.sign(typed="Elena Paz")
        self.press("Empezar")

    def sign(self, *, typed=""):
        """Who is assessed signs with a finger; the evaluator too, or with a name."""
        boxes = self.page.locator("#screen fieldset")
        self.draw(boxes.nth(0))
        if typed:
            boxes.nth(1).get_by_label("O el nombre, escrito").fill(typed)
        else:
            self.draw(boxes.nth(1))

    def draw(self, box):
        canvas = box.locator("canvas")
        canvas.scroll_into_view_if_needed()
        at, mouse = canvas.bounding_box(), self.page.mouse
        mouse.move(at["x"] + 20, at["y"] + 30)
        mouse.down()
        self.drawn += 7  # nobody signs twice alike
        mouse.move(at["x"] + 90 + self.drawn, at["y"] + 80, steps=4)
        mouse.up()
        expect(box.locator("[data-signature-state]")).to_have_text("Firmado.", timeout=LONG)

    def answer(self, code, value, note=""):
        self.page.get_by_role("button", name=code).click()
        expect(self.page.locator("#screen [data-place]")).to_contain_text(code, timeout=LONG)
        if value in {"Sí", "No", "No aplica"}:
            self.page.get_by_label(value, exact=True).check()
        else:
            self.page.get_by_label("Medida").fill(value)
        if note:
            self.page.get_by_label("Nota").fill(note)

    def save(self):
        self.press("Guardar y seguir")

    def stop(self, seen):
        self.press("Detener por seguridad")
        self.title("Detener por seguridad")
        self.halt(seen)

    def halt(self, seen):
        self.page.get_by_label("¿Qué ocurrió?").fill(seen)
        self.press("Detener por seguridad")
        self.says("Mantenga presionado el botón dos segundos.")
        button = self.page.get_by_role("button", name="Detener por seguridad", exact=True)
        button.click(delay=2200)

    def photograph(self, data, told):
        """What the camera gives; what the telephone says of it."""
        self.page.locator("[data-photo] input").set_input_files(
            {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": data}
        )
        expect(self.page.locator("[data-photo-state]")).to_contain_text(told, timeout=LONG)

    def all_items(self):
        self.press("Todos los ítems")
        expect(self.page.locator("#screen [data-answered]")).to_be_visible(timeout=LONG)


def raw_files(folder):
    return b"".join(path.read_bytes() for path in Path(folder).rglob("*") if path.is_file())


def is_readable(text, raw):
    """Whether it stands there in any of the ways in which a browser writes."""
    return any(text.encode(code) in raw for code in ("utf-8", "utf-16-le", "latin-1"))


def assert_sealed(phone, *assessments):
    """Nothing that was noted or downloaded can be read in any file of the browser."""
    raw, database = (raw_files(phone.profile.folder / each) for each in ("", KEEPS))
    assert is_readable(READABLE, database)  # it is the right place, and read as it is written
    assert not is_readable(PIN, database)  # elsewhere six digits stand in many a number
    words = [SEEN, "DUI terminado", "Telefonica"]
    for each in assessments:
        words += [each.person.display_name, each.person.masked_name, each.reference]
    found = [each for each in words if is_readable(each, raw)]
    marks = [mark for mark in (b"JFIF", b"\x89PNG\r\n\x1a\n") if mark in database]
    assert (found, marks) == ([], [])


def lose_the_first_answer(monkeypatch, kind=RecordKind.START):
    """Of the first record of a kind the server keeps what it got, and its answer never arrives."""
    answer, lost = field._answer, []

    def lose(each):
        if not lost and each.receipt.kind == kind:
            lost.append(each)
            raise ConnectionError("the answer was lost")
        return answer(each)

    monkeypatch.setattr(field, "_answer", lose)
