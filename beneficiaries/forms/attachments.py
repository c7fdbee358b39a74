"""Choosing a file: a paper from the phone's camera, a scan, a photo of the person."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import AttachmentKind
from beneficiaries.models import Attachment
from beneficiaries.models.attachments import ABOUT
from genesis.lib.forms import IMAGES, DateInput, SafeFormMixin, UploadField, lay_out

ABOUT_TITLES = {
    "identity_document": _("Identity document"),
    "consent": _("Consent"),
    "job": _("Work"),
    "trip": _("Return"),
    "case": _("Case"),
}


class FileForm(SafeFormMixin, forms.Form):
    """A file, and of which day it is."""

    creates = True

    file = UploadField(label=_("Photo or PDF"))
    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        required=False,
        help_text=_("Only where the kind does not say enough: “DUI, both sides”."),
    )
    on = forms.DateField(label=_("Day of the paper"), required=False, widget=DateInput())

    def clean_on(self):
        day = self.cleaned_data["on"]
        if day and day > timezone.localdate():
            raise ValidationError(_("This day has not come yet."))
        return day

    def clean(self):
        answers = super().clean()
        if self.errors and "file" not in self.errors:  # a browser sends a file only once
            self.add_error("file", _("Choose the file once more: the rest is kept."))
        return answers

    def answers(self):
        """The answers as the actions take them."""
        return {name: self.cleaned_data[name] for name in ("key", "file", "title", "on")}


class AttachmentForm(FileForm):
    """A paper or photo for somebody's file: what it is, and what it belongs to."""

    kind = forms.ChoiceField(label=_("What is it?"))
    about = forms.ChoiceField(
        label=_("It belongs to"),
        required=False,
        help_text=_("So that it is found where it is needed."),
    )

    def __init__(self, *args, kinds, belongings, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("- Select an option -")), *_with_labels(kinds)]
        self._belongings = {code: record for group in belongings for code, record in group[1]}
        groups = [
            (
                ABOUT_TITLES[name],
                [(code, str(record) or ABOUT_TITLES[name]) for code, record in them],
            )
            for name, them in belongings
            if them
        ]
        self.fields["about"].choices = [("", _("The person")), *groups]
        if self.initial.get("kind") == AttachmentKind.PHOTO:
            self.fields["file"].widget.attrs |= {"accept": IMAGES, "capture": "environment"}
        lay_out(self, "kind", "file", "about", "title", "on", submit=_("Add to the file"))

    def answers(self):
        about = self._belongings.get(self.cleaned_data["about"])
        return super().answers() | {"kind": self.cleaned_data["kind"], "about": about}


class ReplaceForm(FileForm):
    """A newer version of a paper."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "file", "title", "on", submit=_("Replace"))


class AttachmentVoidForm(SafeFormMixin, forms.ModelForm):
    """A file is wrong: why."""

    reason = forms.CharField(label=_("Why?"), max_length=300)

    class Meta:
        model = Attachment
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "reason", submit=_("Void"))


def belongings_of(person):
    """What a paper of a person may belong to, kind by kind, under the codes of the form."""
    rows = {
        "identity_document": person.documents.order_by("pk"),
        "consent": person.consents.filter(granted=True, withdrawn_at=None).order_by("pk"),
        "job": person.jobs.order_by("start_date", "pk"),
        "trip": person.trips.select_related("return_country").order_by("return_date", "pk"),
        "case": person.cases.select_related("person").order_by("episode"),
    }
    return [(name, [(f"{name}-{each.public_id}", each) for each in rows[name]]) for name in ABOUT]


def _with_labels(kinds):
    return [(each.value, each.label) for each in kinds]
