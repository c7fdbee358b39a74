"""What comes of each row of a workbook, and writing the good ones, by sets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Activity, User
from beneficiaries.actions.duplicates import look_up_dui, report_elsewhere, suspect
from beneficiaries.actions.registering import register_rows
from beneficiaries.choices import DUI_TYPES, Likeness, RowOutcome, TaskKind
from beneficiaries.models import (
    District,
    HeadCount,
    IdentityDocument,
    ImportRow,
    LookupValue,
    PeopleImport,
    Person,
    Phase,
)
from beneficiaries.rules import workbook
from beneficiaries.rules.cells import as_kept as cell_as_kept
from beneficiaries.rules.cells import storable
from beneficiaries.rules.columns import FIELDS, SENSITIVE
from beneficiaries.rules.eligibility import RuleParameters, decide
from beneficiaries.rules.gazetteer import Reference
from beneficiaries.rules.sheets import read_table
from genesis.lib.days import add_months, age_band, age_on

CHUNK = 250  # rows that are written in one transaction
UNMAPPED = "unmapped"  # under it stand the cells of columns that have no place
AS_KEPT = {name: name for name in FIELDS}  # the columns of a row that we have stored


@dataclass
class Known:
    """The registry as far as a workbook can meet it, with the rows of it that came before.

    A row of this file that came before counts as the file 0.
    """

    duis: dict[str, int] = field(default_factory=dict)
    names: dict[str, list[tuple[date, bool, int]]] = field(default_factory=dict)
    unseen: set[int] = field(default_factory=set)  # of which whoever asks may know nothing
    met: set[tuple[int, TaskKind]] = field(default_factory=set)  # of those, by a row

    @classmethod
    def of(cls, rows: list[workbook.ParsedRow], *, for_user: User | None = None) -> "Known":
        """What the registry knows of these rows: three queries, however many there are.

        Without `for_user`, for the command or the writing itself, nothing is unseen.
        """
        known = cls()
        documents = IdentityDocument.objects.filter(doc_type__in=DUI_TYPES, active=True)
        numbers = {row.dui for row in rows if row.dui}
        known.duis = dict(documents.filter(number__in=numbers).values_list("number", "person"))
        people = Person.objects.filter(
            merged_into=None, name_key__in={workbook.match_key(row)[0] for row in rows}
        )
        with_dui = documents.exclude(number="").filter(person=OuterRef("pk"))
        found = people.annotate(has_dui=Exists(with_dui))
        for key, born, has_dui, pk in found.values_list("name_key", "birth_date", "has_dui", "pk"):
            if born:
                known.names.setdefault(key, []).append((born, has_dui, pk))
        found_ones = {*known.duis.values(), *(pk for n in known.names.values() for *_, pk in n)}
        if for_user and found_ones:
            files = Person.objects.standing().filter(pk__in=found_ones)
            seen = Person.objects.visible_to(for_user).filter(pk__in=found_ones)
            known.unseen = set(files.exclude(pk__in=seen).values_list("pk", flat=True))
        return known

    def like(self, row: workbook.ParsedRow) -> list[int]:
        """Whom a row may be: the same words of the name, births within a year, one without DUI.

        Two different DUIs are two people.
        """
        key, born = workbook.match_key(row)
        return [
            pk
            for other, has_dui, pk in self.names.get(key, [])
            if born
            and not (row.dui and has_dui)
            and max(born, other) <= add_months(min(born, other), 12)
        ]

    def add(self, row: workbook.ParsedRow) -> None:
        """A row that is a person, or may be one: the rows after it meet it."""
        key, born = workbook.match_key(row)
        if born:
            self.names.setdefault(key, []).append((born, bool(row.dui), 0))
        if row.dui:
            self.duis[row.dui] = 0


def reference() -> Reference:
    """The territory, the countries and the occupations against which rows are read."""
    lists = LookupValue.objects.all()
    return Reference.of(
        districts=District.objects.values_list("code", "name", "department__name"),
        countries=lists.filter(list="countries").values_list("code", "es", "en"),
        occupations=lists.filter(list="isco08").exclude(alias="").values_list("code", "alias"),
    )


def judge(
    row: workbook.ParsedRow, known: Known, phases: list[Phase], phase: Phase | None
) -> tuple[RowOutcome, str, str, list[int]]:
    """What comes of one row: outcome, reason, certification track, and whom it may be.

    The first that applies: no consent, an error, a DUI that is there already, a
    person who looks alike, new. Eligibility is decided for a new row alone, as
    of its own day of registration. A file that may not be seen and only looks
    alike changes nothing here: coordination hears of it, and the row learns it
    when it is written.
    """
    if row.outcome == RowOutcome.NO_CONSENT:
        return RowOutcome.NO_CONSENT, "", "", []
    if row.outcome == RowOutcome.ERROR:
        return RowOutcome.ERROR, storable(row.error)[:200], "", []
    day = row.registration_date
    assert day is not None  # a row without one is an error
    phase = phase or next((each for each in phases if each.starts_on <= day <= each.ends_on), None)
    if phase is None:
        return RowOutcome.ERROR, _("No phase of the programme runs on that day."), "", []
    if row.dui in known.duis:
        if known.duis[row.dui] not in known.unseen:
            return RowOutcome.DUPLICATE, _is_registered(), "", []
        known.met.add((known.duis[row.dui], TaskKind.SAME_DUI_ELSEWHERE))
        return RowOutcome.DUPLICATE, _is_registered_elsewhere(), "", []
    alike = known.like(row)
    like = [pk for pk in alike if pk not in known.unseen]
    known.met.update((pk, TaskKind.LIKELY_ELSEWHERE) for pk in alike if pk in known.unseen)
    known.add(row)
    if like:
        return RowOutcome.POSSIBLE_DUPLICATE, _looks_alike(), "", [pk for pk in like if pk]
    decision = decide(workbook.inputs_of(row), RuleParameters.from_dict(phase.rule_set.parameters))
    reason = decision.reasons[0] if decision.reasons else ""
    return RowOutcome.NEW, reason, decision.certification_track, []


def _is_registered() -> str:
    return _("This DUI is already registered.")


def _is_registered_elsewhere() -> str:
    return _("Already registered: coordination was told.")


def _looks_alike() -> str:
    return _("Somebody with the same names and a like birth date is already registered.")


def check_rows(batch: PeopleImport) -> tuple[list[ImportRow], set[tuple[int, TaskKind]]]:
    """Say of every row of a workbook what would come of it; nothing is written to the registry.

    With it, which files that whoever uploaded it may not see were met, and how.
    """
    with batch.file.open() as file:
        table = read_table(file)
    where, today = reference(), timezone.localdate()
    parsed = [
        (number, values, workbook.parse_row(values, batch.mapping, where, today=today))
        for number, values in table.rows
    ]
    found = [row for _number, _values, row in parsed]
    known = Known.of(found, for_user=batch.uploaded_by)
    phases = list(Phase.objects.select_related("rule_set"))
    rows = []
    for number, values, row in parsed:
        outcome, reason, track, like = judge(row, known, phases, batch.phase)
        keeps = outcome != RowOutcome.NO_CONSENT
        rows.append(
            ImportRow(
                batch=batch,
                sheet_row=number,
                outcome=outcome,
                reason=reason,
                eligibility=track,
                like=like,
                values=_to_keep(values, batch.mapping, row) if keeps else {},
            )
        )
    return rows, known.met


def tell_of_check(batch: PeopleImport, met: set[tuple[int, TaskKind]]) -> None:
    """Report each file that the check of a workbook met and its uploader may not see.

    Once per file, part and day, however often the same person looks; it stays
    when the workbook is discarded. Call it in the transaction of the check.
    """
    by, today = batch.uploaded_by, timezone.localdate()
    told = Activity.objects.filter(
        verb="duplicate.met_elsewhere",
        actor=by,
        at__date=today,
        person_id__in=[pk for pk, _kind in met],
    )
    before = set(told.values_list("person_id", "changes__kind"))
    people = Person.objects.in_bulk([pk for pk, _kind in met])
    for pk, kind in sorted(met - before):
        report_elsewhere(people[pk], kind=kind, office=batch.office, by=by)


def _to_keep(
    values: Mapping[str, Any], mapping: Mapping[str, str], row: workbook.ParsedRow
) -> dict[str, Any]:
    """The cells of a row; of who did not agree to sensitive data those alone that may be kept.

    Nobody knows what stands in a column without a place or in a remark, and the kind
    of return is sensitive itself (CASE-3).
    """
    placed = {column for name, column in mapping.items() if name not in SENSITIVE}
    kept = {each: values[each] for each in values if row.sensitive or each in placed}
    return as_kept(kept, mapping)


def as_kept(values: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    """The cells of a row as text that reads the same again: by field, the others by column."""
    kept: dict[str, Any] = {
        name: cell_as_kept(name, values[column])
        for name, column in mapping.items()
        if values.get(column) not in (None, "")
    }
    others = values.keys() - set(mapping.values())
    kept[UNMAPPED] = {
        column: cell_as_kept("", values[column])
        for column in values
        if column in others and values[column] not in (None, "")
    }
    return kept


def write_chunk(batch: PeopleImport) -> bool:
    """Write the next rows of a confirmed workbook; return whether more are left.

    What each row meets is looked up again, so that a person who was registered
    since the check is not registered twice. In one transaction with the caller's.
    """
    left = batch.rows.filter(written=False).order_by("sheet_row")
    rows = list(left[: CHUNK + 1])
    more, rows = len(rows) > CHUNK, rows[:CHUNK]
    where = reference()
    parsed = {
        row.pk: workbook.parse_row(row.values, AS_KEPT, where)
        for row in rows
        if row.outcome in {RowOutcome.NEW, RowOutcome.DUPLICATE}
    }
    known = Known.of(list(parsed.values()))
    for row in rows:
        if row.outcome == RowOutcome.NEW:
            _meet(row, parsed[row.pk], known)
    new = [row for row in rows if row.outcome == RowOutcome.NEW]
    people = register_rows(
        [parsed[row.pk] for row in new],
        office=batch.office,
        phase=batch.phase,
        by=batch.uploaded_by,
    )
    for row, person in zip(new, people, strict=True):
        row.person = person
    for row in rows:
        row.written = True
        if row.outcome == RowOutcome.POSSIBLE_DUPLICATE:
            row.likeness = Likeness.OPEN
    _tell_coordination(batch, rows, {pk: row.dui for pk, row in parsed.items()})
    ImportRow.objects.bulk_update(
        rows,
        ["outcome", "reason", "eligibility", "like", "person", "written", "likeness"],
        batch_size=500,
    )
    return more


def _meet(row: ImportRow, parsed: workbook.ParsedRow, known: Known) -> None:
    """A row that was new when it was checked may meet somebody who was registered since."""
    if parsed.dui in known.duis:
        row.outcome, row.reason, row.eligibility = RowOutcome.DUPLICATE, _is_registered(), ""
    elif like := known.like(parsed):
        row.outcome, row.reason, row.eligibility = (
            RowOutcome.POSSIBLE_DUPLICATE,
            _looks_alike(),
            "",
        )
        row.like = like


def _tell_coordination(batch: PeopleImport, rows: list[ImportRow], duis: dict[int, str]) -> None:
    """Report each file of another office that a row met; the row says no more than that.

    Once per file and part, in the order of the files, as each of them is locked.
    """
    numbers = {duis[row.pk] for row in rows if row.outcome == RowOutcome.DUPLICATE}
    known = IdentityDocument.objects.filter(doc_type__in=DUI_TYPES, active=True)
    with_dui = dict(known.filter(number__in=numbers).values_list("number", "person"))
    alike = {pk for row in rows for pk in row.like}
    others = Person.objects.filter(merged_into=None).exclude(office=batch.office)
    elsewhere = others.in_bulk(alike.union(with_dui.values()))
    met: set[tuple[int, TaskKind]] = set()
    for row in rows:
        if row.outcome == RowOutcome.DUPLICATE and with_dui.get(duis[row.pk]) in elsewhere:
            met.add((with_dui[duis[row.pk]], TaskKind.SAME_DUI_ELSEWHERE))
            row.reason = _is_registered_elsewhere()
        elif row.outcome == RowOutcome.POSSIBLE_DUPLICATE and not elsewhere.keys().isdisjoint(
            row.like
        ):
            met.update((pk, TaskKind.LIKELY_ELSEWHERE) for pk in row.like if pk in elsewhere)
            row.reason = _("Possible duplicate: coordination was told.")
    by = batch.uploaded_by  # nobody, for the command
    for pk, kind in sorted(met):
        report_elsewhere(elsewhere[pk], kind=kind, office=batch.office, by=by)


def count_heads(batch: PeopleImport) -> None:
    """Keep an anonymous head-count for each row without consent, once per file and row (CASE-3)."""
    with batch.file.open() as file:
        table = read_table(file)
    where, today = reference(), timezone.localdate()
    districts = dict(District.objects.values_list("code", "pk"))
    heads = []
    for number, values in table.rows:
        row = workbook.parse_row(values, batch.mapping, where)
        if row.outcome != RowOutcome.NO_CONSENT:
            continue
        day = row.registration_date
        if day is None or day > today:  # nobody was registered on that day
            day = today
        born = row.birth_date if row.birth_date and row.birth_date < day else None
        heads.append(
            HeadCount(
                office=batch.office,
                on=day,
                sex=row.sex,
                age_band=age_band(age_on(born, day) if born else None),
                district_id=districts.get(row.municipality),
                import_sha256=batch.sha256,
                import_row=number,
                recorded_by=batch.uploaded_by,
            )
        )
    HeadCount.objects.bulk_create(heads, ignore_conflicts=True)


def broken_constraint(error: IntegrityError) -> str:
    """The name of the constraint by which the database refused a write."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


class MetElsewhere(ValidationError):
    """A row meets a file that whoever decides on it may not see."""

    def __init__(self, people: list[Person], kind: TaskKind) -> None:
        super().__init__(
            _is_registered_elsewhere()
            if kind == TaskKind.SAME_DUI_ELSEWHERE
            else _("A file at another office looks alike: coordination was told, and decides.")
        )
        self.people, self.kind = people, kind


def register_row(row: ImportRow, *, by: User) -> Person:
    """Register the person of one row, as somebody else than those who look alike.

    Raises ValidationError when her DUI is there already, and MetElsewhere when
    one of the files that she may have is not for `by` to see.
    """
    parsed = workbook.parse_row(row.values, AS_KEPT, reference())
    _refuse_who_is_registered(parsed.dui, by=by)
    likely = {*row.like, *Known.of([parsed]).like(parsed)}
    seen = Person.objects.visible_to(by).filter(pk__in=likely)
    unseen = Person.objects.filter(pk__in=likely, merged_into=None).exclude(pk__in=seen)
    if people := list(unseen.order_by("pk")):
        raise MetElsewhere(people, TaskKind.LIKELY_ELSEWHERE)
    office, phase = row.batch.office, row.batch.phase
    try:
        with transaction.atomic():
            (person,) = register_rows([parsed], office=office, phase=phase, by=by)
            for other in seen:  # nobody is asked again
                suspect(person, other, Likeness.DIFFERENT, "", by=by)
    except IntegrityError as error:
        if broken_constraint(error) != "document_one_person_per_dui":
            raise
        _refuse_who_is_registered(parsed.dui, by=by)  # by somebody who was faster by a moment
        raise
    return person


def _refuse_who_is_registered(dui: str, *, by: User) -> None:
    matches = look_up_dui(dui, for_user=by)
    if matches.same_dui_elsewhere:
        raise MetElsewhere(matches.same_dui_elsewhere, TaskKind.SAME_DUI_ELSEWHERE)
    if matches.same_dui:
        raise ValidationError(_("Somebody is already registered with this DUI."))
