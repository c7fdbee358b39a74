"""What can be done in the system, and which role may do it.

GRANTS is the access policy: a change of policy is a change here, seen in
review, and spelt out again in tests/accounts/test_roles.py.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from genesis.lib.sensitivity import D2, D3, D4, D5, D6


class Role(TextChoices):
    """What somebody is in the programme."""

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


# What somebody in that role will find here, said on the first page of those who have no other
# and where an administrator chooses a role.
DESCRIPTIONS = {
    Role.ADMINISTRATOR: _(
        "Makes users, gives and takes away their roles, and looks after the background work."
        " Sees nobody's file."
    ),
    Role.PROGRAMME_COORDINATOR: _(
        "Sees the people, the certification and the indicators of all offices, assigns cases and"
        " decides on possible duplicates."
    ),
    Role.TERRITORIAL_COORDINATOR: _(
        "Sees the people, the certification and the indicators of one office, assigns its cases"
        " and decides on its possible duplicates."
    ),
    Role.REGISTRAR: _(
        "Registers people with their consent and completes their files, also from a workbook."
    ),
    Role.CASEWORKER: _(
        "Registers and accompanies people: their file, their plan, their enrolment for"
        " assessment and its date."
    ),
    Role.COACH: _(
        "Leads the groups of job coaching, soft skills and financial education: their sessions,"
        " and who came."
    ),
    Role.PSYCHOLOGIST: _(
        "Will find the people in their own psychosocial care, with notes that nobody else reads."
    ),
    Role.CLINICAL_SUPERVISOR: _(
        "Finds the safety protocols of the office, to assess the risk and to end them; will find"
        " the care that the psychologists under supervision give."
    ),
    Role.EVALUATOR: _(
        "Finds the assessments to conduct, by day, and records what each person shows in practice."
    ),
    Role.CENTRE_MANAGER: _(
        "Finds the own evaluation centre: its accreditation in each standard, what is to be put"
        " right, its equipment and its evaluators."
    ),
    Role.VERIFIER: _("Checks assessments that another person conducted, with their evidence."),
    Role.CERTIFYING_OFFICER: _(
        "Decides on certification once an assessment is verified, and issues the certificates."
    ),
    Role.JOB_INTERMEDIARY: _(
        "Will find vacancies, the people looking for work, and whom to refer to which employer."
    ),
    Role.BUSINESS_ADVISER: _(
        "Will find the enterprises to advise, from the idea to the operating business, and their"
        " seed capital."
    ),
    Role.LEGAL_ADVISER: _(
        "Will find the legal matters of the people assigned to them, apart from all other files."
    ),
    Role.LEGAL_COORDINATOR: _(
        "Will find the legal matters of the office, to share out and to check for conflicts of"
        " interest."
    ),
    Role.MONITORING_OFFICER: _(
        "Finds the indicators of the whole programme, the list behind each figure, and their"
        " export."
    ),
    Role.DATA_PROTECTION_OFFICER: _(
        "Finds who read which file, the emergency accesses to review, and the texts that people"
        " are read before they agree."
    ),
    Role.PARTNER_USER: _(
        "Will find the people referred to the own organization, as far as they agreed to it."
    ),
    Role.AUDITOR: _(
        "Will find the indicators and the records of who did and read what; names only with a"
        " reason, and never those of psychosocial or legal care."
    ),
    Role.DONOR_VIEWER: _("Will find the published indicators, without anybody's name."),
}


class Permission(TextChoices):
    """One thing that a page lets people do."""

    USER_MANAGE = "user_manage", _("Manage users and their roles")
    WORK_RETRY = "work_retry", _("See background work that failed, and try it again")
    ORGANIZATION_MANAGE = "organization_manage", _("Set up offices and other organizations")
    PROGRAMME_MANAGE = "programme_manage", _("Set up programmes and their phases")
    CODE_LIST_MANAGE = "code_list_manage", _("Edit the code lists")
    RULE_SET_MANAGE = "rule_set_manage", _("Write and try the rules of eligibility")
    WORKLOAD_VIEW = "workload_view", _("See how many cases each caseworker has")
    PERSON_VIEW = "person_view", _("See the people of the own office")
    PERSON_EXPORT = "person_export", _("Take lists of people out as a file")
    EXPORT_APPROVE = "export_approve", _("Agree, as the second person, to a file with names")
    PERSON_REGISTER = "person_register", _("Register people")
    PERSON_CHANGE = "person_change", _("Change a person's details")
    PERSON_SENSITIVE = "person_sensitive", _("Read protected data of the people assigned")
    PERSON_PROTECT = "person_protect", _("Write protected data of the people assigned")
    MESSAGE_PREPARE = "message_prepare", _("Prepare messages to the people accompanied")
    REFERRAL_VIEW = "referral_view", _("See referrals and the directory of institutions")
    REFERRAL_MAKE = "referral_make", _("Refer the people accompanied to institutions")
    REFERRAL_RECEIVE = "referral_receive", _("Receive people whom institutions send")
    BREAK_GLASS = "break_glass", _("Open a protected part in an emergency")
    ACCESS_REVIEW = "access_review", _("Review emergency accesses")
    READING_VIEW = "reading_view", _("See who read a file")
    RIGHTS_RECEIVE = "rights_receive", _("Take down what people ask of their data")
    RIGHTS_MANAGE = "rights_manage", _("Answer what people ask of their data")
    COMPLAINT_RECEIVE = "complaint_receive", _("Take down complaints and suggestions")
    COMPLAINT_MANAGE = "complaint_manage", _("Look into complaints and answer them")
    COMPLAINT_SEALED = "complaint_sealed", _("Read restricted complaints")
    RETENTION_VIEW = "retention_view", _("See what is to be erased, and what was")
    RETENTION_CONFIRM = "retention_confirm", _("Confirm what is to be erased")
    RETENTION_APPROVE = "retention_approve", _("Approve an erasure, as the second person")
    TEXT_EDIT = "text_edit", _("Edit what people are read and sent")
    INDEX_VIEW = "index_view", _("See the scores of the reintegration index")
    RISK_VIEW = "risk_view", _("See needs and risk: coordination without details")
    PROTOCOL_MANAGE = "protocol_manage", _("Follow and end safety protocols")
    AGENDA_VIEW = "agenda_view", _("See the own agenda; who coordinates, that of the office")
    APPOINTMENT_MANAGE = "appointment_manage", _("Make, move and close appointments")
    GROUP_VIEW = "group_view", _("See groups, their sessions and who came")
    GROUP_MANAGE = "group_manage", _("Set up groups and sessions, and take attendance")
    CASE_ASSIGN = "case_assign", _("Assign cases")
    CASE_WORK = "case_work", _("Accompany people: take their cases from step to step")
    CASE_APPROVE = "case_approve", _("Approve the closing of cases")
    EXCEPTION_GRANT = "exception_grant", _("Decide on exceptions of eligibility")
    TRANSFER_REQUEST = "transfer_request", _("Ask for the file of a person of another office")
    DUPLICATE_RESOLVE = "duplicate_resolve", _("Decide on possible duplicates")
    PEOPLE_IMPORT = "people_import", _("Import people from a workbook")
    STANDARD_VIEW = "standard_view", _("See the competency standards")
    STANDARD_AUTHOR = "standard_author", _("Write the next version of a standard")
    STANDARD_APPROVE = "standard_approve", _("Approve and publish standards, as a committee")
    STANDARD_RETIRE = "standard_retire", _("Retire a published standard that is faulty")
    STANDARD_KEYS = "standard_keys", _("Read the keys to the questions of a standard")
    CENTRE_VIEW = "centre_view", _("See the evaluation centres and their accreditation")
    CENTRE_APPLY = "centre_apply", _("Ask for accreditation for the own centre")
    ACCREDIT = "accredit", _("Accredit centres and evaluators")
    EVALUATOR_VIEW = "evaluator_view", _("See the evaluators and their accreditation")
    ASSESSMENT_VIEW = "assessment_view", _("See assessments")
    ASSESSMENT_ENROL = "assessment_enrol", _("Enrol people for assessment, and withdraw them")
    ASSESSMENT_PLAN = "assessment_plan", _("Plan assessments")
    ASSESSMENT_ARRANGE = "assessment_arrange", _("Propose the plans of assessments")
    ASSESSMENT_CONDUCT = "assessment_conduct", _("Record practical assessments")
    ASSESSMENT_VERIFY = "assessment_verify", _("Verify assessments")
    ASSESSMENT_DECIDE = "assessment_decide", _("Decide on certification")
    ASSESSMENT_CANCEL = "assessment_cancel", _("Cancel assessments, and resolve differing answers")
    APPEAL_LODGE = "appeal_lodge", _("Record the appeals of the people accompanied")
    APPEAL_NAME = "appeal_name", _("Name who resolves an appeal")
    APPEAL_RESOLVE = "appeal_resolve", _("Resolve appeals, as one of a panel")
    CERTIFICATE_VIEW = "certificate_view", _("See certificates")
    CERTIFICATE_SHARE = "certificate_share", _("Show a certificate outside, for its holder")
    CERTIFICATE_PROPOSE = (
        "certificate_propose",
        _("Suspend certificates, and propose to revoke them"),
    )
    CERTIFICATE_KEEP = (
        "certificate_keep",
        _("Keep the register of certificates: correct and revoke them"),
    )
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
    Permission.PERSON_EXPORT,
    Permission.PERSON_SENSITIVE,  # behind break-glass alone: see READS
    Permission.REFERRAL_VIEW,
    Permission.BREAK_GLASS,
    Permission.ACCESS_REVIEW,
    Permission.READING_VIEW,
    Permission.RIGHTS_RECEIVE,
    Permission.COMPLAINT_RECEIVE,
    Permission.COMPLAINT_MANAGE,
    Permission.INDEX_VIEW,
    Permission.RISK_VIEW,
    Permission.PROTOCOL_MANAGE,
    Permission.AGENDA_VIEW,
    Permission.GROUP_VIEW,
    Permission.CASE_ASSIGN,
    Permission.WORKLOAD_VIEW,
    Permission.CASE_APPROVE,
    Permission.DUPLICATE_RESOLVE,
    Permission.PEOPLE_IMPORT,
    Permission.STANDARD_VIEW,
    Permission.ASSESSMENT_VIEW,
    Permission.ASSESSMENT_CANCEL,
    Permission.APPEAL_NAME,
    Permission.CERTIFICATE_VIEW,
    Permission.CERTIFICATE_PROPOSE,
    Permission.INDICATOR_VIEW,
    Permission.INDICATOR_EXPORT,
}

# What an installation is made of: none of it is about a person.
_SETTING_UP = {
    Permission.ORGANIZATION_MANAGE,
    Permission.PROGRAMME_MANAGE,
    Permission.CODE_LIST_MANAGE,
}

GRANTS: dict[Role, set[Permission]] = {
    **{role: set() for role in Role},
    Role.ADMINISTRATOR: {Permission.USER_MANAGE, Permission.WORK_RETRY, *_SETTING_UP},
    Role.PROGRAMME_COORDINATOR: {
        *_COORDINATION,
        *_SETTING_UP,
        Permission.STANDARD_AUTHOR,
        Permission.STANDARD_APPROVE,
        Permission.STANDARD_RETIRE,
        Permission.STANDARD_KEYS,
        Permission.CENTRE_VIEW,
        Permission.ACCREDIT,
        Permission.EVALUATOR_VIEW,
        Permission.EXPORT_APPROVE,
        Permission.EXCEPTION_GRANT,
        Permission.COMPLAINT_SEALED,
        Permission.RETENTION_VIEW,
        Permission.RETENTION_APPROVE,
        Permission.RULE_SET_MANAGE,
        Permission.TEXT_EDIT,
        Permission.WORK_RETRY,
    },
    Role.TERRITORIAL_COORDINATOR: {
        *_COORDINATION,
        Permission.TRANSFER_REQUEST,
        Permission.APPOINTMENT_MANAGE,
        Permission.GROUP_MANAGE,
    },
    Role.REGISTRAR: {
        Permission.PERSON_VIEW,
        Permission.PERSON_REGISTER,
        Permission.PERSON_CHANGE,
        Permission.RIGHTS_RECEIVE,
        Permission.COMPLAINT_RECEIVE,
        Permission.TRANSFER_REQUEST,
        Permission.REFERRAL_VIEW,
        Permission.REFERRAL_RECEIVE,
        Permission.AGENDA_VIEW,
        Permission.APPOINTMENT_MANAGE,
        Permission.PEOPLE_IMPORT,
    },
    Role.CASEWORKER: {
        Permission.PERSON_VIEW,
        Permission.PERSON_REGISTER,
        Permission.PERSON_CHANGE,
        Permission.CASE_WORK,
        Permission.TRANSFER_REQUEST,
        Permission.PERSON_SENSITIVE,
        Permission.PERSON_PROTECT,
        Permission.MESSAGE_PREPARE,
        Permission.REFERRAL_VIEW,
        Permission.REFERRAL_MAKE,
        Permission.REFERRAL_RECEIVE,
        Permission.BREAK_GLASS,
        Permission.READING_VIEW,
        Permission.RIGHTS_RECEIVE,
        Permission.COMPLAINT_RECEIVE,
        Permission.INDEX_VIEW,
        Permission.RISK_VIEW,
        Permission.AGENDA_VIEW,
        Permission.APPOINTMENT_MANAGE,
        Permission.GROUP_VIEW,
        Permission.GROUP_MANAGE,
        Permission.STANDARD_VIEW,
        Permission.ASSESSMENT_VIEW,
        Permission.ASSESSMENT_ENROL,
        Permission.ASSESSMENT_PLAN,
        Permission.ASSESSMENT_ARRANGE,
        Permission.APPEAL_LODGE,
        Permission.CERTIFICATE_VIEW,
        Permission.CERTIFICATE_SHARE,
    },
    Role.PSYCHOLOGIST: {
        Permission.PERSON_SENSITIVE,
        Permission.BREAK_GLASS,
        Permission.RISK_VIEW,
    },
    Role.CLINICAL_SUPERVISOR: {Permission.PROTOCOL_MANAGE},
    Role.LEGAL_ADVISER: {
        Permission.PERSON_SENSITIVE,
        Permission.BREAK_GLASS,
        Permission.RISK_VIEW,
    },
    Role.COACH: {Permission.AGENDA_VIEW, Permission.GROUP_VIEW, Permission.GROUP_MANAGE},
    Role.EVALUATOR: {
        Permission.AGENDA_VIEW,
        Permission.STANDARD_VIEW,
        Permission.ASSESSMENT_VIEW,
        Permission.ASSESSMENT_ARRANGE,
        Permission.ASSESSMENT_CONDUCT,
        Permission.APPEAL_RESOLVE,
    },
    Role.CENTRE_MANAGER: {
        Permission.CENTRE_VIEW,
        Permission.CENTRE_APPLY,
        Permission.EVALUATOR_VIEW,
        Permission.ASSESSMENT_ARRANGE,
    },
    Role.VERIFIER: {
        Permission.STANDARD_VIEW,
        Permission.STANDARD_APPROVE,
        Permission.STANDARD_KEYS,
        Permission.CENTRE_VIEW,
        Permission.EVALUATOR_VIEW,
        Permission.ASSESSMENT_VIEW,
        Permission.ASSESSMENT_VERIFY,
        Permission.APPEAL_RESOLVE,
        Permission.CERTIFICATE_VIEW,
        Permission.CERTIFICATE_PROPOSE,
    },
    Role.CERTIFYING_OFFICER: {
        Permission.STANDARD_VIEW,
        Permission.STANDARD_AUTHOR,
        Permission.STANDARD_APPROVE,
        Permission.STANDARD_KEYS,
        Permission.CENTRE_VIEW,
        Permission.EVALUATOR_VIEW,
        Permission.ASSESSMENT_VIEW,
        Permission.ASSESSMENT_DECIDE,
        Permission.APPEAL_RESOLVE,
        Permission.CERTIFICATE_VIEW,
        Permission.CERTIFICATE_PROPOSE,
        Permission.CERTIFICATE_KEEP,
    },
    Role.MONITORING_OFFICER: {Permission.INDICATOR_VIEW, Permission.INDICATOR_EXPORT},
    Role.DATA_PROTECTION_OFFICER: {
        Permission.EXPORT_APPROVE,
        Permission.ACCESS_REVIEW,
        Permission.READING_VIEW,
        Permission.RIGHTS_RECEIVE,
        Permission.RIGHTS_MANAGE,
        Permission.COMPLAINT_RECEIVE,
        Permission.COMPLAINT_MANAGE,
        Permission.COMPLAINT_SEALED,
        Permission.RETENTION_VIEW,
        Permission.RETENTION_CONFIRM,
        Permission.TEXT_EDIT,
    },
}


def roles_with(permission: Permission) -> list[Role]:
    """The roles that are granted it."""
    return [role for role in Role if permission in GRANTS[role]]


class Reach(TextChoices):
    """Whose data of a class a role reads."""

    OFFICE = "office", _("the people of the own office")
    ASSIGNED = "assigned", _("the people assigned")
    EXISTS = "exists", _("that there is something, not what")


# Which classes of data a role reads, and whose: the matrix of who sees what (CASE-12, CASE-16).
# A class that a role lacks here is closed to it. Spelt out again in
# tests/beneficiaries/test_permissions_access.py.
_COORDINATOR_READS = {
    D2: Reach.OFFICE,
    D3: Reach.OFFICE,
    D4: Reach.EXISTS,
    D5: Reach.EXISTS,
    D6: Reach.EXISTS,
}
_CONTACT_AND_WORK = {D2: Reach.ASSIGNED, D3: Reach.ASSIGNED}
READS: dict[Role, dict[str, Reach]] = {
    **{role: {} for role in Role},
    Role.PROGRAMME_COORDINATOR: _COORDINATOR_READS,
    Role.TERRITORIAL_COORDINATOR: _COORDINATOR_READS,
    Role.REGISTRAR: {D2: Reach.OFFICE},
    Role.CASEWORKER: {
        D2: Reach.OFFICE,
        D3: Reach.ASSIGNED,
        D4: Reach.ASSIGNED,
        D5: Reach.EXISTS,
        D6: Reach.EXISTS,
    },
    Role.COACH: _CONTACT_AND_WORK,
    Role.JOB_INTERMEDIARY: _CONTACT_AND_WORK,
    Role.BUSINESS_ADVISER: _CONTACT_AND_WORK,
    Role.PSYCHOLOGIST: {D2: Reach.ASSIGNED, D4: Reach.ASSIGNED, D5: Reach.ASSIGNED},
    Role.LEGAL_ADVISER: {
        D2: Reach.ASSIGNED,
        D3: Reach.ASSIGNED,
        D4: Reach.ASSIGNED,
        D6: Reach.ASSIGNED,
    },
    Role.EVALUATOR: {D3: Reach.ASSIGNED},
    Role.VERIFIER: {D3: Reach.ASSIGNED},
    Role.CERTIFYING_OFFICER: {D3: Reach.ASSIGNED},
    Role.DATA_PROTECTION_OFFICER: {
        D3: Reach.EXISTS,
        D4: Reach.EXISTS,
        D5: Reach.EXISTS,
        D6: Reach.EXISTS,
    },
}
