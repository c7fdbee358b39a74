"""The people of the programme and what all areas share about them."""

from beneficiaries.models.access import AccessNotice, Conflict, EmergencyAccess, Release
from beneficiaries.models.appointments import Appointment, CalendarFeed
from beneficiaries.models.attachments import Attachment, AttachmentText
from beneficiaries.models.attendance_sheets import AttendanceSheet, SheetRow
from beneficiaries.models.attentions import Attention, ContactAttempt
from beneficiaries.models.bulk import BulkRow, BulkRun
from beneficiaries.models.care import (
    Need,
    Risk,
    RiskAssessment,
    SafetyProtocol,
    Screening,
    VulnerabilityFlag,
)
from beneficiaries.models.cases import (
    Assignment,
    Case,
    EligibilityDecision,
    Phase,
    Programme,
    RuleSet,
)
from beneficiaries.models.casework import CaseMove, ExceptionRequest, Transfer
from beneficiaries.models.codes import LookupValue
from beneficiaries.models.complaints import Complaint, ComplaintStaff
from beneficiaries.models.consents import (
    Consent,
    ConsentReceipt,
    HeadCount,
    Notice,
    PurposeText,
)
from beneficiaries.models.duplicates import Suspicion, Task
from beneficiaries.models.groups import Attendance, Enrolment, Group, GroupSession
from beneficiaries.models.household import (
    EconomicSituation,
    Education,
    HouseholdMember,
    Skill,
)
from beneficiaries.models.imports import ColumnMapping, ImportRow, PeopleImport
from beneficiaries.models.list_exports import ListExport
from beneficiaries.models.merges import MergedRow, MergeRecord
from beneficiaries.models.messages import Message, MessageTemplate, SafeHours
from beneficiaries.models.people import (
    Contact,
    FileNumberCounter,
    IdentityDocument,
    IntakeNote,
    Person,
    Trip,
    WorkExperience,
)
from beneficiaries.models.places import Department, District, Municipality
from beneficiaries.models.plans import Goal, Plan, PlanReview, PlanTask
from beneficiaries.models.programmes import Funding, OrganizationPlace
from beneficiaries.models.protection import (
    Displacement,
    DoNotContact,
    MemberHealth,
    SafeContact,
    SensitiveProfile,
    TripCircumstances,
)
from beneficiaries.models.referrals import (
    DirectoryEntry,
    IncomingReferral,
    Referral,
    ReferralLink,
    ReferralReason,
    ReferralVisit,
)
from beneficiaries.models.registrations import Registration
from beneficiaries.models.reintegration import IndexAnswers, IndexScore, IndexVersion
from beneficiaries.models.retention import Erasure, ErasureBatch
from beneficiaries.models.rights import RightsFile, RightsRequest
from beneficiaries.models.saved_views import SavedView
from beneficiaries.models.services import ServiceRecord
from beneficiaries.models.voice import Opinion

__all__ = [
    "AccessNotice",
    "Appointment",
    "Assignment",
    "Attachment",
    "AttachmentText",
    "Attendance",
    "AttendanceSheet",
    "Attention",
    "BulkRow",
    "BulkRun",
    "CalendarFeed",
    "Case",
    "CaseMove",
    "ColumnMapping",
    "Complaint",
    "ComplaintStaff",
    "Conflict",
    "Consent",
    "ConsentReceipt",
    "Contact",
    "ContactAttempt",
    "Department",
    "DirectoryEntry",
    "Displacement",
    "District",
    "DoNotContact",
    "EconomicSituation",
    "Education",
    "EligibilityDecision",
    "EmergencyAccess",
    "Enrolment",
    "Erasure",
    "ErasureBatch",
    "ExceptionRequest",
    "FileNumberCounter",
    "Funding",
    "Goal",
    "Group",
    "GroupSession",
    "HeadCount",
    "HouseholdMember",
    "IdentityDocument",
    "ImportRow",
    "IncomingReferral",
    "IndexAnswers",
    "IndexScore",
    "IndexVersion",
    "IntakeNote",
    "ListExport",
    "LookupValue",
    "MemberHealth",
    "MergeRecord",
    "MergedRow",
    "Message",
    "MessageTemplate",
    "Municipality",
    "Need",
    "Notice",
    "Opinion",
    "OrganizationPlace",
    "PeopleImport",
    "Person",
    "Phase",
    "Plan",
    "PlanReview",
    "PlanTask",
    "Programme",
    "PurposeText",
    "Referral",
    "ReferralLink",
    "ReferralReason",
    "ReferralVisit",
    "Registration",
    "Release",
    "RightsFile",
    "RightsRequest",
    "Risk",
    "RiskAssessment",
    "RuleSet",
    "SafeContact",
    "SafeHours",
    "SafetyProtocol",
    "SavedView",
    "Screening",
    "SensitiveProfile",
    "ServiceRecord",
    "SheetRow",
    "Skill",
    "Suspicion",
    "Task",
    "Transfer",
    "Trip",
    "TripCircumstances",
    "VulnerabilityFlag",
    "WorkExperience",
]
