"""Where each role begins its walk: at the first page, and at those to which no link leads."""

from django.urls import reverse
from django.utils import timezone

from accounts.roles import GRANTS, Permission, Role
from beneficiaries.actions.referral_links import secret_of_link
from beneficiaries.choices import (
    UNSENT_REFERRALS,
    ConsentPurpose,
    Outcome,
    ReferralState,
)
from beneficiaries.columns import columns_to_choose
from beneficiaries.models import (
    Appointment,
    BulkRun,
    Complaint,
    Consent,
    EmergencyAccess,
    ListExport,
    Person,
    Referral,
    ReferralLink,
    RightsRequest,
    SafeHours,
    SafetyProtocol,
    SavedView,
    VulnerabilityFlag,
)
from certification.choices import AccreditationState, AssessmentState, DraftState
from certification.models import (
    AnnouncedFile,
    Assessment,
    Centre,
    CentreAccreditation,
    Certificate,
    CertifyingBody,
    Conflict,
    CorrectiveAction,
    DecisionBatch,
    EvaluatorAccreditation,
    PaperForm,
    PartsAlert,
    Phone,
    StandardDraft,
)
from reporting.models import Report
from tests.browser.pages.world import asked, user_in, whole_file, with_a_plan


def first_pages(role):
    """The pages to which no link leads, and the first of all."""
    yield "/"
    yield "/v/"
    if Permission.PERSON_VIEW in GRANTS[role]:
        yield "/buscar/?q=mar"
        yield _list_with_everything(user_in(role))
    if role == Role.CASEWORKER:
        yield from _pages_of_a_caseworker(user_in(role))
    yield from pages_of_data_protection(role)
    if Permission.ORGANIZATION_MANAGE in GRANTS[role]:
        yield CertifyingBody.objects.first().organization.get_absolute_url()
        centre = Centre.objects.first().organization
        yield reverse("certification:centre_set_up", args=[centre.public_id])
    if {Permission.ACCREDIT, Permission.CENTRE_APPLY} & GRANTS[role]:
        yield from _pages_of_accreditation(user_in(role))
    if Permission.ACCREDIT in GRANTS[role]:
        correction = CorrectiveAction.objects.open().first()
        yield correction.accreditation.get_absolute_url()
        held = CentreAccreditation.objects.filter(state=AccreditationState.SUSPENDED)
        lifted = held.exclude(state_by=user_in(role)).first()
        yield reverse("certification:suspension_lift", args=[lifted.public_id])
        yield reverse("certification:correction_close", args=[correction.public_id])
    yield from _pages_of_standards(user_in(role))
    if Permission.COMPLAINT_MANAGE in GRANTS[role]:
        complaint = Complaint.objects.visible_to(user_in(role)).first()
        for name in ("complaint_answer", "complaint_appeal"):
            yield reverse(f"beneficiaries:{name}", args=[complaint.public_id])
    if {Permission.RISK_VIEW, Permission.PERSON_VIEW} <= GRANTS[role]:
        yield from _pages_of_care()
    if Permission.CASE_ASSIGN in GRANTS[role]:
        yield reverse("beneficiaries:case_assign_many") + "?todas=1&caso=sin"
    yield from _pages_of_appeals(role)
    yield from _pages_of_telephones(role)
    yield from _pages_of_exports(role)
    if Permission.INDICATOR_EXPORT in GRANTS[role]:
        yield Report.objects.get(requested_by=user_in(role)).get_absolute_url()


def _pages_of_telephones(role):
    """What came too late, what has not come yet, and what was written on paper."""
    if role in {Role.EVALUATOR, Role.CASEWORKER, Role.TERRITORIAL_COORDINATOR}:
        yield reverse("certification:paper_find")
        for each in PaperForm.objects.visible_to(user_in(role)).order_by("state"):
            yield each.get_absolute_url()
    if role == Role.TERRITORIAL_COORDINATOR:
        late = Conflict.objects.open().get()
        both = [late.assessment.public_id, late.public_id]
        yield reverse("certification:conflict_settle", args=both)
        of_all = [late.assessment.public_id, late.receipt.phone.public_id]
        yield reverse("certification:phone_settle", args=of_all)
        kept = Phone.objects.coordinated_by(user_in(role)).filter(withdrawn_at=None)
        yield reverse("certification:phone_withdraw", args=[kept.first().public_id])
        alert = PartsAlert.objects.open().get()
        both = [alert.assessment.public_id, alert.user.public_id]
        yield reverse("certification:parts_settle", args=both)
    if role == Role.EVALUATOR:
        awaited = AnnouncedFile.objects.missing().get().assessment
        for name in ("certification:evidence_list", "evaluation:evidence_give_up"):
            yield reverse(name, args=[awaited.public_id])


def _pages_of_appeals(role):
    """An appeal as coordination and its panel find it, and a certificate that ends."""
    appeals = Assessment.objects.visible_to(user_in(role)).filter(state=AssessmentState.IN_APPEAL)
    if Permission.APPEAL_NAME in GRANTS[role]:
        unnamed = appeals.filter(appeals__seats=None).first()
        yield reverse("certification:panel_name", args=[unnamed.public_id])
    if Permission.APPEAL_RESOLVE in GRANTS[role]:
        given = appeals.filter(appeals__panel=user_in(role)).first()
        yield given.get_absolute_url()
        for name in ("decision_confirm", "decision_revoke", "assessment_redo"):
            yield reverse(f"certification:{name}", args=[given.public_id])
    if Permission.ASSESSMENT_DECIDE in GRANTS[role]:
        yield reverse("certification:batch_create")
        yield DecisionBatch.objects.get(officer=user_in(role)).get_absolute_url()
        printed = Certificate.objects.exclude(pdf="").get()
        yield reverse("certification:certificate_duplicate", args=[printed.public_id])
    if Permission.APPEAL_LODGE in GRANTS[role]:
        decided = Assessment.objects.filter(state=AssessmentState.CERTIFIED, following=None)
        theirs = decided.filter(enrolled_by=user_in(role)).order_by("-decided_at")
        yield reverse("certification:appeal_lodge", args=[theirs[0].public_id])
        ending = Certificate.objects.exclude(valid_until=None).order_by("valid_until").first()
        yield ending.assessment.get_absolute_url()
        yield reverse("certification:certificate_renew", args=[ending.public_id])


def _pages_of_accreditation(user):
    """A centre's accreditation in each state, and evaluators with other steps to take."""
    seen = CentreAccreditation.objects.visible_to(user)
    for each in seen.order_by("state", "pk").distinct("state"):
        yield each.get_absolute_url()
    people = EvaluatorAccreditation.objects.visible_to(user).select_related("evaluator")
    for each in people.order_by("state", "pk").distinct("state"):
        yield each.get_absolute_url()


def _pages_of_standards(user):
    """The drafts, a version that a committee published, and rows that ask differently."""
    for each in StandardDraft.objects.visible_to(user).open().order_by("pk"):
        yield each.get_absolute_url()
    if user.may(Permission.STANDARD_VIEW):
        approved = StandardDraft.objects.get(state=DraftState.PUBLISHED, code="CON-005")
        yield approved.published_as.get_absolute_url()
    if user.may(Permission.STANDARD_AUTHOR):
        written = StandardDraft.objects.get(code="CON-005", state=DraftState.DRAFT)
        for section in ("instrumentos", "criterios", "diagnostico"):
            yield reverse("certification:draft_section", args=[written.public_id, section])
        for kind, where in (("item", "1-0"), ("item", "2-0"), ("unidad", "0"), ("tramo", "0")):
            yield reverse("certification:row_change", args=[written.public_id, kind, where])


def _list_with_everything(user):
    """By a view that was changed, with many columns, and with something that is no choice."""
    view = SavedView.objects.visible_to(user).order_by("pk").first()
    columns = ",".join(each.key for each in columns_to_choose(user))
    asked = f"?vista={view.public_id if view else ''}&sexo=F&sector=magia&columnas={columns}"
    return reverse("beneficiaries:person_list") + asked


def _pages_of_exports(role):
    """Taking a list out, what became of it, and the second person who agrees."""
    if Permission.PERSON_EXPORT in GRANTS[role]:
        yield reverse("beneficiaries:export_create") + "?todas=1&caso=sin"
        for each in ListExport.objects.visible_to(user_in(role)).order_by("pk"):
            yield each.get_absolute_url()
    if Permission.EXPORT_APPROVE in GRANTS[role]:
        waiting = ListExport.objects.to_decide(user_in(role)).first()
        yield reverse("beneficiaries:export_decide", args=[waiting.public_id])


def _pages_of_a_caseworker(user):
    yield reverse("certification:assessment_enrol", args=[_somebody_to_enrol().public_id])
    for person in Person.objects.filter(surnames__startswith="Paz ").order_by("pk"):
        yield reverse("beneficiaries:case_detail", args=[person.public_id])
    whole = whole_file().public_id
    not_yet = Assessment.objects.filter(state=AssessmentState.CLOSED_NOT_YET, enrolled_by=user)
    again = not_yet.filter(following=None).latest("pk")
    yield reverse("certification:assessment_repeat", args=[again.public_id])
    to_diagnose = Assessment.objects.filter(state=AssessmentState.ENROLLED, enrolled_by=user)
    yield reverse("certification:diagnosis_record", args=[to_diagnose.first().public_id])
    answers = asked()
    yield reverse("beneficiaries:index_detail", args=[answers.person.public_id])
    both = [answers.person.public_id, answers.public_id]
    yield reverse("beneficiaries:index_answers", args=both)
    yield reverse("beneficiaries:index_void", args=both)
    yield from _records_of(user)
    yield from _open_appointments(user)
    yield reverse("beneficiaries:registration_list")
    yield BulkRun.objects.get(asked_by=user).get_absolute_url()
    yield reverse("beneficiaries:voice_detail", args=[with_a_plan().public_id])
    yield reverse("beneficiaries:person_file", args=[whole])
    yield reverse("beneficiaries:person_protection", args=[whole])
    yield reverse("beneficiaries:attachment_list", args=[whole])
    yield reverse("beneficiaries:attachment_protected", args=[whole])
    yield reverse("beneficiaries:reason_give", args=[whole, "d4"])
    yield reverse("beneficiaries:receipt_find")
    hers = Person.objects.filter(surnames__startswith="Paz ").first().public_id
    for each in Referral.objects.visible_to(user).order_by("pk"):
        yield each.get_absolute_url()
        yield reverse("beneficiaries:person_referral_list", args=[each.case.person.public_id])
    yield _page_of_an_institution()
    for name in ("message_create", "consent_list", "hours_create"):
        yield reverse(f"beneficiaries:{name}", args=[hers])


def _pages_of_care():
    yield reverse("beneficiaries:plan_detail", args=[with_a_plan().public_id])
    for each in [with_a_plan(), SafetyProtocol.objects.first().person]:
        yield reverse("beneficiaries:needs_detail", args=[each.public_id])


def _records_of(user):
    """What is corrected or taken back in the files of those whom somebody accompanies."""
    theirs = Person.objects.accompanied_by(user)
    given = Consent.objects.standing().filter(person__in=theirs)
    consent = given.exclude(purpose=ConsentPurpose.REGISTRATION).first()
    yield reverse("beneficiaries:consent_withdraw", args=_about(consent, consent.person))
    hours = SafeHours.objects.filter(person__in=theirs).first()
    yield reverse("beneficiaries:hours_change", args=_about(hours, hours.person))
    flag = VulnerabilityFlag.objects.filter(screening__case__person__in=theirs).first()
    yield reverse("beneficiaries:flag_change", args=_about(flag, flag.screening.case.person))
    drafts = Referral.objects.filter(case__person__in=theirs, state__in=UNSENT_REFERRALS)
    yield reverse("beneficiaries:referral_change", args=[drafts.first().public_id])


def _about(record, person):
    return [person.public_id, record.public_id]


def _open_appointments(user):
    """One that is to come, and one of which nobody has said what became of it."""
    theirs = Appointment.objects.open().filter(responsible=user).order_by("starts_at")
    yield theirs.last().get_absolute_url()
    left = theirs.filter(ends_at__lt=timezone.now()).first()
    yield reverse("agenda:appointment_close", args=[left.public_id])


def pages_of_data_protection(role):
    """Who read a file, and each request about data at its step."""
    if Permission.ACCESS_REVIEW in GRANTS[role]:
        seen = Person.objects.visible_to(user_in(role)).first()
        read = seen or EmergencyAccess.objects.first().person  # data protection sees no list
        yield reverse("beneficiaries:reading_list", args=[read.public_id])
    if Permission.RIGHTS_MANAGE in GRANTS[role]:
        for asked in RightsRequest.objects.order_by("pk"):
            yield asked.get_absolute_url()


def _page_of_an_institution():
    """Where somebody without an account answers: the address of one that is open."""
    sent = ReferralLink.objects.in_force().filter(referral__state=ReferralState.SENT)
    link = sent.filter(referral__case__person__restricted_at=None).first()
    return reverse("referral_page", args=[secret_of_link(link)])


def _somebody_to_enrol():
    mine = Person.objects.assigned_to(user_in(Role.CASEWORKER)).filter(assessments=None)
    return mine.filter(cases__outcome=Outcome.ELIGIBLE).first()
