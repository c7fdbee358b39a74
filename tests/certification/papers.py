"""What the tests of the form on paper do again and again: type it, twice, and settle it."""

from uuid import uuid4

from certification.actions import transcribing
from certification.documents.paper_form import code_of
from tests.factories.certification import paper_entries, typed_paper


def both(form, differently=()):
    """Typed by the evaluator and the caseworker."""
    return typed_paper(form, form.evaluator, form.assessment.enrolled_by, differently=differently)


def kept(form):
    return transcribing.keep_form(both(form), by=form.evaluator)


def type_as(form, user, *, code=None, replaced=(), key=None):
    return transcribing.type_form(
        form,
        code=code or code_of(form),
        entries=paper_entries(form, replaced),
        key=key or uuid4(),
        by=user,
    )


def say(form, user, name, value, note="", *, reason="Así dice el papel."):
    return transcribing.settle_entry(
        form, name=name, entry=[value, note], reason=reason, key=uuid4(), by=user
    )
