"""Who may assess where in the demo: centres and evaluators, accredited before anybody comes."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import combinations, cycle
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from beneficiaries.models import Department
from certification.actions import accreditation, evaluators
from certification.choices import PANEL_SEATS, Condition, VisitOutcome
from certification.models import Centre, CentreAccreditation, Evaluator, StandardVersion
from certification.models.accreditation import CHECKED
from demo.cast import Cast, address
from demo.clock import at
from genesis.lib.pdf import write_pdf

WORKSTATIONS, PER_DAY = 6, 12
LASTS = timedelta(days=3 * 365)
ENDS_SOON = timedelta(days=21)
EVIDENCE = "Maestro de obra con veinte años de oficio"
SPONSOR = "Cámara de la construcción (de muestra)"
RESOLUTION = "<h1>Resolución de acreditación</h1><p>Documento de muestra: no es de nadie.</p>"


class Accrediting:
    """Every centre in every standard, and the founding panel of each standard."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.today = timezone.localdate()
        self.by = User.objects.get(email=address(Role.PROGRAMME_COORDINATOR))
        self.count = 0

    def begin(self) -> None:
        """What there has to be before somebody can be assessed."""
        experts = combinations(self.cast.evaluators, PANEL_SEATS)
        for standard, panel in zip(self.cast.standards, cycle(experts), strict=False):
            self._found(standard, panel)
            for centre in self.cast.centres:
                self._accredit(centre, standard)

    def _found(self, standard: StandardVersion, panel: tuple[User, ...]) -> None:
        """Two experts from elsewhere, at every centre; the first certificates come later."""
        for user in panel:
            with at(standard.valid_from, 8):
                known = Evaluator.objects.filter(user=user).first() or self._register(user)
                made = evaluators.propose_evaluator(
                    known,
                    key=uuid4(),
                    standard=standard.standard,
                    folio="",
                    external_evidence=EVIDENCE,
                    sponsor=SPONSOR,
                    by=self.by,
                )
                evaluators.accredit_evaluator(
                    made,
                    version=made.version,
                    valid_from=standard.valid_from,
                    valid_until=standard.valid_from + LASTS,
                    by=self.by,
                )
        self.cast.panels[standard.pk] = list(panel)

    def _register(self, user: User) -> Evaluator:
        self.count += 1
        today = timezone.localdate()
        made = evaluators.register_evaluator(
            key=uuid4(),
            user=user,
            sex="FM"[self.count % 2],
            department=Department.objects.get(code="06"),
            certificate_number=f"PE-2025-{self.count:03}",
            certificate_issued_on=today - timedelta(days=200),
            certificate_expires_on=None,
            by=self.by,
        )
        for centre in self.cast.centres:
            days = {"valid_from": today, "valid_until": None}
            evaluators.join_centre(made, key=uuid4(), centre=centre, by=self.by, **days)
        return made

    def _ask(self, centre: Centre, standard: StandardVersion) -> CentreAccreditation:
        return accreditation.request_accreditation(
            centre,
            key=uuid4(),
            standard=standard.standard,
            workstations=WORKSTATIONS,
            max_per_day=PER_DAY,
            by=self.cast.managers[centre.code],
        )

    def _accredit(self, centre: Centre, standard: StandardVersion) -> None:
        """From the request to the resolution, within three days."""
        day = standard.valid_from
        with at(day):
            made = self._ask(centre, standard)
            self._record_equipment(centre, standard)
        with at(day, 14):
            self._step(made, accreditation.accept_documents)
            self._step(made, accreditation.plan_visit, on=day + timedelta(days=1))
        with at(day + timedelta(days=1)):
            self._visit(made)
        with at(day + timedelta(days=2)):
            self._step(
                made,
                accreditation.grant_accreditation,
                valid_from=day + timedelta(days=2),
                valid_until=self._last_day(centre, standard),
                resolution_number=f"AC-2026-{made.pk:03}",
                file=ContentFile(write_pdf(RESOLUTION), name="resolucion.pdf"),
            )

    def _last_day(self, centre: Centre, standard: StandardVersion) -> date:
        """Far away, except of the second centre in the first standard."""
        if centre == self.cast.centres[1] and standard == self.cast.standards[0]:
            return self.today + ENDS_SOON
        return standard.valid_from + LASTS

    def _record_equipment(self, centre: Centre, standard: StandardVersion) -> None:
        centre.refresh_from_db()
        found = {
            each: {
                "quantity": each.quantity * WORKSTATIONS,
                "condition": Condition.GOOD,
                "calibration_due": None,
            }
            for each in accreditation.requirements_of(standard.standard)
        }
        accreditation.record_equipment(
            centre,
            version=centre.version,
            found=found,
            by=self.cast.managers[centre.code],
        )

    def _visit(self, made: CentreAccreditation) -> None:
        self._step(
            made,
            accreditation.record_visit,
            on=timezone.localdate(),
            team="Patricia Molina, Saúl Argueta",
            remarks="",
            outcome=VisitOutcome.FAVOURABLE,
            **dict.fromkeys(CHECKED, True),
        )

    def _step(self, made: CentreAccreditation, action: Callable[..., Any], **answers: Any) -> None:
        made.refresh_from_db()
        action(made, version=made.version, by=self.by, **answers)

    def end(self) -> None:
        """How it stands today: something to put right, one that is renewed, and one suspended."""
        first, second, third = self.cast.centres
        accreditation.raise_correction(
            self._last_of(first),
            key=uuid4(),
            text="Cambiar el extintor vencido del taller",
            due_on=self.today + timedelta(days=15),
            by=self.by,
        )
        accreditation.renew_accreditation(
            second.accreditations.get(valid_until=self.today + ENDS_SOON),
            key=uuid4(),
            workstations=WORKSTATIONS,
            max_per_day=PER_DAY,
            by=self.cast.managers[second.code],
        )
        reason = "El taller está en reparación después de las lluvias."
        self._step(self._last_of(third), accreditation.suspend_accreditation, reason=reason)

    def _last_of(self, centre: Centre) -> CentreAccreditation:
        return centre.accreditations.latest("pk")
