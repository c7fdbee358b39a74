"""What the forms about a person share: fields for codes and places, and the form of a record."""

from functools import partial
from typing import ClassVar

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import District, LookupValue
from genesis.lib.forms import SafeFormMixin, lay_out
from genesis.lib.search import plain


class DistrictField(forms.ModelChoiceField):
    """One of the 262 districts, in a list grouped by department and municipality."""

    def __init__(self, **kwargs):
        districts = District.objects.select_related("department", "municipality")
        super().__init__(
            districts.order_by("department__code", "municipality__name", "name"), **kwargs
        )
        self.choices = self._grouped

    def _grouped(self):
        yield "", _("Choose one")
        groups = {}
        for each in self.queryset.all():
            title = f"{each.department} · {each.municipality}"
            groups.setdefault(title, []).append((each.pk, each.name))
        yield from groups.items()


class LookupField(forms.ModelChoiceField):
    """One of the codes of a list that is still in use."""

    def __init__(self, name, *, but="", **kwargs):
        self.of, self.but = name, but
        super().__init__(LookupValue.objects.of(name).exclude(code=but), **kwargs)

    def offers(self, value):
        return value.code != self.but

    def offer(self, read, *, current):
        """Ask with the codes that `read` gives once they are shown, and with the `current` one.

        The current one may have been retired since it was chosen.
        """
        if isinstance(current, int):
            usable = Q(list=self.of, retired=False) | Q(pk=current)
            self.queryset = LookupValue.objects.filter(usable).exclude(code=self.but)
        self.choices = lambda: [("", self.empty_label), *self.listed(self._shown(read(), current))]

    def _shown(self, values, current):
        return [
            each
            for each in values
            if each.pk == current or (self.offers(each) and not each.retired)
        ]

    def listed(self, values):
        return [(each.pk, str(each)) for each in values]


class StateField(LookupField):
    """A state or department of the five countries to and from which people go.

    The page offers those of the country that is chosen in the field `within`.
    """

    countries: ClassVar = {
        "US": _("United States"),
        "MX": _("Mexico"),
        "SV": "El Salvador",
        "GT": "Guatemala",
        "HN": "Honduras",
    }

    def __init__(self, *, within, **kwargs):
        super().__init__("subdivisions", **kwargs)
        self.widget.attrs["data-narrowed-by"] = within

    def listed(self, values):
        of_country = {}
        for each in sorted(values, key=lambda each: plain(str(each))):
            of_country.setdefault(each.code[:2], []).append((each.pk, str(each)))
        return [
            (title, of_country[country])
            for country, title in self.countries.items()
            if country in of_country
        ]


class CodesField(forms.MultipleChoiceField):
    """Several codes of a list that are still in use."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, name, **kwargs):
        self.of = name
        super().__init__(**kwargs)

    def offer(self, read, *, current):
        current = current or []
        self.choices = lambda: [
            (each.code, str(each)) for each in read() if not each.retired or each.code in current
        ]


class YesNoField(forms.TypedChoiceField):
    """Yes or no; where it is not required, also no answer."""

    def __init__(self, **kwargs):
        choices = [("", _("Not asked")), ("yes", _("Yes")), ("no", _("No"))]
        if kwargs.get("required"):
            kwargs["widget"] = forms.RadioSelect
            choices = choices[1:]
        super().__init__(
            choices=choices, coerce=lambda answer: answer == "yes", empty_value=None, **kwargs
        )

    def prepare_value(self, value):
        return {True: "yes", False: "no", None: ""}.get(value, value)


def _codes_of(lists):
    """The codes of several lists, each in its order."""
    values = {}
    for each in LookupValue.objects.filter(list__in=lists).order_by("position", "pk"):
        values.setdefault(each.list, []).append(each)
    return values


def _of_list(codes, name):
    return codes.get(name, [])


class RecordForm(SafeFormMixin, forms.Form):
    """Asks for one record of a file: with an `instance` it corrects, without one it adds."""

    submit = _("Save")

    def __init__(self, *args, instance=None, **kwargs):
        self.instance = instance
        self.creates = instance is None
        if instance:
            kwargs["initial"] = self.answers_of(instance) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self._offer_codes()
        lay_out(self, *self.rows(), submit=self.submit)

    def _offer_codes(self):
        """Let the fields read the codes of all their lists at once, when the form is shown."""
        asking = {
            name: field
            for name, field in self.fields.items()
            if isinstance(field, LookupField | CodesField)
        }
        codes = SimpleLazyObject(lambda: _codes_of({each.of for each in asking.values()}))
        for name, field in asking.items():
            current = self.initial.get(name)
            field.offer(partial(_of_list, codes, field.of), current=getattr(current, "pk", current))

    def answers_of(self, instance):
        """What the fields show of a record that is there already."""
        columns = {each.name: each.attname for each in instance._meta.concrete_fields}
        return {name: getattr(instance, columns.get(name, name), None) for name in self.base_fields}

    def rows(self):
        return list(self.fields)

    def record(self):
        """The answers as the columns of the record."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"key", "version"}
        }


def look(model, name, of, **changes):
    """The field of a form that asks for a column of `model` with the codes of one list."""
    column = model._meta.get_field(name)
    kwargs = {"label": capfirst(column.verbose_name), "required": not column.blank}
    if of == "subdivisions":
        return StateField(**kwargs | changes)
    field = CodesField if isinstance(column, ArrayField) else LookupField
    return field(of, **kwargs | changes)


def yes_or_no(model, name, **changes):
    column = model._meta.get_field(name)
    kwargs = {"label": capfirst(column.verbose_name), "required": not column.null}
    return YesNoField(**kwargs | changes)


def ask(model, name, **changes):
    """The field of a form that asks for one column of `model`."""
    return model._meta.get_field(name).formfield(**changes)
