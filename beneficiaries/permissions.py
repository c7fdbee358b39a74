"""What somebody may do with the person at hand; whether they may open the page, the view says."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value
from django.utils import timezone

from accounts.models import Organization, User
from accounts.roles import EVERYWHERE, READS, Permission, Reach, Role
from beneficiaries.choices import (
    ATTACHMENT_CLASSES,
    SENSITIVE_PAPERS,
    AssignmentKind,
    AttachmentKind,
    ConsentPurpose,
    Service,
)
from beneficiaries.models import (
    Appointment,
    Assignment,
    Attachment,
    Case,
    EmergencyAccess,
    Group,
    PeopleImport,
    Person,
    Release,
    SavedView,
    Transfer,
)
from genesis.lib.sensitivity import D1, D2, D3, D4, D5, D6, NONE

UNDO_WITHIN = timedelta(days=7)  # [P] in which whoever uploaded a workbook may take it back


def _is_assigned(user: User, person: Person) -> bool:
    """Whether somebody accompanies the person today: D2 is written by who is assigned."""
    today = person.assignments.on(timezone.localdate()).caseworkers()
    return today.filter(user=user).exists()


def can_change(user: User, person: Person) -> bool:
    """Whoever accompanies the person writes in her file."""
    return user.may(Permission.PERSON_CHANGE, at=person.office) and _is_assigned(user, person)


# As what somebody is assigned who reads a sealed class: to accompany a person opens neither.
ASSIGNED_AS = {D5: [AssignmentKind.PSYCHOSOCIAL], D6: [AssignmentKind.LEGAL]}
# What these services are about is sealed: a list of people does not tell who received them.
SEALED_SERVICES = {Service.PSYCHOSOCIAL: D5, Service.LEGAL_ASSISTANCE: D6}
BEHIND_GLASS = {D2, D3, D4}  # what an emergency opens; D5 and D6 take a release by two people


def can_read(user: User, person: Person, level: str) -> bool:
    """Whether somebody reads the data of class `level` of a person today."""
    return level in classes_read(user, person, [level])


def classes_read(user: User, person: Person, levels: Collection[str]) -> set[str]:
    """Which of these classes of a person's data somebody reads today: the one wall.

    By the matrix of roles, an emergency access, or a release by two people;
    never who was noted as a relative or neighbour.
    """
    ways = {level: _way_to(user, person, level) for level in levels}
    one = Person.objects.not_barred_to(user).filter(pk=person.pk).annotate(**ways)
    row = one.values(*levels).first() or {}
    return {level for level, reads in row.items() if reads}


def _way_to(user: User, person: Person, level: str) -> Any:
    reach = reach_of(user, person, level)
    if Reach.OFFICE in reach:
        return Value(True)
    ways = _opened_to(user, level)
    if Reach.ASSIGNED in reach:
        ways |= Q(pk__in=_attended_by(user, level))
    return ExpressionWrapper(ways, output_field=BooleanField())


def reach_of(user: User, person: Person, level: str) -> set[Reach]:
    """What the roles that somebody holds for the office of a person let them read of a class."""
    roles = [
        Role(each.role)
        for each in user.current_roles
        if each.role in EVERYWHERE or each.organization_id == person.office_id
    ]
    return {READS[role][level] for role in roles if level in READS[role]}


def reads_class(user: User, level: str) -> bool:
    """Whether some role of theirs reads data of this class, of whomever."""
    reaches = {READS[Role(each.role)].get(level) for each in user.current_roles}
    return level in {NONE, D1} or bool(reaches & {Reach.OFFICE, Reach.ASSIGNED})


def whose(user: User, level: str) -> Q:
    """Narrow the people whom somebody sees to those whose data of a class they read today.

    The same wall as `classes_read`, for a list.
    """
    ways = _opened_to(user, level)
    for each in user.current_roles:
        reach = READS[Role(each.role)].get(level)
        here = (
            Q(office__isnull=False) if each.role in EVERYWHERE else Q(office=each.organization_id)
        )
        if reach == Reach.OFFICE:
            ways |= here
        elif reach == Reach.ASSIGNED:
            ways |= here & Q(pk__in=_attended_by(user, level))
    return ways


def knows_that_there_is(user: User, person: Person, level: str) -> bool:
    """Whether somebody may learn that there is such a file, its state and days: nothing in it."""
    if is_barred(user, person):
        return False
    return bool(reach_of(user, person, level)) or can_read(user, person, level)


def is_barred(user: User, person: Person) -> bool:
    """Whether coordination noted that they are relatives, neighbours or otherwise close."""
    return person.conflicts.filter(user=user).exists()


def _attended_by(user: User, level: str) -> QuerySet[Any, Any]:
    today = Assignment.objects.on(timezone.localdate()).filter(user=user)
    kinds = ASSIGNED_AS.get(level, AssignmentKind.values)
    return today.filter(kind__in=kinds).values("person")


def _opened_to(user: User, level: str) -> Q:
    """Those whom an emergency or two people opened to somebody for these hours."""
    if level in BEHIND_GLASS:
        return Q(pk__in=EmergencyAccess.objects.open().filter(user=user).values("person"))
    now = timezone.now()
    released = Release.objects.filter(user=user, level=level, ends_at__gt=now)
    return Q(pk__in=released.values("person"))


def can_read_sensitive(user: User, person: Person) -> bool:
    """Whoever accompanies or attends to the person today reads what is protected (D4)."""
    return can_read(user, person, D4)


def can_break_glass(user: User, person: Person) -> bool:
    """Whoever works at the office of a person and does not read her protected data already."""
    may = user.may(Permission.BREAK_GLASS, at=person.office)
    return may and not is_barred(user, person) and not can_read(user, person, D4)


def can_see_readings(user: User, person: Person) -> bool:
    """Whoever accompanies the person, the coordination of her office, the data-protection."""
    if can_assign(user, person):
        return True
    everywhere = any(each.role == Role.DATA_PROTECTION_OFFICER for each in user.current_roles)
    return everywhere or _is_assigned(user, person)


def is_avoided(person: Person, organization: Organization) -> bool:
    """Whether this organization may learn nothing of a person: matching and referrals ask it.

    It is a hard exclusion, and says nobody why; who accompanies her reads the reason (CASE-15).
    """
    return person.do_not_contact.filter(organization=organization).exists()


def can_message(user: User, person: Person) -> bool:
    """Whoever accompanies the person writes to her."""
    return user.may(Permission.MESSAGE_PREPARE, at=person.office) and _is_assigned(user, person)


def can_protect(user: User, person: Person) -> bool:
    """Whoever accompanies the person writes what is protected (D4)."""
    return user.may(Permission.PERSON_PROTECT, at=person.office) and _is_assigned(user, person)


def can_read_categories(user: User, person: Person) -> bool:
    """Coordination of the office reads how great a risk is, and not what was said of it."""
    may = user.may(Permission.RISK_VIEW, at=person.office) and can_assign(user, person)
    return may and not is_barred(user, person)


def can_follow_protocol(user: User, person: Person) -> bool:
    """The clinical supervisor and the coordination of the office open, follow and end protocols."""
    return user.may(Permission.PROTOCOL_MANAGE, at=person.office) and not is_barred(user, person)


def can_read_assessment(user: User, person: Person) -> bool:
    """What a risk assessment says (D5) only clinical supervision reads, besides who wrote it."""
    return any(
        held.role == Role.CLINICAL_SUPERVISOR and held.organization_id == person.office_id
        for held in user.current_roles
    )


def can_assign(user: User, person: Person) -> bool:
    """The coordination of the office that holds the file gives it to a caseworker."""
    return user.may(Permission.CASE_ASSIGN, at=person.office)


def can_accompany(user: User, case: Case) -> bool:
    """Whoever accompanies the person takes her case from step to step."""
    return user.may(Permission.CASE_WORK, at=case.office) and _is_assigned(user, case.person)


def can_approve_closing(user: User, case: Case) -> bool:
    """Coordination approves, and nobody what they asked for themselves."""
    may = user.may(Permission.CASE_APPROVE, at=case.office)
    return may and case.close_asked_by_id != user.pk


def can_decide_exception(user: User, case: Case) -> bool:
    """The programme's coordination; never who accompanies the person (CASE-9)."""
    may = user.may(Permission.EXCEPTION_GRANT, at=case.office)
    return may and not _is_assigned(user, case.person)


def can_reopen(user: User, person: Person) -> bool:
    """Whoever registers people at the office that holds the file."""
    return user.may(Permission.PERSON_REGISTER, at=person.office)


def can_answer(user: User, transfer: Transfer) -> bool:
    """Who gives the cases of the office that holds the file, and did not ask for it."""
    may = user.may(Permission.CASE_ASSIGN, at=transfer.person.office)
    return may and transfer.asked_by_id != user.pk


def can_read_index(user: User, person: Person) -> bool:
    """Whoever accompanies the person, and the coordination of her office, read its scores."""
    return can_protect(user, person) or can_assign(user, person)


def can_refer(user: User, person: Person) -> bool:
    """Whoever accompanies the person refers her, and writes why (D4)."""
    return user.may(Permission.REFERRAL_MAKE, at=person.office) and can_protect(user, person)


def can_receive(user: User, office: Organization) -> bool:
    """Whoever registers people at an office answers for those who are sent there."""
    return user.may(Permission.REFERRAL_RECEIVE, at=office)


def can_open(user: User, attachment: Attachment) -> bool:
    """Whoever reads the class of a paper opens it; a photo only while she agrees to it."""
    if attachment.is_photo and not _agrees_to_photos(attachment.person):
        return False
    return can_read(user, attachment.person, attachment.level)


# The papers that are kept only of who agreed to it (CASE-3, CASE-11).
NEEDED_FOR = {
    ConsentPurpose.IMAGE: [AttachmentKind.PHOTO],
    ConsentPurpose.SENSITIVE: SENSITIVE_PAPERS,
}


def kinds_written(user: User, person: Person) -> list[AttachmentKind]:
    """Which papers somebody may add to a file by their office: what they also read."""
    levels = classes_read(user, person, [D2, D3]) if can_change(user, person) else set()
    if can_protect(user, person):
        levels.add(D4)
    return [each for each in AttachmentKind if ATTACHMENT_CLASSES[each] in levels]


def consents_missing(person: Person, kinds: Iterable[AttachmentKind]) -> set[ConsentPurpose]:
    """What she would have to agree to before all of these papers are kept (CASE-3, CASE-11)."""
    agreed = set(person.consents.in_force().values_list("purpose", flat=True))
    asked = {purpose for purpose, needing in NEEDED_FOR.items() if set(needing) & set(kinds)}
    return asked - agreed


def kinds_without(
    kinds: Iterable[AttachmentKind], missing: set[ConsentPurpose]
) -> list[AttachmentKind]:
    """Those of these papers that may be kept while some consents are missing."""
    refused = {kind for purpose in missing for kind in NEEDED_FOR[purpose]}
    return [each for each in kinds if each not in refused]


def can_write_attachment(user: User, attachment: Attachment) -> bool:
    """Whoever may add such a paper replaces and voids it."""
    writes = can_protect if attachment.level == D4 else can_change
    return writes(user, attachment.person)


def _agrees_to_photos(person: Person) -> bool:
    return person.consents.in_force().for_purpose(ConsentPurpose.IMAGE).exists()


def can_meet(user: User, person: Person) -> bool:
    """Whoever accompanies the person makes appointments with her, and coordination for them."""
    may = user.may(Permission.APPOINTMENT_MANAGE, at=person.office)
    return may and (_is_assigned(user, person) or can_assign(user, person))


def can_keep(user: User, appointment: Appointment) -> bool:
    """Whoever the appointment is with closes and moves it, as whoever may make one."""
    may = user.may(Permission.APPOINTMENT_MANAGE, at=appointment.person.office)
    return (may and appointment.responsible_id == user.pk) or can_meet(user, appointment.person)


def can_run(user: User, group: Group) -> bool:
    """Whoever leads the group runs it, and who runs the groups of its office and sees them."""
    if not user.may(Permission.GROUP_MANAGE, at=group.office):
        return False
    return group.facilitator_id == user.pk or user.may(Permission.PERSON_VIEW, at=group.office)


def exportable(user: User) -> QuerySet[Person]:
    """Those of the list whom `user` may take out as a file: of the offices of that role.

    Not those whose data are restricted.
    """
    theirs = Person.objects.visible_to(user).to_be_used()
    return theirs.filter(user.where(Permission.PERSON_EXPORT, "office"))


def can_undo_import(user: User, batch: PeopleImport) -> bool:
    """Whoever uploaded it, for some days; later, or of somebody else's, coordination alone."""
    if user.may(Permission.DUPLICATE_RESOLVE, at=batch.office):
        return True
    return batch.uploaded_by_id == user.pk and timezone.now() <= batch.uploaded_at + UNDO_WITHIN


def can_share_views(user: User, office: Organization) -> bool:
    """The coordination of an office keeps views of the list for everybody there."""
    return user.may(Permission.CASE_ASSIGN, at=office)


def can_change_view(user: User, view: SavedView) -> bool:
    """One's own; those of an office its coordination changes, whoever made them."""
    if view.office is None:
        return view.owner_id == user.pk
    return can_share_views(user, view.office)
