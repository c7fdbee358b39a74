"""What a standard is made of, and how the next version of one comes about."""

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


class Recommendation(TextChoices):
    """What is advised after a diagnosis, or to close the gaps of an assessment."""

    RESKILLING = "formacion_reskilling", _("Reskilling: the whole course")
    UPSKILLING = "formacion_upskilling", _("Upskilling: what is missing")
    ASSESSMENT = "evaluacion", _("Assessment")


class VersionState(TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class DraftState(TextChoices):
    """Where the next version of a standard stands, until it is published."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("Before the committee")
    PUBLISHED = "published", _("Published")
    DROPPED = "dropped", _("Given up")


DRAFT_MOVES = {
    DraftState.DRAFT: {DraftState.IN_REVIEW, DraftState.DROPPED},
    DraftState.IN_REVIEW: {DraftState.DRAFT, DraftState.PUBLISHED},
    DraftState.PUBLISHED: set(),
    DraftState.DROPPED: set(),
}
OPEN_DRAFTS = [state.value for state, following in DRAFT_MOVES.items() if following]
APPROVALS = 2  # how many of a committee approve what is published, none of whom wrote in it
