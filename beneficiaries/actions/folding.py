"""What the registry itself knows of putting two files together, table by table (CASE-1).

Where one of two answers has to hold, it is the stricter one: who is not to be
contacted, what was taken back, who may open nothing any more.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, UniqueConstraint
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.history import record_activity
from accounts.models import Organization
from beneficiaries.actions.casework import merge_case
from beneficiaries.actions.duplicates import close_tasks_of
from beneficiaries.actions.going_along import hand_on, locked_tasks
from beneficiaries.actions.merging import Merging
from beneficiaries.choices import (
    AssignmentKind,
    ConsentPurpose,
    ContactChannel,
    DocType,
    Likeness,
)
from beneficiaries.models import (
    Assignment,
    Attachment,
    Case,
    Conflict,
    Consent,
    EconomicSituation,
    EmergencyAccess,
    Enrolment,
    Erasure,
    HouseholdMember,
    Person,
    Release,
    Skill,
    Suspicion,
)
from beneficiaries.registry import CLOSERS, Fold, Folding
from beneficiaries.rules.merging import KEPT, MERGED

SHIFT = 1000  # past any number that an episode has


def has_its_like(model: type[Model], column: str) -> Any:
    """What stays with the merged file: a constraint calls it equal to a row of the other."""

    def stays(kept: Person, merged: Person) -> Q:
        clash = Q(pk=None)
        for each in model._meta.constraints:
            if isinstance(each, UniqueConstraint) and column in each.fields:
                same = {name: OuterRef(name) for name in each.fields if name != column}
                condition = each.condition or Q()
                like = model._base_manager.filter(condition, **{column: kept}, **same)
                clash |= Exists(like) & condition
        return clash

    return stays


# Cases: one goes on, and stands last


def settle_cases(merging: Merging) -> None:
    """Of two open cases one goes on, the other ends as merged; all are numbered anew."""
    mine, theirs = (_open_case(each) for each in (merging.kept, merging.merged))
    if mine and theirs:
        ends = theirs if merging.goes_on == KEPT else mine
        with merging.watching(ends):
            merge_case(ends, by=merging.by)
    cases = sorted(
        Case.objects.filter(person__in=[merging.kept, merging.merged]),
        key=lambda each: (each.closed_on is None, each.opened_on, each.person_id, each.episode),
    )
    wrong = [(case, place) for place, case in enumerate(cases, 1) if case.episode != place]
    for case, _place in wrong:  # out of the way of one another
        merging.set(case, episode=case.episode + SHIFT)
    for case, place in wrong:
        merging.set(case, episode=place)
    if cases:
        merging.set(merging.kept, office_id=cases[-1].office_id)


def _open_case(person: Person) -> Case | None:
    return person.cases.open().first()


def side_of_case(merging: Merging) -> str:
    """The file whose case goes on: her caseworker accompanies her from now on."""
    mine, theirs = (_open_case(each) for each in (merging.kept, merging.merged))
    if mine and theirs:
        return merging.goes_on
    return MERGED if theirs else KEPT


def settle_assignments(merging: Merging) -> None:
    """One caseworker goes on, with the case; nobody has the same part twice."""
    stays, ends = merging.kept, merging.merged
    if side_of_case(merging) == MERGED:
        stays, ends = ends, stays
    current = Assignment.objects.filter(valid_until=None)
    parts = set(current.filter(person=stays).values_list("user_id", "kind"))
    accompanied = any(kind == AssignmentKind.CASEWORKER for _user, kind in parts)
    for each in current.filter(person=ends):
        again = accompanied and each.kind == AssignmentKind.CASEWORKER
        if again or (each.user_id, each.kind) in parts:
            today = max(timezone.localdate(), each.valid_from)
            merging.set(each, valid_until=today, ended_at=timezone.now())
            record_activity(
                "assignment.ended", each, by=merging.by, user=each.user_id, kind=each.kind
            )


def settle_tasks(merging: Merging) -> None:
    """What was left to the office of either file is for the one that holds it from now on."""
    to = Organization.objects.get(pk=merging.kept.office_id)  # which the cases have settled
    for each in locked_tasks(merging.kept, merging.merged).exclude(office=to, raised_for=to):
        with merging.watching(each):
            hand_on(each, to=to, by=merging.by)


def settle_suspicion(merging: Merging) -> None:
    """That they look alike is answered: it is one person."""
    for each in Suspicion.objects.between(merging.kept, merging.merged):
        merging.set(
            each, likeness=Likeness.SAME, settled_at=timezone.now(), settled_by_id=merging.by.pk
        )
        close_tasks_of(each, outcome=str(Likeness.SAME.label), by=merging.by)


# What somebody agreed to, and who may open her file: what was shut stays shut


def settle_consents(merging: Merging) -> None:
    """A no on either file holds for both; of two that say yes, the newer."""
    last = [_last_answers(each) for each in (merging.kept, merging.merged)]
    refused = {
        each.purpose
        for answers in last
        for each in answers.values()
        if not each.granted or each.withdrawn_at
    } - {ConsentPurpose.REGISTRATION.value}
    both = Consent.objects.standing().filter(person__in=[merging.kept, merging.merged])
    newest: dict[str, Consent] = {}
    for each in both.order_by("-given_at", "-pk"):
        if each.purpose in refused:
            _take_back(merging, each)
        elif each.purpose in newest:
            merging.set(each, replaced_at=newest[each.purpose].given_at)
        else:
            newest[each.purpose] = each


def _last_answers(person: Person) -> dict[str, Consent]:
    return {each.purpose: each for each in person.consents.order_by("given_at", "pk")}


def _take_back(merging: Merging, consent: Consent) -> None:
    """As if she had taken it back here too: its doors shut at once."""
    person = consent.person
    reason = _("She or he had said no in the other of the two files that became one.")
    merging.set(
        consent,
        withdrawn_at=timezone.now(),
        withdrawn_by_id=merging.by.pk,
        withdrawn_reason=reason,
    )
    shut = sum(close(person, consent.purpose, merging.by) for close in CLOSERS)
    record_activity("consent.withdrawn", consent, by=merging.by, shut=shut)


def settle_restriction(merging: Merging) -> None:
    """Who had the data of one of the two restricted had them restricted of both."""
    since = merging.kept.restricted_at or merging.merged.restricted_at
    merging.set(merging.kept, restricted_at=since)


def settle_emergencies(merging: Merging) -> None:
    """What was opened in an emergency was one file: the other stays shut."""
    for each in EmergencyAccess.objects.open().filter(person=merging.merged):
        merging.set(each, ends_at=timezone.now())


def settle_releases(merging: Merging) -> None:
    """What two people opened was one file: the other stays shut."""
    for each in Release.objects.filter(person=merging.merged, ends_at__gt=timezone.now()):
        merging.set(each, ends_at=timezone.now())


# How somebody is reached: only what both allow


def allowed_by_both(here: Any, there: Any, take: Collection[str]) -> list[str]:
    """What both files allow; one that nobody asked allows nothing for its own telephone."""
    if here.is_unasked and there.is_unasked:
        return []
    if here.is_unasked or there.is_unasked:
        asked, chosen = (there, here) if here.is_unasked else (here, there)
        number = there.phone_1 if "contact-phone_1" in take else here.phone_1
        return asked.allowed_channels if number == asked.phone_1 or not chosen.phone_1 else []
    return [
        each
        for each in ContactChannel.values
        if each in here.allowed_channels and each in there.allowed_channels
    ]


def both_say(name: str) -> Any:
    return lambda here, there, _take: getattr(here, name) and getattr(there, name)


def either_says(name: str) -> Any:
    return lambda here, there, _take: getattr(here, name) or getattr(there, name)


# What stays, and what has to be done first


def about_each_other(column: str) -> Any:
    """Of what was said of pairs: this very pair, and pairs of which the other file has its own."""

    def stays(kept: Person, merged: Person) -> Q:
        other = "other" if column == "person" else "person"
        known = Suspicion.objects.of(kept).values_list("person_id", "other_id")
        met = {pk for pair in known for pk in pair}
        return Q(**{f"{other}__in": met | {kept.pk}})

    return stays


def relatives_already_there(kept: Person, merged: Person) -> Q:
    return has_its_like(HouseholdMember, "person")(kept, merged) | Q(own_file=kept)


def files_of_relatives(kept: Person, merged: Person) -> Q:
    return has_its_like(HouseholdMember, "own_file")(kept, merged) | Q(person__in=[kept, merged])


def health_of_who_stayed(_kept: Person, merged: Person) -> Q:
    return Q(member__person=merged)  # the members were moved before, in the order of names


def no_document_at_all(kept: Person, merged: Person) -> Q:
    """That she has no document is said no more where the other file holds one."""
    has_some = kept.documents.exclude(doc_type=DocType.NONE).exists()
    return Q(doc_type=DocType.NONE) if has_some else Q(pk=None)


def same_hours(kept: Person, _merged: Person) -> Q:
    """Hours that both files have are not written twice."""
    held = kept.safe_hours.filter(active=True).values("pk")
    return Q(active=True) if held.exists() else Q(pk=None)


FOLDING = {
    "beneficiaries.IdentityDocument.person": Folding(stays=no_document_at_all),
    "beneficiaries.Contact.person": Folding(
        Fold.ONE,
        strict={
            "allowed_channels": allowed_by_both,
            "safe_to_identify_project": both_say("safe_to_identify_project"),
        },
    ),
    "beneficiaries.Education.person": Folding(Fold.ONE),
    "beneficiaries.SensitiveProfile.person": Folding(Fold.ONE),
    "beneficiaries.SafeContact.person": Folding(
        Fold.ONE, strict={"threatened": either_says("threatened")}
    ),
    "beneficiaries.Displacement.person": Folding(Fold.ONE),
    "beneficiaries.Case.person": Folding(settle=settle_cases),
    "beneficiaries.Assignment.person": Folding(settle=settle_assignments),
    "beneficiaries.Task.person": Folding(settle=settle_tasks),
    "beneficiaries.Transfer.person": Folding(),
    "beneficiaries.Consent.person": Folding(settle=settle_consents),
    "beneficiaries.Attachment.person": Folding(stays=has_its_like(Attachment, "person")),
    "beneficiaries.Enrolment.person": Folding(stays=has_its_like(Enrolment, "person")),
    "beneficiaries.RightsRequest.person": Folding(settle=settle_restriction),
    "beneficiaries.Conflict.person": Folding(stays=has_its_like(Conflict, "person")),
    "beneficiaries.EmergencyAccess.person": Folding(settle=settle_emergencies),
    "beneficiaries.Release.person": Folding(settle=settle_releases),
    "beneficiaries.SafeHours.person": Folding(stays=same_hours),
    "beneficiaries.IndexAnswers.person": Folding(),
    "beneficiaries.HouseholdMember.person": Folding(stays=relatives_already_there),
    "beneficiaries.HouseholdMember.own_file": Folding(stays=files_of_relatives),
    "beneficiaries.MemberHealth.person": Folding(stays=health_of_who_stayed),
    "beneficiaries.Skill.person": Folding(stays=has_its_like(Skill, "person")),
    "beneficiaries.EconomicSituation.person": Folding(
        stays=has_its_like(EconomicSituation, "person")
    ),
    "beneficiaries.SafetyProtocol.person": Folding(),
    "beneficiaries.Suspicion.person": Folding(
        stays=about_each_other("person"), settle=settle_suspicion
    ),
    "beneficiaries.Suspicion.other": Folding(stays=about_each_other("other")),
    "beneficiaries.Erasure.person": Folding(stays=has_its_like(Erasure, "person")),
    "beneficiaries.Registration.person": Folding(Fold.STAY),
    "beneficiaries.BulkRow.person": Folding(Fold.STAY),
    "beneficiaries.MergeRecord.kept": Folding(Fold.STAY),
    "beneficiaries.MergeRecord.merged": Folding(Fold.STAY),
}
