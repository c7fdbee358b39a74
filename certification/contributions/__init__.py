"""What certification puts on other pages: on a person's, how far each of her assessments is; on
an organization's, whether it is a centre or certifies; in the agenda, those that are planned."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.choices import OrganizationKind
from accounts.models import Organization, User
from accounts.registry import Panel, Use
from accounts.roles import Permission
from beneficiaries.choices import ConsentPurpose
from beneficiaries.models import Case, Person
from beneficiaries.registry import Blocker, Door, Entry, Erase, Erasing, Folding, Share, Step
from certification.choices import (
    CANDIDATES,
    CONDUCT_STATES,
    DECIDED_STATES,
    LEFT_STATES,
    AssessmentState,
)
from certification.models import Assessment, Centre, Certificate, CertifyingBody, Logo
from certification.models.logos import WITH_LOGOS

VERBS = {
    "assessment.enrolled": gettext_lazy("Enrolled for assessment"),
    "assessment.diagnosed": gettext_lazy("Diagnosis recorded"),
    "assessment.referred_to_training": gettext_lazy("Referred to a training"),
    "assessment.training_closed": gettext_lazy("Training closed"),
    "assessment.to_be_repeated": gettext_lazy("Asked again: carried over for too long"),
    "assessment.admitted": gettext_lazy("Admitted to the assessment"),
    "assessment.centre_asked": gettext_lazy("A centre asked to plan it, or no longer"),
    "assessment.planned": gettext_lazy("Assessment planned"),
    "assessment.replanned": gettext_lazy("Plan of the assessment changed"),
    "assessment.plan_agreed": gettext_lazy("Plan of the assessment agreed"),
    "assessment.started": gettext_lazy("Assessment begun"),
    "assessment.item_resolved": gettext_lazy("Differing answers decided"),
    "assessment.step_refused": gettext_lazy("Step that does not follow refused"),
    "assessment.answer_corrected": gettext_lazy("Answer that was sent back put right"),
    "assessment.downloaded": gettext_lazy("Downloaded for the field"),
    "assessment.trainers_named": gettext_lazy("Named who trained her or him elsewhere"),
    "assessment.conflict_kept": gettext_lazy("Arrived too late from a telephone"),
    "assessment.conflict_settled": gettext_lazy("Late record of a telephone settled"),
    "assessment.backup_taken": gettext_lazy("Handed in from the backup of a telephone"),
    "assessment.evidence_added": gettext_lazy("Photo, paper or signature added"),
    "assessment.paper_printed": gettext_lazy("Paper form printed"),
    "assessment.paper_typed": gettext_lazy("Paper form typed"),
    "assessment.paper_settled": gettext_lazy("Paper form: what differed was settled"),
    "assessment.paper_kept": gettext_lazy("Paper form kept"),
    "assessment.paper_dropped": gettext_lazy("Paper form set aside"),
    "assessment.files_given_up": gettext_lazy("Went on without files of a telephone"),
    "assessment.evidence_reviewed": gettext_lazy("Photo or paper looked at point by point"),
    "assessment.paused": gettext_lazy("The clock of the assessment stopped"),
    "assessment.resumed": gettext_lazy("The clock of the assessment goes on"),
    "assessment.stopped": gettext_lazy("Assessment stopped for safety"),
    "assessment.evidence_closed": gettext_lazy("Evidence closed"),
    "assessment.judged": gettext_lazy("Judgement signed"),
    "assessment.result_explained": gettext_lazy("Result explained to the person"),
    "assessment.sent_to_verification": gettext_lazy("Sent to verification"),
    "assessment.returned_to_evaluator": gettext_lazy("Returned to the evaluator"),
    "assessment.verified": gettext_lazy("Portfolio verified"),
    "assessment.returned_to_verification": gettext_lazy("Returned to verification"),
    "assessment.certified": gettext_lazy("Certified"),
    "assessment.closed_not_yet": gettext_lazy("Closed as not yet competent"),
    "assessment.appealed": gettext_lazy("Appeal recorded"),
    "assessment.panel_named": gettext_lazy("Named who resolves the appeal"),
    "assessment.appeal_confirmed": gettext_lazy("Appeal resolved: the decision stands"),
    "assessment.appeal_revoked": gettext_lazy("Appeal resolved: verified anew"),
    "assessment.appeal_repeat": gettext_lazy("Appeal resolved: the assessment is repeated"),
    "assessment.parts_settled": gettext_lazy("Two parts of one person looked into"),
    "assessment.withdrawn": gettext_lazy("Withdrawn from the assessment"),
    "assessment.cancelled": gettext_lazy("Assessment cancelled"),
    "organization.logo_changed": gettext_lazy("Logo for the certificates changed"),
    "certificates.bundled": gettext_lazy("Certificates taken out as one file"),
    "certificate.suspended": gettext_lazy("Certificate suspended"),
    "certificate.lifted": gettext_lazy("Suspension of the certificate ended"),
    "certificate.revocation_proposed": gettext_lazy("Revocation of the certificate proposed"),
    "certificate.revocation_rejected": gettext_lazy("Revocation of the certificate not approved"),
    "certificate.revoked": gettext_lazy("Certificate revoked"),
    "certificate.replaced": gettext_lazy("Certificate replaced by another"),
    "certificate.holder_told": gettext_lazy("Told the holder what became of the certificate"),
    "certificate.duplicated": gettext_lazy("Duplicate of the certificate printed"),
    "certificate.lookup_changed": gettext_lazy("Public check of the certificate changed"),
    "certificate.shared": gettext_lazy("Address to show the certificate made"),
    "certificate.share_revoked": gettext_lazy("Address to show the certificate shut"),
}

DOORS = [
    Door(
        ConsentPurpose.ASSESSMENT,
        opens=gettext_lazy("To assess in practice what she or he can do"),
        permissions=(Permission.ASSESSMENT_CONDUCT, Permission.ASSESSMENT_VERIFY),
        stays=gettext_lazy("Assessments and certificates that there are stay on record."),
    ),
    Door(
        ConsentPurpose.PUBLIC_REGISTER,
        opens=gettext_lazy("To confirm a certificate to whoever has its code"),
        outside=gettext_lazy("Whoever has the code of the certificate"),
        stays=gettext_lazy("From then on the public page answers as for an unknown code."),
    ),
]


def shared(person: Person) -> list[Share]:
    """The certificates that whoever has their code can check."""
    issued = Certificate.objects.filter(assessment__person=person)
    return [
        Share(ConsentPurpose.PUBLIC_REGISTER, each.folio, _("Public register"), each.issued_on)
        for each in issued
    ]


NEXT = {
    AssessmentState.ENROLLED: gettext_lazy("The caseworker records the diagnosis."),
    AssessmentState.DIAGNOSED: gettext_lazy("The caseworker admits her or him to the assessment."),
    AssessmentState.IN_TRAINING: gettext_lazy(
        "She or he is being trained; the caseworker closes the training when it is over."
    ),
    AssessmentState.ADMITTED: gettext_lazy("The caseworker plans the day of the assessment."),
    AssessmentState.PLANNED: gettext_lazy("The evaluator agrees on the plan with the person."),
    AssessmentState.PLAN_AGREED: gettext_lazy("The evaluator begins the assessment on %(day)s."),
    AssessmentState.IN_ASSESSMENT: gettext_lazy("The evaluator records the assessment."),
    AssessmentState.EVIDENCE_CLOSED: gettext_lazy("The evaluator signs the judgement."),
    AssessmentState.JUDGED: gettext_lazy(
        "The evaluator explains the result to the person and sends it to verification."
    ),
    AssessmentState.IN_VERIFICATION: gettext_lazy("The verifier looks at the portfolio."),
    AssessmentState.VERIFIED: gettext_lazy("The certifying officer decides."),
    AssessmentState.IN_APPEAL: gettext_lazy("People who had no part in it resolve the appeal."),
}

TONES = {
    AssessmentState.CERTIFIED: "ok",
    AssessmentState.CLOSED_NOT_YET: "res",
    AssessmentState.IN_APPEAL: "alerta",
    AssessmentState.WITHDRAWN: "plain",
    AssessmentState.CANCELLED: "plain",
}


def next_step(assessment: Assessment) -> str:
    """What comes next, and whose turn it is; empty when nothing does."""
    if assessment.state == AssessmentState.IN_ASSESSMENT and assessment.stopped_at:
        return _("The evaluator closes the evidence.")
    if assessment.day_is_missed:
        return _("Its day is over: the caseworker chooses another.")
    if assessment.state == AssessmentState.ADMITTED and assessment.centre:
        return _("%(centre)s was asked to plan the day.") % {"centre": assessment.centre}
    words = str(NEXT.get(AssessmentState(assessment.state), ""))
    if assessment.state == AssessmentState.PLAN_AGREED:
        assert assessment.scheduled_for is not None  # the database refuses a plan without a day
        return words % {"day": date_format(assessment.scheduled_for, "DATE_FORMAT")}
    return words


def steps(person: Person, user: User) -> list[Step]:
    """One step for each assessment, and enrolment where somebody could be and is in none.

    Only for those who may see assessments at all.
    """
    if not user.may(Permission.ASSESSMENT_VIEW):
        return []
    assessments = list(
        Assessment.objects.filter(person=person)
        .with_plan_until()
        .select_related("standard_version__standard", "centre__organization")
        .annotate(folio=_folio_of_it())
        .order_by("enrolled_at", "pk")
    )
    taken = [_step(each) for each in assessments]
    if any(each.state not in LEFT_STATES for each in assessments):
        return taken
    return taken + _enrolment(person, may_enrol=user.may(Permission.ASSESSMENT_ENROL))


def _folio_of_it() -> Subquery:
    """The folio of the certificate that came of an assessment, the last if it was corrected."""
    issued = Certificate.objects.filter(assessment=OuterRef("pk")).order_by("-pk")
    return Subquery(issued.values("folio")[:1])


def _step(assessment: Any) -> Step:
    state = AssessmentState(assessment.state)
    return Step(
        _("Certification: %(standard)s") % {"standard": assessment.standard_version.standard},
        _detail(assessment),
        assessment.get_state_display(),
        TONES.get(state, "curso"),
        assessment.get_absolute_url(),
        next_step(assessment),
    )


def _detail(assessment: Any) -> str:
    if assessment.folio:
        return f"{assessment.reference} · {assessment.folio}"
    if assessment.scheduled_for and assessment.state in NEXT:
        day = date_format(assessment.scheduled_for, "DATE_FORMAT")
        return f"{assessment.reference} · {day}"
    return assessment.reference


def _enrolment(person: Person, *, may_enrol: bool) -> list[Step]:
    """Nothing, unless the newest case is open and on the way to certification."""
    case = max(person.cases.all(), key=lambda case: case.episode, default=None)
    if case is None or case.closed_on or case.outcome not in CANDIDATES:
        return []
    return [
        Step(
            _("Certification"),
            _("Not enrolled in any standard yet"),
            _("Not started"),
            "plain",
            reverse("certification:assessment_enrol", args=[person.public_id])
            if may_enrol
            else None,
            _("The caseworker enrols her or him for assessment."),
        )
    ]


def panels(organization: Organization, user: User) -> Iterator[Panel]:
    """What an organization is to certification, for its own page."""
    if OrganizationKind.EVALUATION_CENTRE in organization.kinds:
        yield _centre_panel(organization)
    if OrganizationKind.CERTIFYING_BODY in organization.kinds:
        yield from _body_panels(organization)
    if WITH_LOGOS & set(organization.kinds):
        yield _logo_panel(organization)


def _centre_panel(organization: Organization) -> Panel:
    url = reverse("certification:centre_set_up", args=[organization.public_id])
    centre = Centre.objects.filter(organization=organization).select_related("district").first()
    if centre is None:
        text = _("Not set up yet: without a code and a district no assessment is planned here.")
        return Panel(_("Evaluation centre"), text=text, url=url, action=_("Set up"))
    rows: list[dict[str, Any]] = [
        {"label": _("Code"), "value": centre.code},
        {"label": _("District"), "value": centre.district},
    ]
    return Panel(_("Evaluation centre"), rows, url=url, action=_("Change"))


def _body_panels(organization: Organization) -> Iterator[Panel]:
    bodies = CertifyingBody.objects.filter(organization=organization).order_by("-valid_from")
    for body in bodies:
        until = body.valid_until
        last = date_format(until, "SHORT_DATE_FORMAT") if until else _("No last day")
        rows = [
            {"label": _("Name on the certificate"), "value": body.printed_name},
            {"label": _("Prefix of the folios"), "value": body.folio_prefix},
            {
                "label": _("Certifies"),
                "value": f"{date_format(body.valid_from, 'SHORT_DATE_FORMAT')} – {last}",
            },
        ]
        url = reverse("certification:body_change", args=[body.public_id])
        yield Panel(_("Certifying body"), rows, url=url, action=_("Change"))
    text = "" if bodies else _("Not set up yet: no certificate is issued in its name.")
    url = reverse("certification:body_create", args=[organization.public_id])
    yield Panel(_("Certificates in its name"), text=text, url=url, action=_("Add a period"))


def _logo_panel(organization: Organization) -> Panel:
    logo = Logo.objects.in_use().filter(organization=organization).first()
    if logo:
        since = date_format(timezone.localdate(logo.added_at), "SHORT_DATE_FORMAT")
        text = _("Certificates are printed with its logo since %(day)s.") % {"day": since}
    else:
        text = _("Certificates are printed without a logo of it.")
    url = reverse("certification:logo_change", args=[organization.public_id])
    action = _("Change") if logo else _("Add a logo")
    return Panel(_("Logo on the certificates"), text=text, url=url, action=action)


def uses(organization: Organization) -> Iterator[Use]:
    """For what certification still needs an organization."""
    centre = Centre.objects.filter(organization=organization).first()
    if centre:
        planned = Assessment.objects.open().filter(centre=centre).count()
        words = ngettext(
            "%d assessment is going on at its centre.",
            "%d assessments are going on at its centre.",
            planned,
        )
        yield Use(
            words % planned if planned else _("It has an evaluation centre."),
            kind=OrganizationKind.EVALUATION_CENTRE,
            hinders_end=bool(planned),
        )
    bodies = CertifyingBody.objects.filter(organization=organization)
    if bodies.exists():
        today = timezone.localdate()
        yield Use(
            _("Certificates are issued in its name."),
            kind=OrganizationKind.CERTIFYING_BODY,
            hinders_end=bodies.on(today).exists() or bodies.filter(valid_from__gt=today).exists(),
        )


def blockers(case: Case) -> list[Blocker]:
    """An assessment that is under way is ended before the case is closed (CASE-32)."""
    running = Assessment.objects.open().filter(person=case.person_id)
    return [
        Blocker(
            _("An assessment is under way"),
            each.get_absolute_url(),
            f"{each.reference} · {each.get_state_display()}",
            Permission.ASSESSMENT_VIEW,
        )
        for each in running.order_by("pk")
    ]


def assessed_twice(kept: Person, merged: Person) -> list[Blocker]:
    """Of two assessments in one standard, the one under way is ended before files are merged."""
    known = Assessment.objects.open_or_decided()
    standards = [known.filter(person=each).values("standard") for each in (kept, merged)]
    twice = known.filter(person__in=[kept, merged], standard__in=standards[0]).filter(
        standard__in=standards[1]
    )
    return [
        Blocker(
            _("Both files have an assessment in one standard: withdraw the one that is under way"),
            each.get_absolute_url(),
            f"{each.reference} · {each.get_state_display()}",
            Permission.ASSESSMENT_VIEW,
        )
        for each in twice.open().select_related("standard_version__standard").order_by("pk")
    ]


def decided_twice(kept: Person, merged: Person) -> Q:
    """What was decided in one standard on both files stays as it was signed, each on its own."""
    decided = Assessment.objects.filter(person=kept, state__in=DECIDED_STATES)
    return Q(state__in=DECIDED_STATES, standard__in=decided.values("standard"))


FOLDING = {"certification.Assessment.person": Folding(stays=decided_twice)}


# An assessment's plan says when it begins, and a standard how long it takes at most; in the
# agenda it has this much room.
ROOM = timedelta(hours=2)


def agenda(user: User, since: date, until: date) -> list[Entry]:
    """The planned assessments that `user` conducts, or that are of an office where they coordinate.

    `scheduled_for` is the day and `scheduled_at` the hour, which may not be known yet.
    """
    mine = Q(evaluator=user) | user.where(Permission.CASE_ASSIGN, "person__office")
    found = Assessment.objects.visible_to(user).filter(mine, state__in=CONDUCT_STATES)
    found = found.filter(scheduled_for__range=(since, until), evaluator__isnull=False)
    return [_entry(each) for each in found.for_list()]


def _entry(assessment: Assessment) -> Entry:
    assert assessment.evaluator is not None
    assert assessment.scheduled_for is not None
    begins = None
    if assessment.scheduled_at:
        zone = timezone.get_current_timezone()
        begins = datetime.combine(assessment.scheduled_for, assessment.scheduled_at, tzinfo=zone)
    person = assessment.person
    return Entry(
        on=assessment.scheduled_for,
        starts_at=begins,
        ends_at=begins + ROOM if begins else None,
        title=person.display_name,
        public_title=_("Assessment {number}").format(number=person.file_number),
        uid=f"assessment-{assessment.public_id}",
        responsible=assessment.evaluator,
        office_id=person.office_id,
        url=assessment.get_absolute_url(),
        detail=f"{_('Assessment')} · {assessment.centre or ''}".rstrip(" ·"),
        state=assessment.get_state_display(),
        tone=TONES.get(AssessmentState(assessment.state), "curso"),
        people=(person.pk,),
    )


# What becomes of the area's tables when what is kept of somebody is erased (CASE-38). Certificates
# and the register behind them are kept for as long as they can be checked.
_KEPT = (
    "Assessment Diagnosis Plan AssessmentSession ItemResolution Observation Judgement"
    " Verification Decision Certificate Sampling"
    " Training CarriedInstrument EvaluatorAccreditation Package Receipt Conflict"
    " CertificateEvent Duplicate Revocation ShareLink Appeal PaperTyping PaperSettlement"
)
ERASING_IDENTITY = {
    **{f"certification.{name}": Erasing(Erase.KEEP) for name in _KEPT.split()},
    "certification.Signature": Erasing(Erase.BLANK, ("name", "file", "unsigned_because")),
    "certification.AnnouncedFile": Erasing(Erase.KEEP),
    "certification.PaperForm": Erasing(Erase.BLANK, ("file",)),
    "certification.Evidence": Erasing(Erase.DELETE),
    "certification.DeclaredInterest": Erasing(Erase.DELETE),
    "certification.EvidenceReview": Erasing(Erase.DELETE),
    "certification.HolderNotice": Erasing(Erase.DELETE),  # with the messages to her
}
