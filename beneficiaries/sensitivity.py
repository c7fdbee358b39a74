"""The class of each column of the people's records (the classes: genesis/lib/sensitivity.py)."""

from genesis.lib.sensitivity import classes

COLUMNS = {
    "Department": classes(none="id code iso pcode name"),
    "Municipality": classes(none="id code name department valid_from valid_until"),
    "District": classes(none="id code name department municipality former_municipality"),
    "LookupValue": classes(none="id public_id version list code es en position alias retired"),
    "Person": classes(
        none="id public_id version office recorded_at",
        D1="file_number registered_on status sector merged_into undone_at area restricted_at",
        D2="given_names surnames known_as search sounds sort_name name_key birth_date"
        " birth_precision sex population district name_abroad nationality birth_country"
        " birth_district marital_status household_head",
    ),
    "FileNumberCounter": classes(none="id year last"),
    "IdentityDocument": classes(
        none="id public_id version person active",
        D2="doc_type status number check_reason issued_on expires_on",
    ),
    "Contact": classes(
        none="id version person",
        D1="reviewed_on",
        D2="phone_1 phone_1_owner phone_1_whatsapp phone_2 phone_2_owner email address_line"
        " allowed_channels previous_country previous_state previous_city emergency_name"
        " emergency_relationship emergency_phone safe_times safe_to_identify_project",
    ),
    "Trip": classes(
        none="id public_id version person",
        D2="destination_country destination_state destination_city departure_date"
        " departure_precision return_country return_date return_precision return_port",
    ),
    "WorkExperience": classes(
        none="id public_id version person",
        D1="sector isic_section supervised_people",
        D3="country state isco position employer start_date start_precision end_date end_precision"
        " ongoing duties proof last_pay pay_currency pay_period",
    ),
    "HouseholdMember": classes(
        none="id public_id version person",
        D2="name relationship sex birth_year lives_together at_school economically_dependent"
        " monthly_income own_file",
    ),
    "Education": classes(
        none="id public_id version person",
        D3="level title title_year title_country reads_spanish writes_spanish english_level"
        " other_languages tools driving_licence phone_kind has_data uses_email",
    ),
    "Skill": classes(
        none="id public_id version person",
        D1="name level",
    ),
    "EconomicSituation": classes(
        none="id public_id version person",
        D1="on availability",
        D2="remittances_usd debt_for_journey_usd creditor",
        D3="employment_status hours_per_week benefits monthly_income_usd household_income_usd"
        " debt_usd bank_account isss afp salary_expectation_usd willing_to_move travel_minutes",
    ),
    "SensitiveProfile": classes(
        none="id public_id version person",
        D4="gender_identity indigenous wg_seeing wg_hearing wg_walking wg_remembering wg_self_care"
        " wg_communicating",
    ),
    "SafeContact": classes(
        none="id public_id version person",
        D4="code_word threatened",
    ),
    "DoNotContact": classes(
        none="id public_id version person",
        D4="kind name organization reason",
    ),
    "TripCircumstances": classes(
        none="id public_id version person trip",
        D4="return_type return_type_text channel reasons_leaving detained detention_months"
        " times_deported left_property_or_wages minor_children_abroad intention",
    ),
    "Displacement": classes(
        none="id public_id version person",
        D4="since since_precision origin_district causes dav_registered can_return_home solution",
    ),
    "MemberHealth": classes(
        none="id public_id version person member",
        D4="disability chronic_illness",
    ),
    "Registration": classes(
        none="id public_id version state office begun_by begun_at saved_at person ended_at",
        D2="consents discarded_reason",
        D4="answers signature",
    ),
    "Programme": classes(none="id public_id version code name"),
    "RuleSet": classes(
        none="id public_id code number name parameters reason recorded_at recorded_by",
    ),
    "Funding": classes(none="id version phase donor rule_set"),
    "OrganizationPlace": classes(none="id version organization district"),
    "Phase": classes(none="id public_id version programme code name starts_on ends_on rule_set"),
    "Case": classes(
        none="id public_id version person office phase state_since state_by close_asked_by"
        " closed_by",
        D1="episode opened_on opened_because state plan_agreed_on held_on review_on close_reason"
        " closed_on certification_track outcome",
    ),
    "CaseMove": classes(
        none="id case at by",
        D1="from_state to_state",
        D2="reason",
    ),
    "ExceptionRequest": classes(
        none="id public_id version case state asked_at asked_by answered_at answered_by",
        D2="reason answer",
    ),
    "Transfer": classes(
        none="id public_id version person to_office from_office state asked_at asked_by"
        " answered_at answered_by",
        D2="reason answer",
    ),
    "EligibilityDecision": classes(
        none="id case rule_set decided_at decided_by",
        D1="certification_track outcome reasons",
        D2="inputs exception_reason",
    ),
    "Assignment": classes(
        none="id public_id person user kind valid_from valid_until given_at given_by ended_at",
    ),
    "Notice": classes(none="id number text valid_from"),
    "Consent": classes(
        none="id public_id version person notice recorded_by withdrawn_by",
        D2="purpose granted given_at channel witness recording withdrawn_at withdrawn_reason"
        " expires_on replaced_at",
    ),
    "PurposeText": classes(none="id notice purpose text"),
    "ConsentReceipt": classes(
        none="id public_id person code notice made_at made_by",
        D2="answers",
    ),
    "EmergencyAccess": classes(
        none="id public_id version person user opened_at ends_at coordination_at coordination_by"
        " officer_at officer_by",
        D2="reason",
    ),
    "AccessNotice": classes(
        none="id work_state attempts attempted_at last_error access to told_at mailed_at",
    ),
    "Release": classes(
        none="id public_id version person level user asked_at asked_by granted_at granted_by"
        " ends_at",
        D2="reason",
    ),
    "RightsRequest": classes(
        none="id public_id version person office state received_at received_by due_on identity_at"
        " identity_by extended_at extended_by answered_at answered_by task lifted_at lifted_by",
        D1="right way received_on outcome",
        D2="asked representative identity_proof extension_reason ground answer lift_reason",
    ),
    "RightsFile": classes(
        none="id public_id version work_state attempts attempted_at last_error request asked_at"
        " asked_by sha256 made_at handed_out_at handed_out_by erased_at",
        D2="file",
    ),
    "ErasureBatch": classes(
        none="id public_id version work_state attempts attempted_at last_error kind state"
        " proposed_at confirmed_at confirmed_by approved_at approved_by",
    ),
    "Erasure": classes(
        none="id public_id version batch person kind state asked_for ended_at ended_by counts",
        D1="closed_on kept_reason",
    ),
    "Complaint": classes(
        none="id public_id version code office person received_at received_by restricted triage_by"
        " due_on state answered_at answered_by appealed_at first_answered_by",
        D1="kind topic way received_on",
        D4="text name contact_back answer first_answer appeal",
    ),
    "ComplaintStaff": classes(none="id complaint user"),
    "Conflict": classes(
        none="id public_id person user noted_at noted_by",
        D2="kind",
    ),
    "SafeHours": classes(
        none="id public_id version person",
        D2="days starts ends active",
    ),
    "MessageTemplate": classes(
        none="id public_id version code title purpose text neutral_text active",
    ),
    "Message": classes(
        none="id public_id version person template neutral state not_before not_after prepared_at"
        " prepared_by ended_at ended_by",
        D2="channel number text",
    ),
    "BulkRun": classes(
        none="id public_id work_state attempts attempted_at last_error kind asked_by asked_at"
        " total done to template",
        D2="filters values",
    ),
    "BulkRow": classes(
        none="id public_id run person place file_version outcome",
        D2="why",
    ),
    "ListExport": classes(
        none="id public_id version work_state attempts attempted_at last_error asked_by asked_at"
        " columns file_format named total done decision decided_by decided_at sha256 ready_at"
        " erased_at",
        D1="ids",
        D2="purpose filters answer file",
    ),
    "HeadCount": classes(
        none="id office import_sha256 import_row recorded_at recorded_by voided_at",
        D1="on sex age_band district",
    ),
    "SavedView": classes(
        none="id public_id version owner office name filters order columns made_at",
    ),
    "ServiceRecord": classes(
        none="id public_id person organization source recorded_at recorded_by voided_at voided_by",
        D1="service on department status sector voided_reason",
    ),
    "Suspicion": classes(
        none="id public_id version person other likeness raised_at raised_by settled_at settled_by",
        D2="reason",
    ),
    "MergeRecord": classes(
        none="id public_id version kept merged merged_at merged_by known undone_at undone_by"
        " stayed",
        D2="reason undone_reason",
    ),
    "MergedRow": classes(
        none="id merge model record_id moved seal",
        D4="before after",  # what a row said in any class that a merge touches
    ),
    "Task": classes(
        none="id public_id version kind person office raised_at raised_by raised_for due_on"
        " done_at done_by role",
        D2="outcome",
    ),
    "Screening": classes(
        none="id public_id version case recorded_at recorded_by",
        D1="on",
    ),
    "Need": classes(
        none="id screening",
        D2="need priority",
    ),
    "VulnerabilityFlag": classes(
        none="id public_id version screening confirmed_by confirmed_at",
        D4="flag source on audience",
    ),
    "Risk": classes(
        none="id screening protocol",
        D4="level current_danger immediate_action calls_for_protocol",
    ),
    "SafetyProtocol": classes(
        none="id public_id version person state raised_at raised_by assessment ended_at ended_by",
    ),
    "RiskAssessment": classes(
        none="id public_id protocol at by",
        D5="level means plan timing protective_factors measures",
    ),
    "Plan": classes(
        none="id public_id version case",
        D1="proposed_on review_every_days reviewed_on",
        D2="agreed_by_person_on",
    ),
    "PlanReview": classes(
        none="id plan recorded_at recorded_by",
        D1="on",
        D2="note",
    ),
    "Goal": classes(
        none="id public_id version plan state_since state_by",
        D1="indicator target_on responsible organization state",
        D2="need text reason",
    ),
    "PlanTask": classes(
        none="id public_id version goal state required ended_by",
        D1="service ended_on",
        D2="referral_to reason",
    ),
    "Attention": classes(
        none="id public_id version case recorded_at recorded_by voided_at voided_by",
        D1="service state on mode minutes next_step_on voided_reason",
        D2="place notes next_step",
    ),
    "Opinion": classes(
        none="id public_id version case recorded_at recorded_by voided_at voided_by",
        D1="service on way voided_reason",
        D2="overall expectations counselling economic social community comment",
    ),
    "Attachment": classes(
        none="id public_id version person media_type size sha256 kept_sha256 identity_document"
        " consent job trip case replaces replaced_at uploaded_at uploaded_by voided_at voided_by",
        D4="kind on file preview voided_reason",  # the worst that one may be: its kind says which
    ),
    "AttachmentText": classes(
        none="id attachment",
        D4="title original_name",
    ),
    "ContactAttempt": classes(
        none="id public_id version case recorded_at recorded_by voided_at voided_by",
        D1="on channel outcome voided_reason",
        D2="note",
    ),
    "PeopleImport": classes(
        none="id public_id version work_state attempts attempted_at last_error state file_name"
        " sha256 office phase columns mapping total done uploaded_at uploaded_by undone_at"
        " undone_by",
        D1="undone_reason",
        D2="file",
    ),
    "ColumnMapping": classes(none="id office headings mapping used_at used_by"),
    "ImportRow": classes(
        none="id public_id version batch sheet_row outcome reason eligibility like written person"
        " likeness decided_at decided_by undo",
        D4="values",  # with the remarks of the office
    ),
    "AttendanceSheet": classes(
        none="id public_id version state group file_name sha256 others uploaded_at uploaded_by"
        " ended_at ended_by erased_at",
    ),
    "SheetRow": classes(
        none="id public_id sheet sheet_row enrolment session outcome reason",
        D1="mark before said which",
        D2="who",
    ),
    "IndexVersion": classes(none="id code number weight_source content loaded_at"),
    "IndexAnswers": classes(
        none="id public_id version person asked_in recorded_at recorded_by voided_at voided_by",
        D1="on voided_reason",
        D4="answers",
    ),
    "IndexScore": classes(
        none="id answers scored_by rescored computed_at",
        D3="economic social psychosocial composite",
    ),
    "DirectoryEntry": classes(
        none="id public_id version organization sort_name services focal_point phone email note"
        " active",
    ),
    "Referral": classes(
        none="id public_id version case made_at made_by ended_at task",
        D1="organization focal_point plan_task",
        D2="state priority data_shared confidential consent sent_at via due_at acknowledged_at"
        " answered_at first_attention_on outcome feedback",
    ),
    "ReferralReason": classes(
        none="id referral",
        D4="needs reason",
    ),
    "ReferralLink": classes(
        none="id public_id referral digest made_at made_by expires_at revoked_at",
    ),
    "ReferralVisit": classes(none="id link at ip answered"),
    "IncomingReferral": classes(
        none="id public_id version office sender received_on answer_due_on answered_on answered_by"
        " recorded_at recorded_by",
        D1="source state reference person",
        D2="name phone",
    ),
    "Appointment": classes(
        none="id public_id version person responsible made_at made_by ended_at ended_by",
        D1="kind starts_at ends_at state minutes moved_to",
        D2="place reason",
    ),
    "CalendarFeed": classes(none="id user digest made_at revoked_at"),
    "Group": classes(
        none="id public_id version service name office facilitator place starts_on ends_on hours",
    ),
    "GroupSession": classes(
        none="id public_id version group starts_at ends_at topic minutes taken_at taken_by"
        " cancelled_at cancelled_by cancelled_reason",
    ),
    "Enrolment": classes(
        none="id public_id version group person state_since state_by",
        D1="state",
        D2="reason",
    ),
    "Attendance": classes(
        none="id session enrolment",
        D1="mark",
    ),
    "IntakeNote": classes(
        none="id person recorded_at",
        D4="text",
    ),
}
