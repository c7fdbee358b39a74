"""The pages of standards: a version, what differs, the draft and its parts, and the committee."""

from uuid import uuid4

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from certification.actions.drafts import whole_document
from certification.choices import DraftState
from certification.contributions import expiring
from certification.models import StandardDraft, StandardVersion
from certification.rules import standard_document as documents
from certification.rules.standards import examine
from tests.certification.visits import signed_in
from tests.factories.accounts import UserFactory
from tests.factories.certification import STANDARDS, draft_of, real_standard
from tests.factories.papers import paper

pytestmark = pytest.mark.django_db

TEXT = (STANDARDS / "CON-002.yaml").read_text(encoding="utf-8")
ITEM = {
    "codigo": "GO-03",
    "de": "criterio C1.2",
    "texto": "Pasa el codal.",
    "peso": "4.00",
    "escala": "si_no",
    "evidencia_foto": "ninguna",
}


@pytest.fixture
def officer():
    return UserFactory(officer=True)


@pytest.fixture
def panel():
    return [UserFactory(verifier=True), UserFactory(programme_coordinator=True)]


def page(name, record, *more):
    return reverse(f"certification:{name}", args=[record.public_id, *more])


def errors_of(response):
    assert response.status_code == 422
    return response.context["form"].errors


def to_approve(user):
    """What «Hoy» says of standards."""
    return [each for block in expiring.blocks(user) for each in block.lines]


# A version


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_the_same_for_any_number(officer, count, django_assert_num_queries):
    version = real_standard()
    for number in range(count):
        draft = StandardDraft.objects.create(
            code=f"ABC-00{number}", number=1, title="x", document={}, state_by=officer
        )
    client = signed_in(officer)
    client.get("/")

    with django_assert_num_queries(5):
        response = client.get(reverse("certification:standard_list"))

    assert len(response.context["drafts"]) == count
    assert version in response.context["versions"]
    assert draft in response.context["drafts"]


def test_who_writes_nothing_sees_no_drafts():
    draft = draft_of()
    client = signed_in(UserFactory(evaluator=True))

    assert list(client.get(reverse("certification:standard_list")).context["drafts"]) == []
    for name in ("draft_detail", "draft_file", "draft_compare", "draft_return"):
        assert client.get(page(name, draft)).status_code == 404
    assert client.get(page("draft_data", draft)).status_code == 403


def test_a_version_shows_its_weights_and_keys_only_to_who_may_read_them(
    officer, django_assert_max_num_queries
):
    version = real_standard()
    client = signed_in(officer)
    with django_assert_max_num_queries(15):
        shown = client.get(version.get_absolute_url()).content.decode()
    hidden = signed_in(UserFactory(evaluator=True)).get(version.get_absolute_url())

    assert "← <strong>" in shown
    assert "← <strong>" not in hidden.content.decode()
    for each in ("45.00", "35.00", "20.00", "100.00", "≤ 3 mm", "≥ 80 %"):
        assert each in shown
    assert len(hidden.context["warnings"]) == 2


def test_a_version_is_downloaded_with_its_keys_by_who_may_read_them(officer):
    version = real_standard()

    whole = signed_in(officer).get(page("standard_file", version))
    bare = signed_in(UserFactory(evaluator=True)).get(page("standard_file", version))

    assert yaml.safe_load(whole.content) == yaml.safe_load(TEXT)
    assert b"clave" not in bare.content
    assert 'filename="CON-002-v1.yaml"' in whole["Content-Disposition"]


def test_two_versions_are_compared_with_their_weights(officer):
    first = real_standard()
    draft = draft_of(first, author=officer)
    client = signed_in(officer)
    row = {**ITEM, "peso": "3.00", "version": 1}
    client.post(page("row_change", draft, "item", "0-2"), row)

    response = client.get(page("draft_compare", draft))

    assert response.context["other"] == first
    told = [[each.code for each in section.differences] for section in response.context["sections"]]
    assert told == [["GO"], ["GO-03"]]  # the instrument, and its item
    assert response.context["weights"][-1].after == "99.00"
    alone = client.get(page("standard_compare", first))
    assert alone.context["other"] is None
    assert client.get(page("standard_compare", first) + "?con=x").status_code == 200


# Beginning


def test_a_standard_begins_empty_from_a_file_or_from_another(officer):
    client = signed_in(officer)
    begin = {"key": uuid4(), "code": "con-9", "title": "Pintura", "sector": "construccion"}
    assert "code" in errors_of(client.post(reverse("certification:draft_begin"), begin))
    made = client.post(reverse("certification:draft_begin"), {**begin, "code": "CON-009"})
    draft = StandardDraft.objects.get()
    assert made.url == draft.get_absolute_url()
    assert client.get(made.url).status_code == 200

    file = SimpleUploadedFile("x.yaml", TEXT.encode())
    client.post(reverse("certification:draft_upload"), {"key": uuid4(), "file": file})
    assert StandardDraft.objects.get(code="CON-002").number == 1

    version = real_standard("CON-003")
    made = client.post(page("standard_copy", version), {"key": uuid4()})
    assert made.url == StandardDraft.objects.get(code="CON-003").get_absolute_url()


@pytest.mark.rule("CERT-1")
def test_a_file_with_faults_comes_back_with_all_of_them_and_its_text(officer):
    broken = TEXT.replace('peso: "4.00"', 'peso: "4.01"', 1).replace("nivel: 2", "nivel: dos", 1)
    client, address = signed_in(officer), reverse("certification:draft_upload")
    file = SimpleUploadedFile("x.yaml", broken.encode())

    response = client.post(address, {"key": uuid4(), "file": file})

    assert errors_of(response)["__all__"] == [
        "instrumentos: los pesos suman 100.01, no 100.00.",
        "norma: «nivel» debe ser un número entero de 1 o más.",
    ]
    assert "nivel: dos" in response.content.decode()
    mended = {"key": uuid4(), "text": TEXT.replace("CON-002", "CON-008")}
    assert client.post(address, mended).status_code == 302


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "file"),
        ({"file": SimpleUploadedFile("x.yaml", b"\xff\xfe\x00")}, "file"),
        ({"file": SimpleUploadedFile("x.yaml", b"x" * 300_000)}, "file"),
        ({"text": "a: &x [1]\nb: *x"}, "__all__"),
        ({"text": "hola"}, "__all__"),
        ({"text": TEXT.replace('peso: "4.00"', 'peso: "1e999999"', 1)}, "__all__"),
        ({"text": TEXT.replace('peso: "4.00"', f"peso: 0x{'f' * 4000}", 1)}, "__all__"),
        ({"text": TEXT.replace("nivel: 2", f"? 0x{'f' * 4000}\n  : 2", 1)}, "__all__"),
        ({"text": "a: \x00"}, "text"),
    ],
)
def test_what_is_no_standard_is_a_message(officer, sent, field):
    response = signed_in(officer).post(
        reverse("certification:draft_upload"), {"key": uuid4(), **sent}
    )

    assert field in errors_of(response)


# Writing


def test_every_part_of_a_draft_opens_and_its_rows_are_changed(officer):
    draft = draft_of(author=officer)
    client = signed_in(officer)
    for section in ("criterios", "conocimientos", "instrumentos", "diagnostico", "equipo"):
        assert client.get(page("draft_section", draft, section)).status_code == 200
    for name, where in {
        "unidad": "0",
        "elemento": "0-1",
        "criterio": "0-1-2",
        "conocimiento": "1",
        "instrumento": "2",
        "item": "2-3",
        "equipo": "4",
        "pregunta": "0",
        "tramo": "2",
    }.items():
        before = whole_document(StandardDraft.objects.get(pk=draft.pk))
        shown = client.get(page("row_change", draft, name, where))
        form = shown.context["form"]
        sent = {each.name: each.value() for each in form if each.value() not in (None, False)}
        assert client.post(page("row_change", draft, name, where), sent).status_code == 302
        draft.refresh_from_db()
        assert whole_document(StandardDraft.objects.get(pk=draft.pk)) == before
        assert client.get(page("row_remove", draft, name, where)).status_code == 200
        above = where.rpartition("-")[0] or "0"
        assert client.get(page("row_add", draft, name, above)).status_code == 200


def test_the_data_and_the_diagnosis_come_back_as_they_were(officer):
    draft = draft_of(author=officer)
    client, before = signed_in(officer), examine(whole_document(draft))
    for name in ("draft_data", "draft_diagnosis"):
        form = client.get(page(name, draft)).context["form"]
        sent = {each.name: each.value() for each in form if each.value() is not None}
        assert client.post(page(name, draft), sent).status_code == 302
    assert examine(whole_document(StandardDraft.objects.get(pk=draft.pk))) == before

    draft.refresh_from_db()
    form = client.get(page("draft_data", draft)).context["form"]
    sent = {each.name: each.value() for each in form if each.value() is not None}
    wrong = {**sent, "revision": "2020-01-01", "ciuo08": "12", "nivel": "-1"}
    assert "nivel" in errors_of(client.post(page("draft_data", draft), wrong))
    wrong["nivel"] = "2"
    assert {"revision", "ciuo08"} <= errors_of(client.post(page("draft_data", draft), wrong)).keys()
    long = {**sent, "documentos": f"DUI, {'x' * 61}"}
    said = errors_of(client.post(page("draft_data", draft), long))
    assert "60" in str(said["documentos"])
    for answers in ("una", "a: 1\na: 2", "a: uno\nb: 2"):
        form = client.get(page("draft_diagnosis", draft)).context["form"]
        sent = {"version": draft.version, "titulo": "x", "respuestas": answers}
        assert "respuestas" in errors_of(client.post(page("draft_diagnosis", draft), sent))


@pytest.mark.rule("CERT-1")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"codigo": "GO-01"}, "codigo"),
        ({"codigo": ""}, "codigo"),
        ({"peso": "mucho"}, "peso"),
        ({"peso": "0"}, "peso"),
        ({"de": "criterio C9.9"}, "de"),
        ({"escala": "medicion"}, "unidad"),
        ({"escala": "medicion", "unidad": "mm"}, "minimo"),
        ({"escala": "medicion", "unidad": "mm", "minimo": "5", "maximo": "3"}, "minimo"),
        ({"escala": "si_no_na"}, "na_motivo"),
        ({"escala": "si_no_na", "na_motivo": "x", "critico": "on"}, "critico"),
        ({"escala": "opcion_multiple"}, "clave"),
        ({"escala": "opcion_multiple", "opciones": "a: x\nb: y", "clave": "c"}, "clave"),
        ({"escala": "opcion_multiple", "opciones": "x\ny", "clave": "a"}, "opciones"),
        ({"escala": "opcion_multiple", "opciones": "a,5: x\nb: y", "clave": "b"}, "opciones"),
        ({"escala": "opcion_multiple", "opciones": "primera: x\nb: y", "clave": "b"}, "opciones"),
        ({"texto": "a\u202eb"}, "texto"),
    ],
)
def test_what_is_wrong_with_an_item_stands_at_its_field(officer, change, field):
    draft = draft_of(author=officer)

    sent = {**ITEM, "version": 1, **change}
    response = signed_in(officer).post(page("row_change", draft, "item", "0-2"), sent)

    assert field in errors_of(response)
    assert response.context["form"]["texto"].value() == sent["texto"]  # nothing is lost


def test_rows_are_added_moved_and_taken_out_from_their_page(officer):
    draft = draft_of(author=officer)
    client = signed_in(officer)
    question = {
        **ITEM,
        "codigo": "CU-11",
        "de": "conocimiento K1",
        "escala": "opcion_multiple",
        "opciones": "a: Sí\nb: No",
        "clave": "a",
    }

    client.post(page("row_add", draft, "item", "2"), {**question, "version": 1})
    client.post(page("row_move", draft, "item", "2-10"), {"version": 2, "hacia": "arriba"})
    client.post(page("row_remove", draft, "item", "2-0"), {"version": 3})

    kept = StandardDraft.objects.get(pk=draft.pk)
    codes = [each["codigo"] for each in documents.rows_of(kept.document, "item", (2,))]
    assert (codes[0], codes[-2:]) == ("CU-02", ["CU-11", "CU-10"])
    assert kept.keys.keys["CU-11"] == "a"
    old = client.post(page("row_move", draft, "item", "2-0"), {"version": 1}, follow=True)
    assert "cambió" in " ".join(map(str, old.context["messages"]))
    assert client.post(page("row_move", draft, "item", "2-0"), {}).status_code == 400


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("draft_section", ["nada"]),
        ("row_change", ["item", "0-99"]),
        ("row_change", ["item", "0"]),
        ("row_change", ["nada", "0"]),
        ("row_change", ["item", "x"]),
        ("row_add", ["item", "9"]),
        ("row_remove", ["item", "0-99"]),
    ],
)
def test_a_part_that_is_not_there_is_not_found(officer, name, more):
    assert signed_in(officer).get(page(name, draft_of(), *more)).status_code == 404


def test_an_old_page_and_a_draft_that_was_sent_are_refused_with_what_was_typed(officer):
    draft = draft_of(author=officer)
    client, address = signed_in(officer), page("row_change", draft, "item", "0-2")
    client.post(address, {**ITEM, "version": 1})

    old = client.post(address, {**ITEM, "version": 1, "texto": "Otro texto"})
    assert (old.status_code, "Otro texto" in old.content.decode()) == (409, True)

    client.post(page("draft_send", draft), {"version": 2})
    for each in (address, page("draft_data", draft), page("draft_section", draft, "equipo")):
        assert client.get(each).url == draft.get_absolute_url()
    late = client.post(address, {**ITEM, "version": 3, "texto": "Otro texto"})
    assert (late.status_code, "Otro texto" in late.content.decode()) == (409, True)


# The committee


@pytest.mark.rule("SEC-13")
def test_a_committee_approves_and_publishes_on_its_pages(officer, panel):
    first = real_standard()
    draft = draft_of(first, author=officer)
    writer, one, other = map(signed_in, [officer, *panel])
    assert writer.post(page("draft_send", draft), {"version": 1}).status_code == 302
    assert writer.get(page("draft_approve", draft)).status_code == 403
    [line] = to_approve(panel[0])
    assert (line.url, line.state) == (draft.get_absolute_url(), "Espera su voto")
    assert to_approve(officer) == []

    assert one.post(page("draft_approve", draft), {"version": 2}).status_code == 302
    assert to_approve(panel[0]) == []
    assert other.post(page("draft_approve", draft), {"version": 2}).status_code == 302
    for each in panel:
        assert to_approve(each)[0].state == "Por publicar"
    assert to_approve(UserFactory(verifier=True)) == []
    buttons = one.get(draft.get_absolute_url()).context["buttons"]
    assert buttons[0].url == page("draft_publish", draft) + "?version=2"
    assert one.get(buttons[0].url).status_code == 200
    sent = {"version": 2, "met_on": "2099-01-01", "present": "Ana Ruiz", "minutes": "Sí."}
    assert "met_on" in errors_of(one.post(page("draft_publish", draft), sent))
    sent |= {"met_on": timezone.localdate().isoformat()}
    sent["file"] = SimpleUploadedFile("acta.pdf", paper())

    made = one.post(page("draft_publish", draft), sent)

    version = StandardVersion.objects.get(number=2)
    assert made.url == version.get_absolute_url()
    shown = one.get(made.url).content.decode()
    assert "Ana Ruiz" in shown
    assert one.get(page("minutes_file", version)).status_code == 200
    assert one.get(page("minutes_file", first)).status_code == 404
    assert signed_in(UserFactory(evaluator=True)).get(made.url).status_code == 200
    assert one.get(draft.get_absolute_url()).status_code == 200
    compared = one.get(page("standard_compare", version))
    assert compared.context["other"] == first
    assert len(compared.context["sections"]) == 1  # its first day


@pytest.mark.rule("CERT-2", "SEC-13")
def test_nobody_approves_or_publishes_what_they_did_not_read(officer, panel):
    draft = draft_of(author=officer, sent=True)
    writer, one = signed_in(officer), signed_in(panel[0])
    [approve, *_others] = one.get(draft.get_absolute_url()).context["buttons"]
    assert one.get(approve.url).context["form"]["version"].value() == draft.version

    writer.post(page("draft_return", draft), {"version": 2, "reason": "Falta algo."})
    writer.post(page("row_change", draft, "item", "0-2"), {**ITEM, "version": 3})
    writer.post(page("draft_send", draft), {"version": 4})

    for name in ("draft_approve", "draft_publish"):
        for query in ("", "?version=", "?version=2", "?version=x"):
            refused = one.get(page(name, draft) + query)
            assert refused.status_code == 409
            assert "cambió mientras tanto" in refused.content.decode()
            assert draft.get_absolute_url() in refused.content.decode()
    assert one.post(approve.url, {"version": 2}).status_code == 409
    assert one.post(approve.url, {}).status_code == 409
    assert one.post(approve.url, {"save": "x"}).status_code == 422
    assert not draft.approvals.exists()
    [approve, *_others] = one.get(draft.get_absolute_url()).context["buttons"]
    sent = {"version": one.get(approve.url).context["form"]["version"].value()}
    assert one.post(approve.url, sent).status_code == 302
    assert draft.approvals.get().by == panel[0]


def test_what_a_committee_wrote_is_for_who_writes_or_approves_standards(officer, panel):
    draft = draft_of(author=officer, sent=True)
    one = signed_in(panel[0])
    why, said = "En CU-01 la correcta es b.", "Se discutió la clave de CU-02."
    one.post(page("draft_return", draft), {"version": 2, "reason": why})
    signed_in(officer).post(page("draft_send", draft), {"version": 3})
    for each in panel:
        signed_in(each).post(page("draft_approve", draft), {"version": 4})
    meeting = {"met_on": timezone.localdate().isoformat(), "present": "Ana Ruiz"}
    file = SimpleUploadedFile("acta.pdf", paper())
    sent = {"version": 4, **meeting, "minutes": said, "file": file}
    one.post(page("draft_publish", draft), sent)
    version = StandardVersion.objects.get(number=2)

    for reader in (UserFactory(evaluator=True), *panel, officer):
        client, reads = signed_in(reader), reader in {*panel, officer}
        shown = client.get(version.get_absolute_url()).content.decode()
        assert "Ana Ruiz" in shown
        assert "Devuelto" in shown
        assert [each in shown for each in (why, said)] == [reads, reads]
        assert (page("minutes_file", version) in shown) is reads
        assert client.get(page("minutes_file", version)).status_code == (200 if reads else 404)


def test_a_draft_with_faults_shows_each_where_it_is_mended_and_goes_nowhere(officer):
    draft = draft_of(author=officer)
    client = signed_in(officer)
    client.post(page("row_change", draft, "item", "0-2"), {**ITEM, "peso": "3.00", "version": 1})

    response = client.get(draft.get_absolute_url())
    [(fault, section)] = response.context["faults"]
    assert (fault.place, section) == ("instrumentos", "instrumentos")
    assert "99.00" in str(fault)
    sent = client.post(page("draft_send", draft), {"version": 2})
    assert "99.00" in str(errors_of(sent))
    assert examine(whole_document(StandardDraft.objects.get(pk=draft.pk))).faults == (fault,)


def test_it_is_sent_back_and_given_up_with_a_reason(officer, panel):
    draft = draft_of(author=officer, sent=True)
    one = signed_in(panel[0])
    assert "reason" in errors_of(one.post(page("draft_return", draft), {"version": 2}))
    one.post(page("draft_return", draft), {"version": 2, "reason": "Falta algo."})

    back = signed_in(officer).get(draft.get_absolute_url()).content.decode()
    assert "Falta algo." in back
    gone = {"version": 3, "reason": "Se hará otra."}
    signed_in(officer).post(page("draft_drop", draft), gone)
    draft.refresh_from_db()
    assert (draft.state, draft.reason) == (DraftState.DROPPED, "Se hará otra.")
    assert signed_in(officer).get(draft.get_absolute_url()).status_code == 200


def test_pages_of_a_draft_ask_little(officer, django_assert_max_num_queries):
    draft = draft_of(author=officer, sent=True)
    client = signed_in(officer)
    for name in ("draft_detail", "draft_compare", "draft_file"):
        with django_assert_max_num_queries(15):
            assert client.get(page(name, draft)).status_code == 200
