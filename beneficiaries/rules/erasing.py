"""What becomes of each table of the registry when somebody's data are erased (CASE-38).

After the shorter period goes what is protected (D4 to D6); after the longer
one all by which somebody is known. What figures count stays.
"""

from beneficiaries.registry import Erase, Erasing


def blank(columns: str) -> Erasing:
    return Erasing(Erase.BLANK, tuple(columns.split()))


GO = Erasing(Erase.DELETE)
STAYS = Erasing(Erase.KEEP)

SENSITIVE = {
    "beneficiaries.Registration": blank("answers signature"),
    "beneficiaries.ImportRow": blank("values"),
    "beneficiaries.MergedRow": blank("before after"),
    "beneficiaries.IndexAnswers": blank("answers"),  # its scores stay: figures are made of them
    "beneficiaries.Complaint": blank(
        "text name contact_back answer first_answer appeal"
    ),  # it is counted on
    "beneficiaries.SafetyProtocol": GO,  # with its assessments: that there was danger goes too
}

IDENTITY = {
    "beneficiaries.Person": blank(
        "known_as name_abroad nationality birth_country birth_district marital_status"
        " household_head"
    ),  # her names and the day of birth become others: see `actions/erasing.py`
    "beneficiaries.IdentityDocument": GO,
    "beneficiaries.Contact": blank(
        "phone_1 phone_1_owner phone_1_whatsapp phone_2 phone_2_owner email address_line"
        " allowed_channels previous_country previous_state previous_city emergency_name"
        " emergency_relationship emergency_phone safe_times safe_to_identify_project"
    ),
    "beneficiaries.Trip": GO,
    "beneficiaries.WorkExperience": GO,
    "beneficiaries.HouseholdMember": GO,
    "beneficiaries.Education": GO,
    "beneficiaries.Skill": GO,
    "beneficiaries.EconomicSituation": GO,
    "beneficiaries.SafeHours": GO,
    "beneficiaries.Message": GO,
    "beneficiaries.Need": GO,
    "beneficiaries.Conflict": GO,
    "beneficiaries.EmergencyAccess": blank("reason"),
    "beneficiaries.Release": blank("reason"),
    "beneficiaries.Transfer": blank("reason answer"),
    # That she agreed is proved on.
    "beneficiaries.Consent": blank("witness recording withdrawn_reason"),
    "beneficiaries.ConsentReceipt": blank("answers"),
    "beneficiaries.Suspicion": blank("reason"),
    "beneficiaries.Task": blank("outcome"),
    "beneficiaries.MergeRecord": blank("reason undone_reason"),
    "beneficiaries.Registration": blank("consents discarded_reason"),
    "beneficiaries.EligibilityDecision": blank("inputs exception_reason"),
    "beneficiaries.Attention": blank("place notes next_step"),
    "beneficiaries.ContactAttempt": blank("note"),
    "beneficiaries.Opinion": blank("comment"),
    "beneficiaries.CaseMove": blank("reason"),
    "beneficiaries.ExceptionRequest": blank("reason answer"),
    "beneficiaries.Plan": STAYS,
    "beneficiaries.Appointment": blank("place reason"),
    "beneficiaries.Enrolment": blank("reason"),
    "beneficiaries.SheetRow": blank("who which said"),
    "beneficiaries.Referral": blank("feedback"),
    "beneficiaries.IncomingReferral": blank("name phone"),
    "beneficiaries.PlanReview": blank("note"),
    "beneficiaries.Goal": blank("text indicator reason"),
    "beneficiaries.PlanTask": blank("referral_to reason"),
    "beneficiaries.IndexScore": STAYS,
    "beneficiaries.RightsRequest": blank(
        "asked representative identity_proof extension_reason ground answer lift_reason"
    ),
    "beneficiaries.RightsFile": blank("file"),
    "beneficiaries.BulkRow": GO,
}

# Rows that point to a person and are another's.
OF_ANOTHER = {"beneficiaries.HouseholdMember.own_file"}

# Who else is named in somebody's file: left out of the copy that she gets.
NAMES_OTHERS = {
    "beneficiaries.HouseholdMember": ("name", "birth_year", "own_file"),
    "beneficiaries.Contact": ("emergency_name", "emergency_phone"),
    "beneficiaries.EconomicSituation": ("creditor",),
    "beneficiaries.DoNotContact": ("name", "organization"),
    "beneficiaries.Consent": ("witness",),
    "beneficiaries.Referral": ("focal_point",),
    "beneficiaries.Conflict": ("kind",),
    "beneficiaries.Suspicion": ("reason",),
    "beneficiaries.MergeRecord": ("reason", "undone_reason"),
    "beneficiaries.MergedRow": ("before", "after"),
    "beneficiaries.EmergencyAccess": ("reason",),
    "beneficiaries.Release": ("reason",),
}
