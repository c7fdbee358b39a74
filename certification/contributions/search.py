"""Assessments, certificates, standards, centres and evaluators, for the search."""

import re

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.registry import Found, Line, Search, found
from accounts.roles import Permission
from certification.choices import VersionState
from certification.models import Assessment, Centre, Certificate, Evaluator, StandardVersion
from genesis.lib.codes import SEPARATORS, UnknownCode, looks_like_folio, read_short_code
from genesis.lib.search import plain


def assessments(user: User, text: str) -> Found:
    """By their reference, with its hyphens and zeros or without: PC-2026-000012."""
    written = re.fullmatch(r"(?ai)pc[-\s]?(\d{4})[-\s]?(\d{1,6})", text)
    rows = Assessment.objects.none()
    if written:
        reference = f"PC-{written[1]}-{int(written[2]):06}"
        rows = Assessment.objects.visible_to(user).filter(reference=reference)
    return found(_("Assessments"), rows.select_related("person", "standard"), _assessment)


def _assessment(each: Assessment) -> Line:
    return Line(
        each.reference,
        each.get_absolute_url(),
        detail=f"{each.person.display_name} · {each.standard}",
        state=each.get_state_display(),
        person=each.person_id,
    )


def certificates(user: User, text: str) -> Found:
    """By the folio, or by the short code as it is read aloud from the paper."""
    rows = Certificate.objects.visible_to(user).filter(_named(text))
    return found(_("Certificates"), rows.select_related("assessment__person"), _certificate)


def _named(text: str) -> Q:
    if looks_like_folio(text):
        return Q(folio__in=[text.upper(), SEPARATORS.sub("-", text).upper()])
    try:
        return Q(code=read_short_code(text))
    except UnknownCode:
        return Q(pk=None)


def _certificate(each: Certificate) -> Line:
    return Line(
        each.folio,
        each.get_absolute_url(),
        detail=f"{each.assessment.person.display_name} · {each.standard_title}",
        state=each.get_state_display(),
        person=each.assessment.person_id,
    )


def standards(_user: User, text: str) -> Found:
    """Those in force, by code or title: they are few enough to be read one by one."""
    versions = StandardVersion.objects.filter(state=VersionState.PUBLISHED)
    words = plain(text).split()
    rows = [
        each
        for each in versions.select_related("standard").order_by("standard__code", "-number")
        if all(word in plain(f"{each.standard.code} {each.title}") for word in words)
    ]
    return found(_("Standards"), rows, lambda each: Line(str(each), each.get_absolute_url()))


def centres(user: User, text: str) -> Found:
    """By their code or by words of their name."""
    named = Q(code__iexact=text) | _has_words("organization__search", text)
    rows = Centre.objects.visible_to(user).filter(named).select_related("organization")
    return found(
        _("Evaluation centres"),
        rows.order_by("code"),
        lambda each: Line(str(each), each.get_absolute_url()),
    )


def evaluators(user: User, text: str) -> Found:
    """By words of their name."""
    rows = Evaluator.objects.visible_to(user).filter(_has_words("user__search", text))
    return found(
        _("Evaluators"),
        rows.select_related("user").order_by("user__sort_name", "pk"),
        lambda each: Line(str(each.user), each.get_absolute_url()),
    )


def _has_words(column: str, text: str) -> Q:
    return Q(*[(f"{column}__contains", word) for word in plain(text).split()])


SEARCHES = [
    Search(Permission.ASSESSMENT_VIEW, assessments),
    Search(Permission.CERTIFICATE_VIEW, certificates),
    Search(Permission.STANDARD_VIEW, standards),
    Search(Permission.CENTRE_VIEW, centres),
    Search(Permission.EVALUATOR_VIEW, evaluators),
]
