"""Two files side by side: every value in both, what differs, and what hangs on each."""

from collections import defaultdict

from django.db.models import Count, IntegerField, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from beneficiaries.actions.merging import folding_of, key_of, relations
from beneficiaries.choices import DocType
from beneficiaries.models import Case, LookupValue, Person
from beneficiaries.registry import Fold
from beneficiaries.rules.merging import VALUES, is_empty, proposed, values_of
from beneficiaries.views.summaries import LISTS, words_of
from genesis.lib.sensitivity import is_protected

TO_READ = (
    "office",
    "district__department",
    "birth_country",
    "birth_district",
    "marital_status",
    "contact__previous_country",
    "contact__previous_state",
    "contact__emergency_relationship",
    "education__level",
    "education__title_country",
    "education__english_level",
    "education__driving_licence",
    "education__phone_kind",
)


def pair_of(suspicion, kept_id):
    """Both people with all that is compared; the file that stays is the older unless asked."""
    people = (
        Person.objects.filter(pk__in=[suspicion.person_id, suspicion.other_id])
        .select_related(*TO_READ)
        .prefetch_related("documents", Prefetch("cases", Case.objects.order_by("episode")))
        .annotate(**_counts())
        .order_by("registered_on", "pk")
    )
    first, second = people
    return (second, first) if str(second.public_id) == kept_id else (first, second)


def _counts():
    """How many rows of each table point to a person, in the same query."""
    return {
        f"rows_{place}": Coalesce(
            Subquery(
                column.model._base_manager.filter(**{column.name: OuterRef("pk")})
                .order_by()
                .values(column.name)
                .annotate(rows=Count("pk"))
                .values("rows"),
                output_field=IntegerField(),
            ),
            0,
        )
        for place, column in enumerate(_counted())
    }


def _counted():
    """The relations that people have a word for; who does what with a file is none of them."""
    return [
        each
        for each in sorted(relations(), key=key_of)
        if folding_of(each).how != Fold.STAY and title_of(each.model)
    ]


def title_of(model):
    """What people call the rows of a table; nothing where only the code has a name for it."""
    named = "verbose_name_plural" in model._meta.original_attrs
    return capfirst(model._meta.verbose_name_plural) if named else ""


def hanging(kept, merged):
    """What hangs on each file, counted; of what is protected only how much it is in all."""
    lines, protected = defaultdict(lambda: [0, 0]), [0, 0]
    for place, column in enumerate(_counted()):
        hidden = is_protected(column.model._meta.label)
        line = protected if hidden else lines[title_of(column.model)]
        for side, person in enumerate((kept, merged)):
            line[side] += getattr(person, f"rows_{place}")
    rows = [(title, *line) for title, line in sorted(lines.items()) if any(line)]
    return [*rows, (_("Protected records"), *protected)] if any(protected) else rows


def compared(kept, merged):
    """Each value: how it reads on both sides, and whether they differ; and what neither says."""
    codes = _code_words(kept, merged)
    rows, empty = [], []
    for value in VALUES:
        records = [_record(each, value.record) for each in (kept, merged)]
        if None in records and not any(records):
            continue
        words = [words_of(each, value.columns, codes) if each else "" for each in records]
        if not any(words):
            empty.append(value.title)
            continue
        both = all(each is not None for each in records)
        differs = both and values_of(records[0], value) != values_of(records[1], value)
        rows.append(
            {
                "code": value.code,
                "label": value.title,
                "kept": words[0],
                "merged": words[1],
                "differs": differs and not _both_empty(records, value),
                "proposed": proposed(value, kept, merged, records) if differs else "",
            }
        )
    return rows, empty


def papers_of(kept, merged):
    """The identity documents side by side, kind by kind: all of them stay, so none is chosen."""
    sides = [defaultdict(list), defaultdict(list)]
    for side, person in zip(sides, (kept, merged), strict=True):
        for each in person.documents.all():
            words = f"{each.number} · {each.get_status_display()}".removeprefix(" · ")
            side[each.doc_type].append((each.number, words))
    return [
        {
            "code": f"document-{kind}",
            "label": kind.label,
            "kept": ", ".join(sorted(words for _number, words in sides[0][kind])),
            "merged": ", ".join(sorted(words for _number, words in sides[1][kind])),
            "differs": all(each[kind] for each in sides)
            and _numbers(sides[0][kind]) != _numbers(sides[1][kind]),
            "field": None,
        }
        for kind in DocType
        if any(kind in each for each in sides)
    ]


def _numbers(papers):
    return {number for number, _words in papers}


def _record(person, name):
    return person if name == "person" else getattr(person, name, None)


def _both_empty(records, value):
    return all(is_empty(values_of(each, value)) for each in records)


def _code_words(*people):
    """What the codes in both files say, in one query."""
    codes = {code for each in people for code in each.nationality}
    tools = {code for each in people if hasattr(each, "education") for code in each.education.tools}
    wanted = LookupValue.objects.filter(list=LISTS["nationality"], code__in=codes)
    wanted |= LookupValue.objects.filter(list=LISTS["tools"], code__in=tools)
    return {(each.list, each.code): str(each) for each in wanted}
