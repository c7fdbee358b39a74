"""The register of personal data: for each column its class, D1 to D6.

D1 pseudonymous facts, D2 identity and contact, D3 competence, employment and
business, D4 protection, D5 psychosocial, D6 legal; NONE is about no person.
The history keeps the values of D1 to D3 and of NONE, and only the name of any
other column. A test fails on a column that is not named here.
"""

NONE, D1, D2, D3, D4, D5, D6 = "none", "D1", "D2", "D3", "D4", "D5", "D6"

REGISTER: dict[str, dict[str, str]] = {}


def register(label: str, **classes: str) -> None:
    """Name the class of each column of the model `label`: the columns under their class's name."""
    REGISTER[label] = {
        column: name for name, columns in classes.items() for column in columns.split()
    }


def class_of(label: str, column: str) -> str | None:
    return REGISTER.get(label, {}).get(column)


def is_protected(label: str) -> bool:
    """Whether a model holds something of class D4 to D6."""
    return not {D4, D5, D6}.isdisjoint(REGISTER.get(label, {}).values())


def shows_values(label: str, column: str) -> bool:
    """Whether the history may keep the values of a column; of an unknown one it keeps the name."""
    return class_of(label, column) in {NONE, D1, D2, D3}


# Each model once; columns that every model has (keys, versions, states, who and when) are of
# class none and stand here too, so that nothing is classified by accident.

register(
    "accounts.Organization",
    none="id public_id version code name kinds address phone search sort_name ended_at ended_by",
)
register(
    "accounts.User",
    none="id public_id version password last_login is_superuser is_staff is_active date_joined"
    " list_choices",
    D2="email first_name last_name search sort_name",
)
register(
    "accounts.RoleAssignment",
    none="id public_id version user role organization valid_from valid_until given_at given_by"
    " ended_at ended_by",
)
register("accounts.SentForm", none="id actor key fingerprint result at")
register(
    "accounts.Activity",
    none="id actor verb model record_id at ip request_id",
    D2="changes",
    D1="person_id",
)
register("accounts.ReadReason", none="id user level day at", D1="person_id", D2="reason")
register("accounts.Draft", none="id user form target title address saved_at", D4="answers")
register("accounts.ReadLog", none="id actor kind view at ip request_id", D1="persons")
register("beneficiaries.Department", none="id code iso pcode name")
register("beneficiaries.Municipality", none="id code name department valid_from valid_until")
register("beneficiaries.District", none="id code name department municipality former_municipality")
register(
    "beneficiaries.LookupValue",
    none="id public_id version list code es en position alias retired",
)
register(
    "beneficiaries.Person",
    none="id public_id version office recorded_at",
    D1="file_number registered_on status sector merged_into undone_at area restricted_at",
    D2="given_names surnames known_as search sounds sort_name name_key birth_date birth_precision"
    " sex population district name_abroad nationality birth_country birth_district"
    " marital_status household_head",
)
register("beneficiaries.FileNumberCounter", none="id year last")
register(
    "beneficiaries.IdentityDocument",
    none="id public_id version person active",
    D2="doc_type status number check_reason issued_on expires_on",
)
register(
    "beneficiaries.Contact",
    none="id version person",
    D1="reviewed_on",
    D2="phone_1 phone_1_owner phone_1_whatsapp phone_2 phone_2_owner email address_line"
    " allowed_channels previous_country previous_state previous_city emergency_name"
    " emergency_relationship emergency_phone"
    " safe_times safe_to_identify_project",
)
register(
    "beneficiaries.Trip",
    none="id public_id version person",
    D2="destination_country destination_state destination_city departure_date"
    " departure_precision return_country return_date return_precision return_port",
)
register(
    "beneficiaries.WorkExperience",
    none="id public_id version person",
    D1="sector isic_section supervised_people",
    D3="country state isco position employer start_date start_precision end_date end_precision"
    " ongoing duties proof last_pay pay_currency pay_period",
)
register(
    "beneficiaries.HouseholdMember",
    none="id public_id version person",
    D2="name relationship sex birth_year lives_together at_school economically_dependent"
    " monthly_income own_file",
)
register(
    "beneficiaries.Education",
    none="id public_id version person",
    D3="level title title_year title_country reads_spanish writes_spanish english_level"
    " other_languages tools driving_licence phone_kind has_data uses_email",
)
register("beneficiaries.Skill", none="id public_id version person", D1="name level")
register(
    "beneficiaries.EconomicSituation",
    none="id public_id version person",
    D1="on availability",
    D2="remittances_usd debt_for_journey_usd creditor",
    D3="employment_status hours_per_week benefits monthly_income_usd household_income_usd debt_usd"
    " bank_account isss afp salary_expectation_usd willing_to_move travel_minutes",
)
register(
    "beneficiaries.SensitiveProfile",
    none="id public_id version person",
    D4="gender_identity indigenous wg_seeing wg_hearing wg_walking wg_remembering wg_self_care"
    " wg_communicating",
)
register(
    "beneficiaries.SafeContact",
    none="id public_id version person",
    D4="code_word threatened",
)
register(
    "beneficiaries.DoNotContact",
    none="id public_id version person",
    D4="kind name organization reason",
)
register(
    "beneficiaries.TripCircumstances",
    none="id public_id version person trip",
    D4="return_type return_type_text channel reasons_leaving detained detention_months"
    " times_deported left_property_or_wages minor_children_abroad intention",
)
register(
    "beneficiaries.Displacement",
    none="id public_id version person",
    D4="since since_precision origin_district causes dav_registered can_return_home solution",
)
register(
    "beneficiaries.MemberHealth",
    none="id public_id version person member",
    D4="disability chronic_illness",
)
register(
    "beneficiaries.Registration",
    none="id public_id version state office begun_by begun_at saved_at person ended_at",
    D2="consents discarded_reason",
    D4="answers signature",
)
register("beneficiaries.Programme", none="id public_id version code name")
register(
    "beneficiaries.RuleSet",
    none="id public_id code number name parameters reason recorded_at recorded_by",
)
register("beneficiaries.Funding", none="id version phase donor rule_set")
register("beneficiaries.OrganizationPlace", none="id version organization district")
register(
    "beneficiaries.Phase",
    none="id public_id version programme code name starts_on ends_on rule_set",
)
register(
    "beneficiaries.Case",
    none="id public_id version person office phase state_since state_by close_asked_by closed_by",
    D1="episode opened_on opened_because state plan_agreed_on held_on review_on close_reason"
    " closed_on certification_track outcome",
)
register(
    "beneficiaries.CaseMove",
    none="id case at by",
    D1="from_state to_state",
    D2="reason",
)
register(
    "beneficiaries.ExceptionRequest",
    none="id public_id version case state asked_at asked_by answered_at answered_by",
    D2="reason answer",
)
register(
    "beneficiaries.Transfer",
    none="id public_id version person to_office from_office state asked_at asked_by answered_at"
    " answered_by",
    D2="reason answer",
)
register(
    "beneficiaries.EligibilityDecision",
    none="id case rule_set decided_at decided_by",
    D1="certification_track outcome reasons",
    D2="inputs exception_reason",
)
register(
    "beneficiaries.Assignment",
    none="id public_id person user kind valid_from valid_until given_at given_by ended_at",
)
register("beneficiaries.Notice", none="id number text valid_from")
register(
    "beneficiaries.Consent",
    none="id public_id version person notice recorded_by withdrawn_by",
    D2="purpose granted given_at channel witness recording withdrawn_at withdrawn_reason"
    " expires_on replaced_at",
)
register("beneficiaries.PurposeText", none="id notice purpose text")
register(
    "beneficiaries.ConsentReceipt",
    none="id public_id person code notice made_at made_by",
    D2="answers",
)
register(
    "beneficiaries.EmergencyAccess",
    none="id public_id version person user opened_at ends_at coordination_at coordination_by"
    " officer_at officer_by",
    D2="reason",
)
register(
    "beneficiaries.AccessNotice",
    none="id work_state attempts attempted_at last_error access to told_at mailed_at",
)
register(
    "beneficiaries.Release",
    none="id public_id version person level user asked_at asked_by granted_at granted_by ends_at",
    D2="reason",
)
register(
    "beneficiaries.RightsRequest",
    none="id public_id version person office state received_at received_by due_on identity_at"
    " identity_by extended_at extended_by answered_at answered_by task lifted_at lifted_by",
    D1="right way received_on outcome",
    D2="asked representative identity_proof extension_reason ground answer lift_reason",
)
register(
    "beneficiaries.RightsFile",
    none="id public_id version work_state attempts attempted_at last_error request asked_at"
    " asked_by sha256 made_at handed_out_at handed_out_by erased_at",
    D2="file",
)
register(
    "beneficiaries.ErasureBatch",
    none="id public_id version work_state attempts attempted_at last_error kind state proposed_at"
    " confirmed_at confirmed_by approved_at approved_by",
)
register(
    "beneficiaries.Erasure",
    none="id public_id version batch person kind state asked_for ended_at ended_by counts",
    D1="closed_on kept_reason",
)
register(
    "beneficiaries.Complaint",
    none="id public_id version code office person received_at received_by restricted triage_by"
    " due_on state answered_at answered_by appealed_at first_answered_by",
    D1="kind topic way received_on",
    D4="text name contact_back answer first_answer appeal",
)
register("beneficiaries.ComplaintStaff", none="id complaint user")
register("beneficiaries.Conflict", none="id public_id person user noted_at noted_by", D2="kind")
register(
    "beneficiaries.SafeHours", none="id public_id version person", D2="days starts ends active"
)
register(
    "beneficiaries.MessageTemplate",
    none="id public_id version code title purpose text neutral_text active",
)
register(
    "beneficiaries.Message",
    none="id public_id version person template neutral state not_before not_after prepared_at"
    " prepared_by ended_at ended_by",
    D2="channel number text",
)
register(
    "beneficiaries.BulkRun",
    none="id public_id work_state attempts attempted_at last_error kind asked_by asked_at total"
    " done to template",
    D2="filters values",
)
register(
    "beneficiaries.BulkRow",
    none="id public_id run person place file_version outcome",
    D2="why",
)
register(
    "beneficiaries.ListExport",
    none="id public_id version work_state attempts attempted_at last_error asked_by asked_at"
    " columns file_format named total done decision decided_by decided_at sha256 ready_at"
    " erased_at",
    D1="ids",
    D2="purpose filters answer file",
)
register(
    "beneficiaries.HeadCount",
    none="id office import_sha256 import_row recorded_at recorded_by voided_at",
    D1="on sex age_band district",
)
register(
    "beneficiaries.SavedView",
    none="id public_id version owner office name filters order columns made_at",
)
register(
    "beneficiaries.ServiceRecord",
    none="id public_id person organization source recorded_at recorded_by voided_at voided_by",
    D1="service on department status sector voided_reason",
)
register(
    "beneficiaries.Suspicion",
    none="id public_id version person other likeness raised_at raised_by settled_at settled_by",
    D2="reason",
)
register(
    "beneficiaries.MergeRecord",
    none="id public_id version kept merged merged_at merged_by known undone_at undone_by stayed",
    D2="reason undone_reason",
)
register(
    "beneficiaries.MergedRow",
    none="id merge model record_id moved seal",
    D4="before after",  # what a row said in any class that a merge touches
)
register(
    "beneficiaries.Task",
    none="id public_id version kind person office raised_at raised_by raised_for due_on done_at"
    " done_by role",
    D2="outcome",
)
register(
    "beneficiaries.Screening", none="id public_id version case recorded_at recorded_by", D1="on"
)
register("beneficiaries.Need", none="id screening", D2="need priority")
register(
    "beneficiaries.VulnerabilityFlag",
    none="id public_id version screening confirmed_by confirmed_at",
    D4="flag source on audience",
)
register(
    "beneficiaries.Risk",
    none="id screening protocol",
    D4="level current_danger immediate_action calls_for_protocol",
)
register(
    "beneficiaries.SafetyProtocol",
    none="id public_id version person state raised_at raised_by assessment ended_at ended_by",
)
register(
    "beneficiaries.RiskAssessment",
    none="id public_id protocol at by",
    D5="level means plan timing protective_factors measures",
)
register(
    "beneficiaries.Plan",
    none="id public_id version case",
    D1="proposed_on review_every_days reviewed_on",
    D2="agreed_by_person_on",
)
register("beneficiaries.PlanReview", none="id plan recorded_at recorded_by", D1="on", D2="note")
register(
    "beneficiaries.Goal",
    none="id public_id version plan state_since state_by",
    D1="indicator target_on responsible organization state",
    D2="need text reason",
)
register(
    "beneficiaries.PlanTask",
    none="id public_id version goal state required ended_by",
    D1="service ended_on",
    D2="referral_to reason",
)
register(
    "beneficiaries.Attention",
    none="id public_id version case recorded_at recorded_by voided_at voided_by",
    D1="service state on mode minutes next_step_on voided_reason",
    D2="place notes next_step",
)
register(
    "beneficiaries.Opinion",
    none="id public_id version case recorded_at recorded_by voided_at voided_by",
    D1="service on way voided_reason",
    D2="overall expectations counselling economic social community comment",
)
register(
    "beneficiaries.Attachment",
    none="id public_id version person media_type size sha256 kept_sha256"
    " identity_document consent job trip case replaces replaced_at uploaded_at uploaded_by"
    " voided_at voided_by",
    D4="kind on file preview voided_reason",  # as the worst that one may be: its kind says which
)
register("beneficiaries.AttachmentText", none="id attachment", D4="title original_name")
register(
    "beneficiaries.ContactAttempt",
    none="id public_id version case recorded_at recorded_by voided_at voided_by",
    D1="on channel outcome voided_reason",
    D2="note",
)
register(
    "beneficiaries.PeopleImport",
    none="id public_id version work_state attempts attempted_at last_error state file_name sha256"
    " office phase columns mapping total done uploaded_at uploaded_by undone_at undone_by",
    D1="undone_reason",
    D2="file",
)
register("beneficiaries.ColumnMapping", none="id office headings mapping used_at used_by")
register(
    "beneficiaries.ImportRow",
    none="id public_id version batch sheet_row outcome reason eligibility like written person"
    " likeness decided_at decided_by undo",
    D4="values",  # with the remarks of the office
)
register(
    "beneficiaries.AttendanceSheet",
    none="id public_id version state group file_name sha256 others uploaded_at uploaded_by"
    " ended_at ended_by erased_at",
)
register(
    "beneficiaries.SheetRow",
    none="id public_id sheet sheet_row enrolment session outcome reason",
    D1="mark before said which",
    D2="who",
)
register("beneficiaries.IndexVersion", none="id code number weight_source content loaded_at")
register(
    "beneficiaries.IndexAnswers",
    none="id public_id version person asked_in recorded_at recorded_by voided_at voided_by",
    D1="on voided_reason",
    D4="answers",
)
register(
    "beneficiaries.IndexScore",
    none="id answers scored_by rescored computed_at",
    D3="economic social psychosocial composite",
)
register(
    "beneficiaries.DirectoryEntry",
    none="id public_id version organization sort_name services focal_point phone email note active",
)
register(
    "beneficiaries.Referral",
    none="id public_id version case made_at made_by ended_at task",
    D1="organization focal_point plan_task",
    D2="state priority data_shared confidential consent sent_at via due_at acknowledged_at"
    " answered_at first_attention_on outcome feedback",
)
register("beneficiaries.ReferralReason", none="id referral", D4="needs reason")
register(
    "beneficiaries.ReferralLink",
    none="id public_id referral digest made_at made_by expires_at revoked_at",
)
register("beneficiaries.ReferralVisit", none="id link at ip answered")
register(
    "beneficiaries.IncomingReferral",
    none="id public_id version office sender received_on answer_due_on answered_on answered_by"
    " recorded_at recorded_by",
    D1="source state reference person",
    D2="name phone",
)
register(
    "beneficiaries.Appointment",
    none="id public_id version person responsible made_at made_by ended_at ended_by",
    D1="kind starts_at ends_at state minutes moved_to",
    D2="place reason",
)
register("beneficiaries.CalendarFeed", none="id user digest made_at revoked_at")
register(
    "beneficiaries.Group",
    none="id public_id version service name office facilitator place starts_on ends_on hours",
)
register(
    "beneficiaries.GroupSession",
    none="id public_id version group starts_at ends_at topic minutes taken_at taken_by"
    " cancelled_at cancelled_by cancelled_reason",
)
register(
    "beneficiaries.Enrolment",
    none="id public_id version group person state_since state_by",
    D1="state",
    D2="reason",
)
register("beneficiaries.Attendance", none="id session enrolment", D1="mark")
register("beneficiaries.IntakeNote", none="id person recorded_at", D4="text")

_PART = "id standard_version code position"
register("certification.ReferenceCounter", none="id year last")
register("certification.Centre", none="id version organization code district")
register(
    "certification.CertifyingBody",
    none="id public_id version organization printed_name folio_prefix website email valid_from"
    " valid_until",
)
register(
    "certification.CentreAccreditation",
    none="id public_id version centre standard renews state state_since state_by reason"
    " requested_at requested_by workstations max_per_day visit_on valid_from valid_until"
    " resolution_number resolution resolution_sha256 granted_at granted_by",
)
register(
    "certification.AccreditationVisit",
    none="id public_id accreditation kind on equipment space safety records confidentiality"
    " remarks outcome recorded_at recorded_by",
    D2="team",
)
register(
    "certification.CorrectiveAction",
    none="id public_id version accreditation text due_on raised_at raised_by closed_on closed_by"
    " proof",
)
register(
    "certification.CentreEquipment",
    none="id version centre requirement quantity condition calibration_due",
)
register(
    "certification.Evaluator",
    none="id public_id version user department registered_at registered_by",
    D2="sex certificate_number certificate_issued_on certificate_expires_on",
)
register(
    "certification.EvaluatorAccreditation",
    none="id public_id version evaluator standard own_certificate panel_seat state state_since"
    " state_by reason valid_from valid_until",
    D2="external_evidence sponsor",
)
register(
    "certification.DeclaredInterest",
    none="id public_id version evaluator person organization valid_from valid_until noted_at"
    " noted_by",
    D2="kind note",
)
register(
    "certification.EvaluatorCentre",
    none="id public_id version evaluator centre valid_from valid_until given_at given_by",
)
register("certification.Standard", none="id public_id code title sector isco license_note")
register(
    "certification.StandardVersion",
    none="id public_id standard number state title sector area isco purpose level valid_from"
    " review_on ends_on certificate_months min_age min_months entry_documents license_note"
    " modality break_minutes duration_minutes task total_minimum na_maximum diagnostic_title"
    " diagnostic_points source_sha256 warnings",
)
register(
    "certification.StandardDraft",
    none="id public_id version code number title document based_on state state_since state_by"
    " reason round begun_at published_as met_on minutes minutes_file minutes_sha256",
    D2="present",
)
register("certification.StandardRetirement", none="id standard_version reason at by")
register("certification.DraftKeys", none="id draft keys")
register("certification.DraftAuthor", none="id draft user since")
register("certification.DraftApproval", none="id draft round digest by at")
register("certification.Unit", none=f"{_PART} title")
register("certification.Element", none=f"{_PART} unit title")
register("certification.Criterion", none=f"{_PART} element kind text")
register("certification.Knowledge", none=f"{_PART} text level")
register("certification.Instrument", none=f"{_PART} kind title minimum mode")
register(
    "certification.Item",
    none=f"{_PART} instrument criterion knowledge text weight scale critical safety unit minimum"
    " maximum na_reason photo options",
)
register("certification.AnswerKey", none="id standard_version item key")
register("certification.DiagnosticQuestion", none=f"{_PART} text")
register(
    "certification.DiagnosticBand",
    none="id standard_version first last recommendation message",
)
register("certification.Equipment", none="id standard_version name quantity mandatory")
register(
    "certification.Assessment",
    none="id public_id version reference person standard standard_version state enrolled_at"
    " enrolled_by attempt route previous centre evaluator verifier officer decided_at left_at"
    " left_by",
    D3="scheduled_for scheduled_at stopped_at stop_reason leave_reason entry_reason",
)
register(
    "certification.Diagnosis",
    none="id assessment recorded_at recorded_by",
    D3="answers points recommendation",
)
register(
    "certification.Plan",
    none="id assessment number centre evaluator proposed_at proposed_by",
    D3="scheduled_for scheduled_at begins_since begins_until opens_at closes_at results_on"
    " results_at results_place reason",
)
register("certification.PlanHelp", none="id plan", D4="kinds extra_minutes note")
register(
    "certification.Signature",
    none="id public_id assessment kind plan judgement sha256 kept_sha256 signed_at recorded_by"
    " cleared_at",
    D2="name",
    D3="file agrees unsigned_because",
)
register(
    "certification.Appeal",
    none="id public_id version assessment decision lodged_on lodged_at lodged_by due_on"
    " resolved_at resolved_by",
    D3="channel grounds resolution reasons",
)
register("certification.AppealSeat", none="id appeal user named_at named_by")
register(
    "certification.PartsAlert",
    none="id assessment user parts found_at ended_at settled_at settled_by reason",
)
register(
    "certification.AssessmentSession",
    none="id public_id assessment started_at started_by ended_at annulled_at",
    D2="identity_checked",
    D3="consents safety",
)
register(
    "certification.Observation",
    none="id client_id session device seq item read_aloud observed_at by received_at paper",
    D3="value note",
)
register(
    "certification.ItemResolution",
    none="id assessment item observation decided_at decided_by annulled_at",
    D3="reason",
)
register("certification.SessionPause", none="id session started_at ended_at by")
register(
    "certification.Judgement",
    none="id assessment number inputs_sha256 signed_at signed_by archived_at",
    D1="department status sector",
    D3="result outcome strengths gaps recommendations feedback_at",
)
register(
    "certification.Verification",
    none="id assessment verifier at",
    D3="outcome checklist items reason",
)
register(
    "certification.DecisionBatch",
    none="id public_id held_on officer recorded_at minutes present",
)
register(
    "certification.Decision",
    none="id assessment officer at batch",
    D3="outcome reason",
)
register("certification.CarriedInstrument", none="id assessment instrument judgement")
register(
    "certification.Training",
    none="id public_id assessment group provider referred_at referred_by closed_at closed_by",
    D3="service ends_on outcome completed_on ended_because",
)
register("certification.Trainer", none="id training user named_at named_by")
register("certification.Draw", none="id evaluator number size seed begun_at")
register("certification.Sampling", none="id assessment evaluator why draw place at")
register(
    "certification.Phone",
    none="id public_id user name public_key sealed_key unsent registered_at seen_at withdrawn_at"
    " withdrawn_by withdrawn_reason",
)
register(
    "certification.KeyReturn",
    none="id work_state attempts attempted_at last_error phone at mailed_at",
)
register("certification.Package", none="id phone assessment format built_at expires_at")
register(
    "certification.Receipt",
    none="id record_id phone assessment seq kind signature outcome noted_at clock_off received_at"
    " by",
    D3="body",
)
register(
    "certification.Conflict",
    none="id public_id receipt assessment item why settled_at settled_by settlement",
    D3="value note kept_value reason",
)
register(
    "certification.Evidence",
    none="id public_id client_id assessment session item kind signs media_type sha256 kept_sha256"
    " source device paper counts taken_at received_at by",
    D2="name",
    D3="file preview",
)
register(
    "certification.EvidenceReview",
    none="id evidence by at",
    D3="valid authentic current sufficient note",
)
register(
    "certification.AnnouncedFile",
    none="id assessment receipt sha256 given_up_at given_up_by reason",
)
register(
    "certification.HolderNotice",
    none="id public_id version event message told_at told_by",
    D1="told_on",
    D3="told_how",
)
register(
    "certification.PaperForm",
    none="id public_id work_state attempts attempted_at last_error assessment number evaluator"
    " state asked_at asked_by sha256 erased_at kept_at ended_at session dropped_at dropped_by",
    D2="file",
    D3="drop_reason",
)
register("certification.PaperTyping", none="id form number by at", D3="entries")
register("certification.PaperSettlement", none="id form name by at", D3="value note reason")
register("certification.FolioCounter", none="id year standard last")
register(
    "certification.Certificate",
    none="id public_id version work_state attempts attempted_at last_error assessment replaces"
    " state folio year standard sequence code secret_key_number body recorded_at revoked_at"
    " pdf_sha256 rendered_at template_version public_lookup credential_id subject_id status_list"
    " status_index key credential_sha256 body_name standard_code standard_title standard_version"
    " level units license_note centre_code officer_name",
    D1="issued_on valid_until department status sector",
    D2="holder_name holder_initials holder_document",
    D3="place assessed_on pdf credential",
)
register("certification.CertificateEvent", none="id certificate kind at by", D3="reason note")
register(
    "certification.Revocation",
    none="id public_id version certificate state proposed_by proposed_at decided_by decided_at",
    D3="reason note answer",
)
register(
    "certification.ShareLink",
    none="id public_id certificate digest in_presence made_by made_at expires_at max_views views"
    " revoked_at revoked_by",
)
register(
    "certification.CertificateBundle",
    none="id public_id work_state attempts attempted_at last_error asked_by asked_at ids"
    " sha256 erased_at",
    D1="purpose",
    D2="file",
)
register("certification.SigningKey", none="id public algorithm state active_from ended_at")
register(
    "certification.StatusList",
    none="id work_state attempts attempted_at last_error number changed_at text key signed_at",
)
register("certification.VerificationCount", none="id certificate day times")
register("certification.CheckCount", none="id day result times")
register(
    "reporting.Report",
    none="id public_id work_state attempts attempted_at last_error since until known_at"
    " whole_programme requested_at requested_by sha256 erased_at",
    D1="file",
)
