"""The access policy, spelt out a second time: every role against every permission (SEC-2).

A cell changes here and in `accounts/roles.py`, or not at all.
"""

import pytest

from accounts.roles import DESCRIPTIONS, EVERYWHERE, GRANTS, Permission, Role

POLICY = """
                    administrator  programme_coordinator  territorial_coordinator
user_manage         yes            no                     no
work_retry          yes            yes                    no
organization_manage yes            yes                    no
programme_manage    yes            yes                    no
code_list_manage    yes            yes                    no
rule_set_manage     no             yes                    no
workload_view       no             yes                    yes
person_view         no             yes                    yes
person_export       no             yes                    yes
export_approve      no             yes                    no
person_register     no             no                     no
person_change       no             no                     no
person_sensitive    no             yes                    yes
person_protect      no             no                     no
message_prepare     no             no                     no
referral_view       no             yes                    yes
referral_make       no             no                     no
referral_receive    no             no                     no
break_glass         no             yes                    yes
access_review       no             yes                    yes
reading_view        no             yes                    yes
rights_receive      no             yes                    yes
rights_manage       no             no                     no
complaint_receive   no             yes                    yes
complaint_manage    no             yes                    yes
complaint_sealed    no             yes                    no
retention_view      no             yes                    no
retention_confirm   no             no                     no
retention_approve   no             yes                    no
text_edit           no             yes                    no
index_view          no             yes                    yes
risk_view           no             yes                    yes
protocol_manage     no             yes                    yes
agenda_view         no             yes                    yes
appointment_manage  no             no                     yes
group_view          no             yes                    yes
group_manage        no             no                     yes
case_assign         no             yes                    yes
case_work           no             no                     no
case_approve        no             yes                    yes
exception_grant     no             yes                    no
transfer_request    no             no                     yes
duplicate_resolve   no             yes                    yes
people_import       no             yes                    yes
standard_view       no             yes                    yes
standard_author     no             yes                    no
standard_approve    no             yes                    no
standard_retire     no             yes                    no
standard_keys       no             yes                    no
centre_view         no             yes                    no
centre_apply        no             no                     no
accredit            no             yes                    no
evaluator_view      no             yes                    no
assessment_view     no             yes                    yes
assessment_enrol    no             no                     no
assessment_plan     no             no                     no
assessment_arrange  no             no                     no
assessment_conduct  no             no                     no
assessment_verify   no             no                     no
assessment_decide   no             no                     no
assessment_cancel   no             yes                    yes
appeal_lodge        no             no                     no
appeal_name         no             yes                    yes
appeal_resolve      no             no                     no
certificate_view    no             yes                    yes
certificate_share   no             no                     no
certificate_propose no             yes                    yes
certificate_keep    no             no                     no
indicator_view      no             yes                    yes
indicator_export    no             yes                    yes

                    registrar  caseworker  evaluator
user_manage         no         no          no
work_retry          no         no          no
organization_manage no         no          no
programme_manage    no         no          no
code_list_manage    no         no          no
rule_set_manage     no         no          no
workload_view       no         no          no
person_view         yes        yes         no
person_export       no         no          no
export_approve      no         no          no
person_register     yes        yes         no
person_change       yes        yes         no
person_sensitive    no         yes         no
person_protect      no         yes         no
message_prepare     no         yes         no
referral_view       yes        yes         no
referral_make       no         yes         no
referral_receive    yes        yes         no
break_glass         no         yes         no
access_review       no         no          no
reading_view        no         yes         no
rights_receive      yes        yes         no
rights_manage       no         no          no
complaint_receive   yes        yes         no
complaint_manage    no         no          no
complaint_sealed    no         no          no
retention_view      no         no          no
retention_confirm   no         no          no
retention_approve   no         no          no
text_edit           no         no          no
index_view          no         yes         no
risk_view           no         yes         no
protocol_manage     no         no          no
agenda_view         yes        yes         yes
appointment_manage  yes        yes         no
group_view          no         yes         no
group_manage        no         yes         no
case_assign         no         no          no
case_work           no         yes         no
case_approve        no         no          no
exception_grant     no         no          no
transfer_request    yes        yes         no
duplicate_resolve   no         no          no
people_import       yes        no          no
standard_view       no         yes         yes
standard_author     no         no          no
standard_approve    no         no          no
standard_retire     no         no          no
standard_keys       no         no          no
centre_view         no         no          no
centre_apply        no         no          no
accredit            no         no          no
evaluator_view      no         no          no
assessment_view     no         yes         yes
assessment_enrol    no         yes         no
assessment_plan     no         yes         no
assessment_arrange  no         yes         yes
assessment_conduct  no         no          yes
assessment_verify   no         no          no
assessment_decide   no         no          no
assessment_cancel   no         no          no
appeal_lodge        no         yes         no
appeal_name         no         no          no
appeal_resolve      no         no          yes
certificate_view    no         yes         no
certificate_share   no         yes         no
certificate_propose no         no          no
certificate_keep    no         no          no
indicator_view      no         no          no
indicator_export    no         no          no

                    verifier  certifying_officer  monitoring_officer
user_manage         no        no                  no
work_retry          no        no                  no
organization_manage no        no                  no
programme_manage    no        no                  no
code_list_manage    no        no                  no
rule_set_manage     no        no                  no
workload_view       no        no                  no
person_view         no        no                  no
person_export       no        no                  no
export_approve      no        no                  no
person_register     no        no                  no
person_change       no        no                  no
person_sensitive    no        no                  no
person_protect      no        no                  no
message_prepare     no        no                  no
referral_view       no        no                  no
referral_make       no        no                  no
referral_receive    no        no                  no
break_glass         no        no                  no
access_review       no        no                  no
reading_view        no        no                  no
rights_receive      no        no                  no
rights_manage       no        no                  no
complaint_receive   no        no                  no
complaint_manage    no        no                  no
complaint_sealed    no        no                  no
retention_view      no        no                  no
retention_confirm   no        no                  no
retention_approve   no        no                  no
text_edit           no        no                  no
index_view          no        no                  no
risk_view           no        no                  no
protocol_manage     no        no                  no
agenda_view         no        no                  no
appointment_manage  no        no                  no
group_view          no        no                  no
group_manage        no        no                  no
case_assign         no        no                  no
case_work           no        no                  no
case_approve        no        no                  no
exception_grant     no        no                  no
transfer_request    no        no                  no
duplicate_resolve   no        no                  no
people_import       no        no                  no
standard_view       yes       yes                 no
standard_author     no        yes                 no
standard_approve    yes       yes                 no
standard_retire     no        no                  no
standard_keys       yes       yes                 no
centre_view         yes       yes                 no
centre_apply        no        no                  no
accredit            no        no                  no
evaluator_view      yes       yes                 no
assessment_view     yes       yes                 no
assessment_enrol    no        no                  no
assessment_plan     no        no                  no
assessment_arrange  no        no                  no
assessment_conduct  no        no                  no
assessment_verify   yes       no                  no
assessment_decide   no        yes                 no
assessment_cancel   no        no                  no
appeal_lodge        no        no                  no
appeal_name         no        no                  no
appeal_resolve      yes       yes                 no
certificate_view    yes       yes                 no
certificate_share   no        no                  no
certificate_propose yes       yes                 no
certificate_keep    no        yes                 no
indicator_view      no        no                  yes
indicator_export    no        no                  yes

                    coach  psychologist  clinical_supervisor  centre_manager
user_manage         no     no            no                   no
work_retry          no     no            no                   no
organization_manage no     no            no                   no
programme_manage    no     no            no                   no
code_list_manage    no     no            no                   no
rule_set_manage     no     no            no                   no
workload_view       no     no            no                   no
person_view         no     no            no                   no
person_export       no     no            no                   no
export_approve      no     no            no                   no
person_register     no     no            no                   no
person_change       no     no            no                   no
person_sensitive    no     yes           no                   no
person_protect      no     no            no                   no
message_prepare     no     no            no                   no
referral_view       no     no            no                   no
referral_make       no     no            no                   no
referral_receive    no     no            no                   no
break_glass         no     yes           no                   no
access_review       no     no            no                   no
reading_view        no     no            no                   no
rights_receive      no     no            no                   no
rights_manage       no     no            no                   no
complaint_receive   no     no            no                   no
complaint_manage    no     no            no                   no
complaint_sealed    no     no            no                   no
retention_view      no     no            no                   no
retention_confirm   no     no            no                   no
retention_approve   no     no            no                   no
text_edit           no     no            no                   no
index_view          no     no            no                   no
risk_view           no     yes           no                   no
protocol_manage     no     no            yes                  no
agenda_view         yes    no            no                   no
appointment_manage  no     no            no                   no
group_view          yes    no            no                   no
group_manage        yes    no            no                   no
case_assign         no     no            no                   no
case_work           no     no            no                   no
case_approve        no     no            no                   no
exception_grant     no     no            no                   no
transfer_request    no     no            no                   no
duplicate_resolve   no     no            no                   no
people_import       no     no            no                   no
standard_view       no     no            no                   no
standard_author     no     no            no                   no
standard_approve    no     no            no                   no
standard_retire     no     no            no                   no
standard_keys       no     no            no                   no
centre_view         no     no            no                   yes
centre_apply        no     no            no                   yes
accredit            no     no            no                   no
evaluator_view      no     no            no                   yes
assessment_view     no     no            no                   no
assessment_enrol    no     no            no                   no
assessment_plan     no     no            no                   no
assessment_arrange  no     no            no                   yes
assessment_conduct  no     no            no                   no
assessment_verify   no     no            no                   no
assessment_decide   no     no            no                   no
assessment_cancel   no     no            no                   no
appeal_lodge        no     no            no                   no
appeal_name         no     no            no                   no
appeal_resolve      no     no            no                   no
certificate_view    no     no            no                   no
certificate_share   no     no            no                   no
certificate_propose no     no            no                   no
certificate_keep    no     no            no                   no
indicator_view      no     no            no                   no
indicator_export    no     no            no                   no

                    job_intermediary  business_adviser  legal_adviser  legal_coordinator
user_manage         no                no                no             no
work_retry          no                no                no             no
organization_manage no                no                no             no
programme_manage    no                no                no             no
code_list_manage    no                no                no             no
rule_set_manage     no                no                no             no
workload_view       no                no                no             no
person_view         no                no                no             no
person_export       no                no                no             no
export_approve      no                no                no             no
person_register     no                no                no             no
person_change       no                no                no             no
person_sensitive    no                no                yes            no
person_protect      no                no                no             no
message_prepare     no                no                no             no
referral_view       no                no                no             no
referral_make       no                no                no             no
referral_receive    no                no                no             no
break_glass         no                no                yes            no
access_review       no                no                no             no
reading_view        no                no                no             no
rights_receive      no                no                no             no
rights_manage       no                no                no             no
complaint_receive   no                no                no             no
complaint_manage    no                no                no             no
complaint_sealed    no                no                no             no
retention_view      no                no                no             no
retention_confirm   no                no                no             no
retention_approve   no                no                no             no
text_edit           no                no                no             no
index_view          no                no                no             no
risk_view           no                no                yes            no
protocol_manage     no                no                no             no
agenda_view         no                no                no             no
appointment_manage  no                no                no             no
group_view          no                no                no             no
group_manage        no                no                no             no
case_assign         no                no                no             no
case_work           no                no                no             no
case_approve        no                no                no             no
exception_grant     no                no                no             no
transfer_request    no                no                no             no
duplicate_resolve   no                no                no             no
people_import       no                no                no             no
standard_view       no                no                no             no
standard_author     no                no                no             no
standard_approve    no                no                no             no
standard_retire     no                no                no             no
standard_keys       no                no                no             no
centre_view         no                no                no             no
centre_apply        no                no                no             no
accredit            no                no                no             no
evaluator_view      no                no                no             no
assessment_view     no                no                no             no
assessment_enrol    no                no                no             no
assessment_plan     no                no                no             no
assessment_arrange  no                no                no             no
assessment_conduct  no                no                no             no
assessment_verify   no                no                no             no
assessment_decide   no                no                no             no
assessment_cancel   no                no                no             no
appeal_lodge        no                no                no             no
appeal_name         no                no                no             no
appeal_resolve      no                no                no             no
certificate_view    no                no                no             no
certificate_share   no                no                no             no
certificate_propose no                no                no             no
certificate_keep    no                no                no             no
indicator_view      no                no                no             no
indicator_export    no                no                no             no

                    data_protection_officer  partner_user  auditor  donor_viewer
user_manage         no                       no            no       no
work_retry          no                       no            no       no
organization_manage no                       no            no       no
programme_manage    no                       no            no       no
code_list_manage    no                       no            no       no
rule_set_manage     no                       no            no       no
workload_view       no                       no            no       no
person_view         no                       no            no       no
person_export       no                       no            no       no
export_approve      yes                      no            no       no
person_register     no                       no            no       no
person_change       no                       no            no       no
person_sensitive    no                       no            no       no
person_protect      no                       no            no       no
message_prepare     no                       no            no       no
referral_view       no                       no            no       no
referral_make       no                       no            no       no
referral_receive    no                       no            no       no
break_glass         no                       no            no       no
access_review       yes                      no            no       no
reading_view        yes                      no            no       no
rights_receive      yes                      no            no       no
rights_manage       yes                      no            no       no
complaint_receive   yes                      no            no       no
complaint_manage    yes                      no            no       no
complaint_sealed    yes                      no            no       no
retention_view      yes                      no            no       no
retention_confirm   yes                      no            no       no
retention_approve   no                       no            no       no
text_edit           yes                      no            no       no
index_view          no                       no            no       no
risk_view           no                       no            no       no
protocol_manage     no                       no            no       no
agenda_view         no                       no            no       no
appointment_manage  no                       no            no       no
group_view          no                       no            no       no
group_manage        no                       no            no       no
case_assign         no                       no            no       no
case_work           no                       no            no       no
case_approve        no                       no            no       no
exception_grant     no                       no            no       no
transfer_request    no                       no            no       no
duplicate_resolve   no                       no            no       no
people_import       no                       no            no       no
standard_view       no                       no            no       no
standard_author     no                       no            no       no
standard_approve    no                       no            no       no
standard_retire     no                       no            no       no
standard_keys       no                       no            no       no
centre_view         no                       no            no       no
centre_apply        no                       no            no       no
accredit            no                       no            no       no
evaluator_view      no                       no            no       no
assessment_view     no                       no            no       no
assessment_enrol    no                       no            no       no
assessment_plan     no                       no            no       no
assessment_arrange  no                       no            no       no
assessment_conduct  no                       no            no       no
assessment_verify   no                       no            no       no
assessment_decide   no                       no            no       no
assessment_cancel   no                       no            no       no
appeal_lodge        no                       no            no       no
appeal_name         no                       no            no       no
appeal_resolve      no                       no            no       no
certificate_view    no                       no            no       no
certificate_share   no                       no            no       no
certificate_propose no                       no            no       no
certificate_keep    no                       no            no       no
indicator_view      no                       no            no       no
indicator_export    no                       no            no       no
"""


def policy_cells():
    """Every cell of the tables above; an empty line begins the next table."""
    for table in POLICY.strip().split("\n\n"):
        header, *rows = (line.split() for line in table.strip().splitlines())
        for permission, *answers in rows:
            for role, answer in zip(header, answers, strict=True):
                yield role, permission, answer


@pytest.mark.rule("SEC-2")
@pytest.mark.parametrize(
    ("role", "permission", "answer"),
    [pytest.param(*cell, id=f"{cell[0]}-{cell[1]}") for cell in policy_cells()],
)
def test_role_grants(role, permission, answer):
    granted = Permission(permission) in GRANTS[Role(role)]

    assert {"yes": True, "no": False}[answer] is granted


@pytest.mark.rule("SEC-2")
def test_policy_speaks_of_every_role_and_every_permission_once():
    cells = [(role, permission) for role, permission, _answer in policy_cells()]

    assert len(cells) == len(set(cells))
    assert set(cells) == {(role, permission) for role in Role for permission in Permission}


def test_roles_that_act_for_all_organizations():
    assert {
        Role.ADMINISTRATOR,
        Role.PROGRAMME_COORDINATOR,
        Role.MONITORING_OFFICER,
        Role.DATA_PROTECTION_OFFICER,
        Role.AUDITOR,
        Role.DONOR_VIEWER,
    } == EVERYWHERE


@pytest.mark.rule("SEC-13")
def test_nobody_conducts_verifies_and_decides_in_one_role():
    judging = {
        Permission.ASSESSMENT_CONDUCT,
        Permission.ASSESSMENT_VERIFY,
        Permission.ASSESSMENT_DECIDE,
    }

    assert {role: GRANTS[role] & judging for role in Role if len(GRANTS[role] & judging) > 1} == {}


def test_an_administrator_sees_nobodys_file():
    assert GRANTS[Role.ADMINISTRATOR] == {
        Permission.USER_MANAGE,
        Permission.WORK_RETRY,
        Permission.ORGANIZATION_MANAGE,
        Permission.PROGRAMME_MANAGE,
        Permission.CODE_LIST_MANAGE,
    }


@pytest.mark.parametrize("role", Role)
def test_each_role_says_in_one_sentence_or_two_what_it_finds_here(role):
    told = str(DESCRIPTIONS[role])

    assert told.endswith(".")
    assert told.count(".") <= 2
    assert told not in {str(DESCRIPTIONS[other]) for other in Role if other != role}
