"""Records that may be one person, and the tasks that this leaves to coordination (CASE-1)."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from accounts.roles import Permission, Role
from beneficiaries.choices import TASKS_OF_THE_FILE, Likeness, TaskKind
from beneficiaries.models.people import Person

# What waits for coordination; of «different» nobody is asked again.
UNSETTLED = [Likeness.OPEN.value, Likeness.SAME.value, Likeness.UNSURE.value]


class SuspicionQuerySet(models.QuerySet):
    def waiting(self):
        """The queue: both files are there, and nobody has said that they are two people's."""
        return self.filter(
            likeness__in=UNSETTLED,
            settled_at=None,
            person__merged_into=None,
            person__undone_at=None,
            other__merged_into=None,
            other__undone_at=None,
        )

    def visible_to(self, user):
        """Those of which they may see both files, deciding on duplicates there."""
        both = [
            user.where(Permission.DUPLICATE_RESOLVE, f"{side}__office")
            for side in ("person", "other")
        ]
        seen = Person.objects.visible_to(user)
        return self.filter(*both, person__in=seen, other__in=seen)

    def between(self, person, other):
        return self.filter(Q(person=person, other=other) | Q(person=other, other=person))

    def of(self, person):
        return self.filter(Q(person=person) | Q(other=person))


class Suspicion(models.Model):
    """What somebody said of two files that look like one person's."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="suspicions")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    likeness = models.CharField(max_length=10, choices=Likeness, default=Likeness.OPEN)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    raised_at = models.DateTimeField(default=timezone.now)
    raised_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True, editable=False)
    settled_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = SuspicionQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [
            models.CheckConstraint(
                name="suspicion_is_about_two_people", condition=~Q(person=F("other"))
            ),
            models.UniqueConstraint(
                Least("person", "other"),
                Greatest("person", "other"),
                name="suspicion_once_per_pair",
            ),
            models.CheckConstraint(
                name="suspicion_likeness_is_known", condition=Q(likeness__in=Likeness.values)
            ),
            models.CheckConstraint(
                name="suspicion_settled_by_somebody_as_one_or_two_people",
                condition=Q(settled_at=None, settled_by=None)
                | Q(
                    settled_at__isnull=False,
                    settled_by__isnull=False,
                    likeness__in=["same", "different"],
                ),
            ),
        ]
        indexes = [models.Index(name="suspicion_oldest", fields=["raised_at", "id"])]

    def __str__(self):
        return self.get_likeness_display()


class TaskQuerySet(models.QuerySet):
    def open(self):
        return self.filter(done_at=None)

    def visible_to(self, user):
        """Those of which they may see both offices, deciding on duplicates there.

        What is left to one role is for those who hold it, and for whoever stands above both;
        what goes along with a file, for no office but the one that holds it.
        """
        both = [user.where(Permission.DUPLICATE_RESOLVE, each) for each in ("office", "raised_for")]
        mine = Q()
        for held in user.current_roles:
            mine |= Q(role=held.role, office=held.organization_id)
            if held.role == Role.PROGRAMME_COORDINATOR:
                mine |= ~Q(role="")
        of_the_holder = ~Q(kind__in=TASKS_OF_THE_FILE) | Q(office=F("person__office"))
        seen = self.filter(of_the_holder, person__in=Person.objects.not_barred_to(user))
        return seen.filter(Q(*both, role="") | mine if mine else Q(*both, role=""))


class Task(models.Model):
    """Something that a rule leaves to coordination, until somebody has done it.

    For a duplicate at two offices it belongs to the office that holds the
    known file; who tried to register is in `raised_by`, and of the attempt
    nothing personal is kept but the file that it met.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    kind = models.CharField(max_length=20, choices=TaskKind)
    role = models.CharField(max_length=30, choices=Role, blank=True)  # of whoever is to do it
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tasks")
    office = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(default=timezone.now)
    raised_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    raised_for = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("what was done"), max_length=300, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="task_kind_is_known", condition=Q(kind__in=TaskKind.values)
            ),
            models.CheckConstraint(
                name="task_done_by_somebody_at_some_time",
                condition=Q(done_at=None, done_by=None)
                | Q(done_at__isnull=False, done_by__isnull=False),
            ),
        ]
        indexes = [models.Index(name="task_by_day", fields=["due_on", "id"])]

    def __str__(self):
        return self.get_kind_display()

    @property
    def is_of_a_registration(self):
        """Whether somebody tried to register her elsewhere, or where her file is not seen."""
        return self.kind in {TaskKind.SAME_DUI_ELSEWHERE, TaskKind.LIKELY_ELSEWHERE}
