"""The class of each column of the certification (the classes: genesis/lib/sensitivity.py)."""

from genesis.lib.sensitivity import classes

_PART = "id standard_version code position"

COLUMNS = {
    "ReferenceCounter": classes(none="id year last"),
    "Centre": classes(none="id version organization code district"),
    "CertifyingBody": classes(
        none="id public_id version organization printed_name folio_prefix website email valid_from"
        " valid_until",
    ),
    "Logo": classes(
        none="id public_id organization file sha256 added_at added_by ended_at ended_by",
    ),
    "CentreAccreditation": classes(
        none="id public_id version centre standard renews state state_since state_by reason"
        " requested_at requested_by workstations max_per_day visit_on valid_from valid_until"
        " resolution_number resolution resolution_sha256 granted_at granted_by",
    ),
    "AccreditationVisit": classes(
        none="id public_id accreditation kind on equipment space safety records confidentiality"
        " remarks outcome recorded_at recorded_by",
        D2="team",
    ),
    "CorrectiveAction": classes(
        none="id public_id version accreditation text due_on raised_at raised_by closed_on"
        " closed_by proof",
    ),
    "CentreEquipment": classes(
        none="id version centre requirement quantity condition calibration_due",
    ),
    "Evaluator": classes(
        none="id public_id version user department registered_at registered_by",
        D2="sex certificate_number certificate_issued_on certificate_expires_on",
    ),
    "EvaluatorAccreditation": classes(
        none="id public_id version evaluator standard own_certificate panel_seat state state_since"
        " state_by reason valid_from valid_until",
        D2="external_evidence sponsor",
    ),
    "OutlierReview": classes(none="id evaluator up_to at by", D2="note"),
    "DeclaredInterest": classes(
        none="id public_id version evaluator person organization valid_from valid_until noted_at"
        " noted_by",
        D2="kind note",
    ),
    "EvaluatorCentre": classes(
        none="id public_id version evaluator centre valid_from valid_until given_at given_by",
    ),
    "Standard": classes(none="id public_id code title sector isco license_note"),
    "StandardVersion": classes(
        none="id public_id standard number state title sector area isco purpose level valid_from"
        " review_on ends_on certificate_months min_age min_months entry_documents license_note"
        " modality break_minutes duration_minutes task total_minimum na_maximum diagnostic_title"
        " diagnostic_points source_sha256 warnings",
    ),
    "StandardDraft": classes(
        none="id public_id version code number title document based_on state state_since state_by"
        " reason round begun_at published_as met_on minutes minutes_file minutes_sha256",
        D2="present",
    ),
    "StandardRetirement": classes(none="id standard_version reason at by"),
    "DraftKeys": classes(none="id draft keys"),
    "DraftAuthor": classes(none="id draft user since"),
    "DraftApproval": classes(none="id draft round digest by at"),
    "Unit": classes(none=f"{_PART} title"),
    "Element": classes(none=f"{_PART} unit title"),
    "Criterion": classes(none=f"{_PART} element kind text"),
    "Knowledge": classes(none=f"{_PART} text level"),
    "Instrument": classes(none=f"{_PART} kind title minimum mode"),
    "Item": classes(
        none=f"{_PART} instrument criterion knowledge text weight scale critical safety unit"
        " minimum maximum na_reason photo options",
    ),
    "AnswerKey": classes(none="id standard_version item key"),
    "DiagnosticQuestion": classes(none=f"{_PART} text"),
    "DiagnosticBand": classes(none="id standard_version first last recommendation message"),
    "Equipment": classes(none="id standard_version name quantity mandatory"),
    "Assessment": classes(
        none="id public_id version reference person standard standard_version state enrolled_at"
        " enrolled_by attempt route previous centre evaluator verifier officer decided_at left_at"
        " left_by",
        D3="scheduled_for scheduled_at stopped_at stop_reason leave_reason entry_reason",
    ),
    "Diagnosis": classes(
        none="id assessment recorded_at recorded_by",
        D3="answers points recommendation",
    ),
    "Plan": classes(
        none="id assessment number centre evaluator proposed_at proposed_by",
        D3="scheduled_for scheduled_at begins_since begins_until opens_at closes_at results_on"
        " results_at results_place reason",
    ),
    "PlanHelp": classes(
        none="id plan",
        D4="kinds extra_minutes note",
    ),
    "Signature": classes(
        none="id public_id assessment kind plan judgement sha256 kept_sha256 signed_at recorded_by"
        " cleared_at",
        D2="name",
        D3="file agrees unsigned_because",
    ),
    "Appeal": classes(
        none="id public_id version assessment decision lodged_on lodged_at lodged_by due_on"
        " resolved_at resolved_by",
        D3="channel grounds resolution reasons",
    ),
    "AppealSeat": classes(none="id appeal user named_at named_by"),
    "PartsAlert": classes(
        none="id assessment user parts found_at ended_at settled_at settled_by reason",
    ),
    "AssessmentSession": classes(
        none="id public_id assessment started_at started_by ended_at annulled_at",
        D2="identity_checked",
        D3="consents safety",
    ),
    "Observation": classes(
        none="id client_id session device seq item read_aloud observed_at by received_at paper",
        D3="value note",
    ),
    "ItemResolution": classes(
        none="id assessment item observation decided_at decided_by annulled_at",
        D3="reason",
    ),
    "SessionPause": classes(none="id session started_at ended_at by"),
    "Judgement": classes(
        none="id assessment number inputs_sha256 signed_at signed_by archived_at",
        D1="department status sector",
        D3="result outcome strengths gaps recommendations feedback_at",
    ),
    "Verification": classes(
        none="id assessment verifier at",
        D3="outcome checklist items reason",
    ),
    "DecisionBatch": classes(none="id public_id held_on officer recorded_at minutes present"),
    "Decision": classes(
        none="id assessment officer at batch",
        D3="outcome reason",
    ),
    "CarriedInstrument": classes(none="id assessment instrument judgement"),
    "Training": classes(
        none="id public_id assessment group provider referred_at referred_by closed_at closed_by",
        D3="service ends_on outcome completed_on ended_because",
    ),
    "Trainer": classes(none="id training user named_at named_by"),
    "Draw": classes(none="id evaluator number size seed begun_at"),
    "Sampling": classes(none="id assessment evaluator why draw place at"),
    "Phone": classes(
        none="id public_id user name public_key sealed_key unsent registered_at seen_at"
        " withdrawn_at withdrawn_by withdrawn_reason",
    ),
    "KeyReturn": classes(none="id work_state attempts attempted_at last_error phone at mailed_at"),
    "Package": classes(none="id phone assessment format built_at expires_at"),
    "Receipt": classes(
        none="id record_id phone assessment seq kind signature outcome noted_at clock_off"
        " received_at by",
        D3="body",
    ),
    "Conflict": classes(
        none="id public_id receipt assessment item why settled_at settled_by settlement",
        D3="value note kept_value reason",
    ),
    "Evidence": classes(
        none="id public_id client_id assessment session item kind signs media_type sha256"
        " kept_sha256 source device paper counts taken_at received_at by",
        D2="name",
        D3="file preview",
    ),
    "EvidenceReview": classes(
        none="id evidence by at",
        D3="valid authentic current sufficient note",
    ),
    "AnnouncedFile": classes(none="id assessment receipt sha256 given_up_at given_up_by reason"),
    "HolderNotice": classes(
        none="id public_id version event message told_at told_by",
        D1="told_on",
        D3="told_how",
    ),
    "PaperForm": classes(
        none="id public_id work_state attempts attempted_at last_error assessment number evaluator"
        " state asked_at asked_by sha256 erased_at kept_at ended_at session dropped_at dropped_by",
        D2="file",
        D3="drop_reason",
    ),
    "PaperTyping": classes(
        none="id form number by at",
        D3="entries",
    ),
    "PaperSettlement": classes(
        none="id form name by at",
        D3="value note reason",
    ),
    "FolioCounter": classes(none="id year standard last"),
    "Certificate": classes(
        none="id public_id version work_state attempts attempted_at last_error assessment replaces"
        " state folio year standard sequence code secret_key_number body recorded_at revoked_at"
        " pdf_sha256 rendered_at template_version public_lookup credential_id subject_id"
        " status_list status_index key credential_sha256 body_name body_logo donors"
        " standard_code standard_title standard_version level units license_note centre_code"
        " officer_name",
        D1="issued_on valid_until department status sector",
        D2="holder_name holder_initials holder_document",
        D3="place assessed_on pdf credential",
    ),
    "CertificateEvent": classes(
        none="id certificate kind at by",
        D3="reason note",
    ),
    "Duplicate": classes(
        none="id work_state attempts attempted_at last_error event pdf_sha256 made_at",
        D3="pdf",
    ),
    "Revocation": classes(
        none="id public_id version certificate state proposed_by proposed_at decided_by decided_at",
        D3="reason note answer",
    ),
    "ShareLink": classes(
        none="id public_id certificate digest in_presence made_by made_at expires_at max_views"
        " views revoked_at revoked_by",
    ),
    "CertificateBundle": classes(
        none="id public_id work_state attempts attempted_at last_error asked_by asked_at ids"
        " sha256 erased_at",
        D1="purpose",
        D2="file",
    ),
    "Archive": classes(
        none="id work_state attempts attempted_at last_error year file sha256 key signed_at",
    ),
    "SigningKey": classes(none="id public algorithm state active_from ended_at"),
    "StatusList": classes(
        none="id work_state attempts attempted_at last_error number changed_at text token key"
        " signed_at",
    ),
    "VerificationCount": classes(none="id certificate day times"),
    "CheckCount": classes(none="id day result times"),
}
