"""The territory of El Salvador: data with validity dates (CASE-5)."""

from functools import cache

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from genesis.lib.search import plain


class Department(models.Model):
    """One of the fourteen departments."""

    code = models.CharField(max_length=2, unique=True)  # MH/DIGESTYC order, not the p-code's
    iso = models.CharField(max_length=5, unique=True)
    pcode = models.CharField(max_length=4, unique=True)
    name = models.CharField(max_length=60)

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")

    def __str__(self):
        return self.name


class MunicipalityQuerySet(models.QuerySet):
    def on(self, day):
        """Those that existed on `day`: 262 until April 2024, 44 since May 2024."""
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=day),
            Q(valid_until=None) | Q(valid_until__gte=day),
        )


class Municipality(models.Model):
    """A municipality while it lasts: the 262 former ones, and the 44 since 1 May 2024."""

    code = models.CharField(max_length=7, unique=True)  # «0617» (former), «SV06003» (p-code)
    name = models.CharField(max_length=60)
    department = models.ForeignKey(Department, on_delete=models.PROTECT)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)

    objects = MunicipalityQuerySet.as_manager()

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        constraints = [
            models.CheckConstraint(
                name="municipality_ends_after_it_begins",
                condition=Q(valid_from=None)
                | Q(valid_until=None)
                | Q(valid_until__gte=F("valid_from")),
            )
        ]

    def __str__(self):
        return self.name


class District(models.Model):
    """One of the 262 districts: a former municipality inside one of the 44."""

    code = models.CharField(max_length=4, unique=True)  # that of the former municipality
    name = models.CharField(max_length=60)
    department = models.ForeignKey(Department, on_delete=models.PROTECT)
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="districts"
    )
    former_municipality = models.OneToOneField(
        Municipality, on_delete=models.PROTECT, related_name="district_since_2024"
    )

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")

    def __str__(self):
        return self.name


def place_of(district_id: int | None) -> str:
    """Return «Soyapango, San Salvador» for a district; empty when it is not known.

    Every row of a list shows one, so each process reads the 262 once and keeps
    them: they change by law, and with a deployment (`load_reference`).
    """
    if district_id is None:
        return ""
    if district_id not in _place_names():
        _place_names.cache_clear()  # added since
    return _place_names()[district_id]


def districts_named(text: str) -> list[int]:
    """The districts whose own name holds every word of `text`, whatever its accents."""
    words = plain(text).split()
    return [
        pk
        for pk, place in _place_names().items()
        if words and all(word in plain(place.rpartition(", ")[0]) for word in words)
    ]


@cache
def _place_names() -> dict[int, str]:
    districts = District.objects.values_list("pk", "name", "department__name")
    return {pk: f"{name}, {department}" for pk, name, department in districts}
