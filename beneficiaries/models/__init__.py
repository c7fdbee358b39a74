"""The people of the programme and what all areas share about them."""

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
from beneficiaries.models.consents import Consent, HeadCount, Notice
from beneficiaries.models.duplicates import Suspicion, Task
from beneficiaries.models.household import (
    EconomicSituation,
    Education,
    HouseholdMember,
    Skill,
)
from beneficiaries.models.imports import ImportRow, PeopleImport
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
from beneficiaries.models.programmes import Funding, OrganizationPlace
from beneficiaries.models.protection import (
    Displacement,
    DoNotContact,
    MemberHealth,
    SafeContact,
    SensitiveProfile,
    TripCircumstances,
)
from beneficiaries.models.registrations import Registration
from beneficiaries.models.reintegration import IndexAnswers, IndexScore, IndexVersion
from beneficiaries.models.services import ServiceRecord

__all__ = [
    "Assignment",
    "Case",
    "CaseMove",
    "Consent",
    "Contact",
    "Department",
    "Displacement",
    "District",
    "DoNotContact",
    "EconomicSituation",
    "Education",
    "EligibilityDecision",
    "ExceptionRequest",
    "FileNumberCounter",
    "Funding",
    "HeadCount",
    "HouseholdMember",
    "IdentityDocument",
    "ImportRow",
    "IndexAnswers",
    "IndexScore",
    "IndexVersion",
    "IntakeNote",
    "LookupValue",
    "MemberHealth",
    "Municipality",
    "Notice",
    "OrganizationPlace",
    "PeopleImport",
    "Person",
    "Phase",
    "Programme",
    "Registration",
    "RuleSet",
    "SafeContact",
    "SensitiveProfile",
    "ServiceRecord",
    "Skill",
    "Suspicion",
    "Task",
    "Transfer",
    "Trip",
    "TripCircumstances",
    "WorkExperience",
]
