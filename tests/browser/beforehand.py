"""What comes before the main job: a standard, its committee, a centre and an evaluator."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from certification.models import CentreAccreditation, Evaluator, StandardDraft, StandardVersion


def publish_a_standard(text, *, author, committee):
    """The author takes a file in and sends it; the committee approves, the last of it publishes."""
    author.open(reverse("certification:standard_list"))
    author.follow("Tomar de un archivo")
    author.page.get_by_label("O su texto").fill(text)
    author.press("Tomarlo como borrador")
    author.follow("Enviar al comité")
    author.press("Enviar al comité")
    draft = StandardDraft.objects.get()
    for member in committee:
        member.open(draft.get_absolute_url())
        member.follow("Aprobar")
        member.press("Lo apruebo")
    last = committee[-1]
    last.follow("Publicar")
    main = last.page.locator("main")
    main.get_by_label("Quiénes estuvieron").fill("Marta Henríquez, Jorge Cáceres")
    main.get_by_label("Qué se decidió, y por qué").fill("Se aprueba: responde al oficio.")
    last.press("Publicar")
    return StandardVersion.objects.get()


def accredit_the_centre(centre, standard, *, manager, coordination):
    """The manager asks and says what there is; coordination looks, visits and accredits."""
    manager.open(centre.get_absolute_url())
    manager.follow("Solicitar acreditación")
    main = manager.page.locator("main")
    main.get_by_label("Estándar").select_option(str(standard.standard))
    main.get_by_label("Puestos de trabajo").fill("2")
    main.get_by_label("Evaluaciones al día").fill("4")
    manager.press("Solicitar acreditación")
    place = centre.organization.public_id
    args = [place, standard.standard.public_id]
    manager.open(reverse("certification:equipment_record", args=args))
    for each in standard.equipment.all():
        main.locator(f"[name=quantity_{each.pk}]").fill(str(each.quantity * 2))
    manager.press("Guardar")

    accreditation = CentreAccreditation.objects.get()
    today = timezone.localdate().isoformat()
    coordination.open(accreditation.get_absolute_url())
    main = coordination.page.locator("main")
    coordination.follow("Los documentos están en orden")
    coordination.press("Documentos en orden")
    coordination.follow("Programar la visita")
    main.get_by_label("Día de la visita").fill(today)
    coordination.press("Programar la visita")
    coordination.follow("Registrar la visita")
    main.get_by_label("Quiénes visitaron").fill("Sonia Mejía")
    for point in main.get_by_role("checkbox").all():
        point.check()
    main.get_by_label("Favorable", exact=True).check()
    coordination.press("Registrar la visita")
    coordination.follow("Acreditar")
    _say_the_days(main)
    main.get_by_label("Número de la resolución").fill("R-1")
    coordination.press("Acreditar")


def accredit_the_evaluator(user, centre, standard, *, coordination):
    """Of the founding panel, as there is no certificate yet; at the only centre."""
    coordination.open(reverse("certification:evaluator_create"))
    main = coordination.page.locator("main")
    main.locator("[name=user]").select_option(str(user.pk))
    main.locator("[name=sex]").select_option("M")
    main.locator("[name=department]").select_option(index=1)
    main.locator("[name=certificate_number]").fill("PE-1")
    main.locator("[name=certificate_issued_on]").fill("2026-01-05")
    coordination.press("Guardar")
    evaluator = Evaluator.objects.get()
    coordination.open(evaluator.get_absolute_url())
    coordination.follow("Proponer para un estándar")
    main.locator("[name=standard]").select_option(str(standard.standard_id))
    main.locator("[name=external_evidence]").fill("Veinte años de obra")
    main.locator("[name=sponsor]").fill("Cámara de la obra")
    coordination.press("Proponer")
    proposed = evaluator.accreditations.get().public_id
    coordination.open(reverse("certification:evaluator_accredit", args=[proposed]))
    _say_the_days(main)
    coordination.press("Acreditar")
    coordination.open(reverse("certification:centre_join", args=[evaluator.public_id]))
    main.locator("[name=centre]").select_option(str(centre.pk))
    main.locator("[name=valid_from]").fill(timezone.localdate().isoformat())
    coordination.press("Guardar")


def _say_the_days(main):
    today = timezone.localdate()
    main.locator("[name=valid_from]").fill(today.isoformat())
    main.locator("[name=valid_until]").fill((today + timedelta(days=365)).isoformat())
