"""The closed lists of certification that rules read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CriterionKind(TextChoices):
    """What a criterion looks at."""

    PERFORMANCE = "desempeno", _("Performance")
    PRODUCT = "producto", _("Product")
    ATTITUDE = "actitud", _("Attitude")


class InstrumentKind(TextChoices):
    OBSERVATION = "guia_observacion", _("Observation guide")
    CHECKLIST = "lista_cotejo", _("Checklist of the product")
    QUESTIONNAIRE = "cuestionario", _("Questionnaire")


class Scale(TextChoices):
    """How an item is answered. The values are those of the standards' own files."""

    YES_NO = "si_no", _("Yes or no")
    YES_NO_NA = "si_no_na", _("Yes, no or not applicable")
    MEASUREMENT = "medicion", _("Measurement")
    CHOICE = "opcion_multiple", _("Multiple choice")


class ItemAnswer(TextChoices):
    """The answers of the scales that are ticked."""

    YES = "si", _("Yes")
    NO = "no", _("No")
    NA = "na", _("Not applicable")


class Photo(TextChoices):
    """Whether an item is proven by a photo."""

    NONE = "ninguna", _("No photo")
    OPTIONAL = "opcional", _("Photo if wanted")
    REQUIRED = "obligatoria", _("Photo needed")


class JudgementOutcome(TextChoices):
    COMPETENT = "competent", _("Competent")
    NOT_YET = "not_yet_competent", _("Not yet competent")


class JudgementReason(TextChoices):
    """The rules of judgement that an assessment can fail, in their order."""

    INSTRUMENT = "INSTRUMENTO_BAJO_MINIMO", _("An instrument is below its minimum")
    TOTAL = "TOTAL_BAJO_MINIMO", _("The total is below the minimum")
    COVERAGE = "CRITERIO_SIN_COBERTURA", _("A criterion has no item that was met")
    CRITICAL = "CRITICO_INCUMPLIDO", _("A critical item was not met")
    NA = "NA_EXCEDE_MAXIMO", _("Too much was not applicable")
    SAFETY = "DETENIDA_POR_SEGURIDAD", _("Stopped for safety")


class Recommendation(TextChoices):
    """What is advised after a diagnosis, or to close the gaps of an assessment."""

    RESKILLING = "formacion_reskilling", _("Reskilling: the whole course")
    UPSKILLING = "formacion_upskilling", _("Upskilling: what is missing")
    ASSESSMENT = "evaluacion", _("Assessment")
