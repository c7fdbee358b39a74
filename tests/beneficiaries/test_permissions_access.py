"""Who reads which class of data, spelt out a second time: the wall of D4, D5 and D6 (CASE-16).

A cell changes here and in `accounts/roles.py` (READS), or not at all. `office`: the people of
the own office; `given`: those assigned; `exists`: that there is something; `-`: nothing.
"""

import pytest

from accounts.roles import READS, Role
from beneficiaries.permissions import can_read, knows_that_there_is
from genesis.lib.sensitivity import D2, D3, D4, D5, D6
from tests.factories.accounts import UserFactory
from tests.factories.beneficiaries import AssignmentFactory, PersonFactory

MATRIX = """
                         D2      D3      D4      D5      D6
administrator            -       -       -       -       -
programme_coordinator    office  office  exists  exists  exists
territorial_coordinator  office  office  exists  exists  exists
registrar                office  -       -       -       -
caseworker               office  given   given   exists  exists
coach                    given   given   -       -       -
psychologist             given   -       given   given   -
clinical_supervisor      -       -       -       -       -
evaluator                -       given   -       -       -
centre_manager           -       -       -       -       -
verifier                 -       given   -       -       -
certifying_officer       -       given   -       -       -
job_intermediary         given   given   -       -       -
business_adviser         given   given   -       -       -
legal_adviser            given   given   given   -       given
legal_coordinator        -       -       -       -       -
monitoring_officer       -       -       -       -       -
data_protection_officer  -       exists  exists  exists  exists
partner_user             -       -       -       -       -
auditor                  -       -       -       -       -
donor_viewer             -       -       -       -       -
"""
WORDS = {"assigned": "given", None: "-"}
LEVELS = [D2, D3, D4, D5, D6]
AS = {D5: "psychosocial", D6: "legal"}


def cells():
    for line in MATRIX.strip().splitlines()[1:]:
        role, *words = line.split()
        for level, word in zip(LEVELS, words, strict=True):
            yield Role(role), level, word


@pytest.mark.rule("CASE-12", "CASE-16")
def test_the_table_speaks_of_every_role_and_every_class():
    said = {
        (role, level): WORDS.get(READS[role].get(level), READS[role].get(level))
        for role in Role
        for level in LEVELS
    }

    assert said == {(role, level): word for role, level, word in cells()}


@pytest.mark.django_db
@pytest.mark.rule("CASE-12", "CASE-16")
@pytest.mark.parametrize(("role", "level", "word"), list(cells()))
def test_each_role_reads_what_the_table_says_and_no_more(role, level, word):
    person = PersonFactory()
    user = UserFactory(role=role, at=person.office)

    assert can_read(user, person, level) == (word == "office")
    assert knows_that_there_is(user, person, level) == (word != "-")
    AssignmentFactory(person=person, user=user, kind=AS.get(level, "caseworker"))
    assert can_read(user, person, level) == (word in {"office", "given"})


@pytest.mark.django_db
@pytest.mark.rule("CASE-16")
@pytest.mark.parametrize("level", [D5, D6])
@pytest.mark.parametrize("role", [Role.PSYCHOLOGIST, Role.LEGAL_ADVISER, Role.CASEWORKER])
def test_to_accompany_a_person_opens_no_sealed_file(role, level):
    person = PersonFactory()
    user = UserFactory(role=role, at=person.office)
    for kind in ("caseworker", "evaluation", {D5: "legal", D6: "psychosocial"}[level]):
        AssignmentFactory(person=person, user=user, kind=kind)

    assert not can_read(user, person, level)


@pytest.mark.django_db
@pytest.mark.rule("CASE-12")
def test_a_role_at_another_office_opens_nothing():
    person = PersonFactory()
    user = UserFactory(caseworker=True)
    AssignmentFactory(person=person, user=user)

    assert not any(can_read(user, person, level) for level in LEVELS)
