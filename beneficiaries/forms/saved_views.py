"""The name of a view, for whom it is, and which columns a list shows."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from accounts.roles import Permission
from beneficiaries.columns import columns_to_choose
from beneficiaries.models import SavedView
from genesis.lib.forms import SafeFormMixin, lay_out


class ViewForm(SafeFormMixin, forms.ModelForm):
    """A view that is made: coordination may make it for an office of theirs.

    Whether the name is free, the action asks.
    """

    class Meta:
        model = SavedView
        fields = ["name", "office"]
        help_texts = {"name": _("Say what the list is for, without the name of a person.")}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk or not user.may(Permission.CASE_ASSIGN):
            del self.fields["office"]
        else:
            offices = user.organizations_where(Permission.CASE_ASSIGN).offices().active()
            field = self.fields["office"]
            field.queryset = offices.order_by("sort_name", "pk")
            field.empty_label = _("For me alone")
            field.label_from_instance = in_office
        lay_out(
            self, *[name for name in ("name", "office") if name in self.fields], submit=_("Save")
        )

    def validate_constraints(self):
        pass


def in_office(office: Organization) -> str:
    return _("For everybody at {office}").format(office=office)


class ViewChangeForm(ViewForm):
    """A view that changes: its name, and whether it is of the list as it was shown now."""

    refresh = forms.BooleanField(
        required=False,
        initial=True,
        label=_("Keep the filters, the order and the columns that the list has now"),
    )

    def __init__(self, *args, asked=False, **kwargs):
        super().__init__(*args, **kwargs)
        names = ["name"]
        if asked:
            names.append("refresh")
        else:
            del self.fields["refresh"]
        lay_out(self, *names, submit=_("Save"))


class ColumnsForm(forms.Form):
    """Which columns the list shows, besides the name and the file number."""

    columns = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        label=_("Columns"),
        error_messages={"required": _("Choose at least one column.")},
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(each.key, each.heading) for each in columns_to_choose(user)]
        self.fields["columns"].choices = choices
        lay_out(self, "columns", submit=_("Show these columns"))
