"""Standards, the process that assesses a person against one, and the certificates."""

from certification.models.accreditation import (
    AccreditationVisit,
    CentreAccreditation,
    CentreEquipment,
    CorrectiveAction,
)
from certification.models.appeals import Appeal, AppealSeat, PartsAlert
from certification.models.arranging import is_managed, to_arrange
from certification.models.assessments import Assessment, ReferenceCounter
from certification.models.bundles import CertificateBundle
from certification.models.centres import Centre, CertifyingBody
from certification.models.certificate_life import CertificateEvent, Duplicate, Revocation, ShareLink
from certification.models.certificates import (
    Certificate,
    CheckCount,
    FolioCounter,
    VerificationCount,
)
from certification.models.conflicts import DeclaredInterest
from certification.models.diagnoses import CarriedInstrument, Diagnosis
from certification.models.evaluators import Evaluator, EvaluatorAccreditation, EvaluatorCentre
from certification.models.evidence import AnnouncedFile, Evidence, EvidenceReview
from certification.models.judgements import (
    Decision,
    DecisionBatch,
    Judgement,
    Verification,
)
from certification.models.lifting import who_may_lift
from certification.models.logos import Logo
from certification.models.notices import HolderNotice
from certification.models.outliers import OutlierReview
from certification.models.paper_forms import PaperForm, PaperSettlement, PaperTyping
from certification.models.phones import Conflict, KeyReturn, Package, Phone, Receipt
from certification.models.plans import Plan, PlanHelp
from certification.models.retirements import StandardRetirement
from certification.models.sampling import Draw, Sampling
from certification.models.sessions import (
    AssessmentSession,
    ItemResolution,
    Observation,
    SessionPause,
)
from certification.models.signatures import Signature
from certification.models.signing import Archive, SigningKey, StatusList
from certification.models.standard_drafts import (
    DraftApproval,
    DraftAuthor,
    DraftKeys,
    StandardDraft,
)
from certification.models.standards import (
    AnswerKey,
    Criterion,
    DiagnosticBand,
    DiagnosticQuestion,
    Element,
    Equipment,
    Instrument,
    Item,
    Knowledge,
    Standard,
    StandardVersion,
    Unit,
)
from certification.models.training import Trainer, Training

__all__ = [
    "AccreditationVisit",
    "AnnouncedFile",
    "AnswerKey",
    "Appeal",
    "AppealSeat",
    "Archive",
    "Assessment",
    "AssessmentSession",
    "CarriedInstrument",
    "Centre",
    "CentreAccreditation",
    "CentreEquipment",
    "Certificate",
    "CertificateBundle",
    "CertificateEvent",
    "CertifyingBody",
    "CheckCount",
    "Conflict",
    "CorrectiveAction",
    "Criterion",
    "Decision",
    "DecisionBatch",
    "DeclaredInterest",
    "Diagnosis",
    "DiagnosticBand",
    "DiagnosticQuestion",
    "DraftApproval",
    "DraftAuthor",
    "DraftKeys",
    "Draw",
    "Duplicate",
    "Element",
    "Equipment",
    "Evaluator",
    "EvaluatorAccreditation",
    "EvaluatorCentre",
    "Evidence",
    "EvidenceReview",
    "FolioCounter",
    "HolderNotice",
    "Instrument",
    "Item",
    "ItemResolution",
    "Judgement",
    "KeyReturn",
    "Knowledge",
    "Logo",
    "Observation",
    "OutlierReview",
    "Package",
    "PaperForm",
    "PaperSettlement",
    "PaperTyping",
    "PartsAlert",
    "Phone",
    "Plan",
    "PlanHelp",
    "Receipt",
    "ReferenceCounter",
    "Revocation",
    "Sampling",
    "SessionPause",
    "ShareLink",
    "Signature",
    "SigningKey",
    "Standard",
    "StandardDraft",
    "StandardRetirement",
    "StandardVersion",
    "StatusList",
    "Trainer",
    "Training",
    "Unit",
    "Verification",
    "VerificationCount",
    "is_managed",
    "to_arrange",
    "who_may_lift",
]
