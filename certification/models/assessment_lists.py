"""Which assessments somebody sees, and which of them wait for whom."""

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, TruncDate, TruncTime
from django.utils import timezone

from accounts.roles import Permission
from beneficiaries.models import Person
from certification.choices import (
    BEGINS_WITHIN,
    CONDUCT_STATES,
    DECIDED_STATES,
    LEFT_STATES,
    OPEN_STATES,
    PREPARE_STATES,
    TO_BEGIN_STATES,
    AssessmentState,
    CertificateState,
    EvidenceSource,
    Settlement,
)
from certification.models.sessions import ItemResolution, Observation

TRANSCRIBER = "transcriber"  # the part of whoever typed what stood on paper
_BY_PHONE = {"evidence__counts": True, "evidence__source": EvidenceSource.PHONE}
# Part, where it stands who did it, and which of these records count (CERT-5).
ACTS = [
    ("evaluator", "judgements__signed_by", {}),
    ("evaluator", "sessions__observations__by", {}),
    ("evaluator", "evidence__by", _BY_PHONE),
    ("evaluator", "conflicts__receipt__by", {"conflicts__settlement": Settlement.TAKEN}),
    ("verifier", "verifications__verifier", {}),
    ("officer", "decisions__officer", {}),
    ("panel", "appeals__seats__user", {}),
    (TRANSCRIBER, "paper_forms__typings__by", {}),
    (TRANSCRIBER, "paper_forms__settlements__by", {}),
]


def _differing():
    """Of an assessment, the items on which two devices differ and nobody has decided."""
    of_item = Q(session__assessment=OuterRef("session__assessment"), item=OuterRef("item"))
    counting = Observation.objects.counting()
    later = counting.filter(of_item, device=OuterRef("device"), seq__gt=OuterRef("seq"))
    decided = ItemResolution.objects.filter(
        assessment=OuterRef("session__assessment"), item=OuterRef("item"), annulled_at=None
    )
    return (
        counting.filter(~Exists(later), ~Exists(decided))
        .filter(session__assessment=OuterRef("pk"))
        .values("item")
        .annotate(answers=Count("value", distinct=True))
        .filter(answers__gt=1)
    )


def _in_a_retired_standard():
    """Those whose day is still to come, in a version that was retired for a fault."""
    return Q(state__in=TO_BEGIN_STATES, standard_version__retirement__isnull=False)


def _one_of(records):
    """The assessments of some records of another kind."""
    return Q(pk__in=records.values("assessment"))


def has_part(model, user):
    """Those in which somebody has or had a part, as `parts_so_far` says of one of them."""
    acted = [
        model.objects.filter(**{path: user}, **which).values("pk") for _part, path, which in ACTS
    ]
    today = Q(evaluator=user) | Q(verifier=user) | Q(officer=user)
    return today | Q(pk__in=acted[0].union(*acted[1:]))


class AssessmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the people whom they see, or with whom they have to do today in any part."""
        people = Person.objects
        return self.filter(
            Q(person__in=people.visible_to(user)) | Q(person__in=people.assigned_to(user))
        )

    def open_or_decided(self):
        """Of which a person has one in each standard."""
        return self.filter(state__in=[*OPEN_STATES, *DECIDED_STATES])

    def open(self):
        return self.filter(state__in=OPEN_STATES)

    def decided(self):
        """Those with a result: another in the same standard only follows one of them."""
        return self.filter(state__in=DECIDED_STATES)

    def barring(self):
        """The last result of each person in each standard, unless its certificate is revoked.

        Where there is one, nobody enrols anew: what follows begins from there.
        """
        same = {name: OuterRef(name) for name in ("person", "standard")}
        later = self.model.objects.decided().filter(**same, attempt__gt=OuterRef("attempt"))
        issued = self._others("certificates").filter(assessment=OuterRef("pk")).order_by("-pk")
        last = Coalesce(Subquery(issued.values("state")[:1]), Value(""))
        return (
            self.decided()
            .alias(last=last)
            .filter(~Exists(later))
            .exclude(state=AssessmentState.CERTIFIED, last=CertificateState.REVOKED)
        )

    def taking_place(self, since, until):
        """Those that take a place at their centre from one day to another, with `day` and `hour`.

        They are of the session, once it was held, and of the plan before: who came on
        another day takes the place of that one. Who left takes none.
        """
        near = (since - BEGINS_WITHIN, until + BEGINS_WITHIN)
        held = self._others("sessions").filter(assessment=OuterRef("pk"), annulled_at=None)
        as_planned = Q(began=None) | Q(day=F("scheduled_for"))
        return (
            self.exclude(state__in=LEFT_STATES)
            .filter(scheduled_for__range=near)
            .annotate(began=Subquery(held.order_by("-started_at").values("started_at")[:1]))
            .annotate(day=Coalesce(TruncDate("began"), F("scheduled_for")))
            .annotate(
                hour=Case(When(as_planned, then=F("scheduled_at")), default=TruncTime("began"))
            )
            .filter(day__range=(since, until))
        )

    def to_conduct(self, user):
        """Those in which somebody, as their evaluator, has still something to do."""
        return self.filter(evaluator=user, state__in=CONDUCT_STATES)

    def turn_of(self, user):
        """Those that wait for somebody: to prepare, to conduct, to verify or to decide.

        And those that stand still: `differs` where answers do, and `unsettled` where a telephone
        sent something too late, which coordination decides; and those whose day has passed, for
        it and for whoever accompanies the person. An appeal, of which `appeal_due` is the day,
        is for those who resolve it (`judges`) and, before there are any (`has_panel`) or when
        its day is near, for coordination; so are a certificate that an appeal suspended
        (`to_revoke`) and a person with two parts (`doubled`). A certificate that `ends_on` some
        day soon, or has ended, is for whoever accompanies its holder; for coordination where nobody
        does. A paper form that was
        typed (`paper` is its state) waits for the next who types, settles or keeps it: all these.
        """
        accompanied = Q(person__in=Person.objects.accompanied_by(user))
        coordinated = user.where(Permission.ASSESSMENT_CANCEL, "person__office") & Q(
            person__in=Person.objects.visible_to(user)
        )
        over = {"trainings__closed_at": None, "trainings__ends_on__lt": timezone.localdate()}
        trained = Q(pk__in=self.model.objects.filter(**over).values("pk"))
        passed = Q(state__in=TO_BEGIN_STATES, scheduled_for__lt=timezone.localdate())
        open_conflict = Q(conflicts__isnull=False, conflicts__settled_at=None)
        late = self.model.objects.filter(open_conflict, pk=OuterRef("pk"))
        appeals = self._others("appeals").open()
        judged = appeals.filter(panel=user)
        certificates = self._others("certificates")
        to_revoke, ending = certificates.to_take_back(), certificates.to_renew()
        alerts = self._others("parts_alerts").open()
        here = {"assessment": OuterRef("pk")}
        papers = self._others("paper_forms").to_see_to(user)
        return self.annotate(
            differs=Exists(_differing()),
            unsettled=Exists(late),
            appeal_due=Subquery(appeals.filter(**here).values("due_on")[:1]),
            judges=Exists(judged.filter(**here)),
            has_panel=Exists(appeals.filter(**here, seats__isnull=False)),
            to_revoke=Exists(to_revoke.filter(**here)),
            doubled=Exists(alerts.filter(**here)),
            paper=Subquery(papers.filter(**here).order_by("-pk").values("state")[:1]),
            ends_on=Subquery(ending.filter(**here).values("valid_until")[:1]),
        ).filter(
            accompanied & Q(state__in=PREPARE_STATES)
            | accompanied & Q(state=AssessmentState.IN_TRAINING) & trained
            | Q(evaluator=user, state__in=CONDUCT_STATES)
            | Q(verifier=user, state=AssessmentState.IN_VERIFICATION)
            | Q(officer=user, state=AssessmentState.VERIFIED)
            | (accompanied | coordinated) & passed
            | (accompanied | coordinated) & _in_a_retired_standard()
            | coordinated & Q(state=AssessmentState.IN_ASSESSMENT, differs=True)
            | coordinated & Q(unsettled=True)
            | Q(pk__in=judged.values("assessment"))
            | coordinated & _one_of(appeals.for_coordination(timezone.localdate()))
            | coordinated & (_one_of(to_revoke) | _one_of(alerts))
            | (accompanied | coordinated | Q(evaluator=user)) & _one_of(papers)
            | (accompanied | coordinated & Q(person__in=Person.objects.without_caseworker()))
            & Q(state=AssessmentState.CERTIFIED)
            & _one_of(ending)
        )

    def _others(self, name):
        """The records of another kind that point to assessments."""
        return self.model._meta.get_field(name).related_model.objects

    def with_outcome(self):
        """With the `outcome` of the judgement in force."""
        judged = self._others("judgements").filter(assessment=OuterRef("pk"), archived_at=None)
        return self.annotate(outcome=Subquery(judged.values("outcome")[:1]))

    def with_plan_until(self):
        """With the last day of the newest plan, which `last_day` reads; none where it says none."""
        plans = self._others("plans").filter(assessment=OuterRef("pk")).order_by("-number")
        return self.annotate(plan_until=Subquery(plans.values("begins_until")[:1]))

    def for_list(self):
        """Ready to be shown as rows: with all that a row prints. The page sorts and counts."""
        return self.with_plan_until().select_related(
            "person",
            "standard_version__standard",
            "standard_version__retirement",
            "evaluator",
            "centre__organization",
        )
