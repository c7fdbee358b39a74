"""Which pages a walk opens, and how many of a kind."""

from accounts.roles import Role

# Who opens about half of all pages: the walks are divided between two processes.
CASEWORK = [Role.CASEWORKER, Role.EVALUATOR]
# How many pages of one kind a walk opens, where they differ from each other.
MANY = {
    "organizations:organization_detail": 2,
    "accounts:user_detail": 3,
    "beneficiaries:person_detail": 3,
    "beneficiaries:import_detail": 4,
    "beneficiaries:case_detail": 12,
    "beneficiaries:referral_detail": 8,
    "beneficiaries:incoming_detail": 3,
    "agenda:agenda": 2,
    "agenda:appointment_detail": 3,
    "groups:group_detail": 2,
    "groups:attendance_record": 3,
    "beneficiaries:registration_page": 12,
    "beneficiaries:registration_detail": 2,
    "beneficiaries:rights_detail": 3,
    "certification:assessment_detail": 3,
    "evaluation:observation_record": 4,
    "evaluation:session_open": 4,
}
# Who sees every state of an assessment, with other things to do in each.


IN_EVERY_STATE = {Role.CASEWORKER, Role.EVALUATOR, Role.TERRITORIAL_COORDINATOR}
# Not pages to walk to: what is only sent, files, pieces of a page, and what ends the session.
NO_PAGES = {
    "account_logout",
    "account_reset_password_from_key",
    "accounts:access_link_make",
    "accounts:mail_list",  # of the demo alone
    "accounts:second_factor_forget",
    "accounts:work_retry",
    "agenda:appointment_confirm",
    "agenda:appointment_remind",
    "agenda:feed",
    "agenda:feed_revoke",
    "groups:enrolment_accept",
    "groups:enrolment_never_came",
    "beneficiaries:access_review",
    "beneficiaries:complaint_step",
    "beneficiaries:erasure_approve",
    "beneficiaries:erasure_confirm",
    "beneficiaries:rights_copy",
    "beneficiaries:rights_erase",
    "beneficiaries:rights_hand_out",
    "beneficiaries:rights_letter",
    "beneficiaries:rights_step",
    "beneficiaries:attachment_file",
    "beneficiaries:attachment_preview",
    "beneficiaries:duplicate_check",
    "beneficiaries:message_cancel",
    "beneficiaries:message_tick",
    "beneficiaries:incoming_answer",
    "beneficiaries:incoming_move",
    "beneficiaries:receipt_create",
    "beneficiaries:referral_acknowledge",
    "beneficiaries:referral_file",
    "beneficiaries:referral_link_make",
    "beneficiaries:referral_link_revoke",
    "beneficiaries:referral_ready",
    "beneficiaries:receipt_file",
    "beneficiaries:registration_part_remove",
    "draft_keep",
    "session_keep",
    "beneficiaries:eligibility_decide",
    "beneficiaries:import_confirm",
    "beneficiaries:import_discard",
    "beneficiaries:import_errors",
    "beneficiaries:plan_file",
    "certification:certificate_file",
    "health",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
    "ready",
    "reporting:report_create",
    "reporting:report_file",
    "set_language",
}
AT_THE_DOOR = [
    "account_login",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "certificate_check",
]
SAME_FOR_ALL = ("account_", "mfa_", "certificate_")
