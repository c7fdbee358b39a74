"""What can be done in the system, and which role may do it.

GRANTS is the access policy: a change of policy is a change here, seen in
review, and spelt out again in tests/accounts/test_roles.py.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What somebody is in the programme (DECISIONS 6)."""

    ADMINISTRATOR = "administrator", _("Administrator")
    PROGRAMME_COORDINATOR = "programme_coordinator", _("Programme coordinator")
    TERRITORIAL_COORDINATOR = "territorial_coordinator", _("Territorial coordinator")
    REGISTRAR = "registrar", _("Registrar")
    CASEWORKER = "caseworker", _("Caseworker")
    COACH = "coach", _("Coach")
    PSYCHOLOGIST = "psychologist", _("Psychologist")
    CLINICAL_SUPERVISOR = "clinical_supervisor", _("Clinical supervisor")
    EVALUATOR = "evaluator", _("Evaluator")
    CENTRE_MANAGER = "centre_manager", _("Centre manager")
    VERIFIER = "verifier", _("Verifier")
    CERTIFYING_OFFICER = "certifying_officer", _("Certifying officer")
    JOB_INTERMEDIARY = "job_intermediary", _("Job intermediary")
    BUSINESS_ADVISER = "business_adviser", _("Business adviser")
    LEGAL_ADVISER = "legal_adviser", _("Legal adviser")
    LEGAL_COORDINATOR = "legal_coordinator", _("Legal coordinator")
    MONITORING_OFFICER = "monitoring_officer", _("Monitoring officer")
    DATA_PROTECTION_OFFICER = "data_protection_officer", _("Data-protection officer")
    PARTNER_USER = "partner_user", _("Partner user")
    AUDITOR = "auditor", _("Auditor")
    DONOR_VIEWER = "donor_viewer", _("Donor viewer")


class Permission(TextChoices):
    """One thing that a page lets people do."""

    USER_MANAGE = "user_manage", _("Manage users and their roles")
    WORK_RETRY = "work_retry", _("See background work that failed, and try it again")
    PERSON_VIEW = "person_view", _("See the people of the own office")
    PERSON_REGISTER = "person_register", _("Register people")
    PERSON_CHANGE = "person_change", _("Change a person's details")
    CASE_ASSIGN = "case_assign", _("Assign cases")
    DUPLICATE_RESOLVE = "duplicate_resolve", _("Decide on possible duplicates")
    PEOPLE_IMPORT = "people_import", _("Import people from a workbook")
    STANDARD_VIEW = "standard_view", _("See the competency standards")
    ASSESSMENT_VIEW = "assessment_view", _("See assessments")
    ASSESSMENT_ENROL = "assessment_enrol", _("Enrol people for assessment, and withdraw them")
    ASSESSMENT_PLAN = "assessment_plan", _("Plan assessments")
    ASSESSMENT_CONDUCT = "assessment_conduct", _("Record practical assessments")
    ASSESSMENT_VERIFY = "assessment_verify", _("Verify assessments")
    ASSESSMENT_DECIDE = "assessment_decide", _("Decide on certification")
    ASSESSMENT_CANCEL = "assessment_cancel", _("Cancel assessments, and resolve differing answers")
    INDICATOR_VIEW = "indicator_view", _("See the indicators")
    INDICATOR_EXPORT = "indicator_export", _("Export the indicators")


# Roles whose grants reach every organization; all others act for the one they are given at.
EVERYWHERE = {
    Role.ADMINISTRATOR,
    Role.PROGRAMME_COORDINATOR,
    Role.MONITORING_OFFICER,
    Role.DATA_PROTECTION_OFFICER,
    Role.AUDITOR,
    Role.DONOR_VIEWER,
}

_COORDINATION = {
    Permission.PERSON_VIEW,
    Permission.CASE_ASSIGN,
    Permission.DUPLICATE_RESOLVE,
    Permission.PEOPLE_IMPORT,
    Permission.STANDARD_VIEW,
    Permission.ASSESSMENT_VIEW,
    Permission.ASSESSMENT_CANCEL,
    Permission.INDICATOR_VIEW,
    Permission.INDICATOR_EXPORT,
}

GRANTS: dict[Role, set[Permission]] = {
    **{role: set() for role in Role},
    Role.ADMINISTRATOR: {Permission.USER_MANAGE, Permission.WORK_RETRY},
    Role.PROGRAMME_COORDINATOR: {*_COORDINATION, Permission.WORK_RETRY},
    Role.TERRITORIAL_COORDINATOR: _COORDINATION,
    Role.REGISTRAR: {
        Permission.PERSON_VIEW,
        Permission.PERSON_REGISTER,
        Permission.PERSON_CHANGE,
        Permission.PEOPLE_IMPORT,
    },
    Role.CASEWORKER: {
        Permission.PERSON_VIEW,
        Permission.PERSON_REGISTER,
        Permission.PERSON_CHANGE,
        Permission.STANDARD_VIEW,
        Permission.ASSESSMENT_VIEW,
        Permission.ASSESSMENT_ENROL,
        Permission.ASSESSMENT_PLAN,
    },
    Role.EVALUATOR: {
        Permission.STANDARD_VIEW,
        Permission.ASSESSMENT_VIEW,
        Permission.ASSESSMENT_CONDUCT,
    },
    Role.VERIFIER: {
        Permission.STANDARD_VIEW,
        Permission.ASSESSMENT_VIEW,
        Permission.ASSESSMENT_VERIFY,
    },
    Role.CERTIFYING_OFFICER: {
        Permission.STANDARD_VIEW,
        Permission.ASSESSMENT_VIEW,
        Permission.ASSESSMENT_DECIDE,
    },
    Role.MONITORING_OFFICER: {Permission.INDICATOR_VIEW, Permission.INDICATOR_EXPORT},
}
