"""Putting two files together value by value, telling them apart, and taking them apart again."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from beneficiaries.choices import Likeness
from beneficiaries.models import MergeRecord, Suspicion
from beneficiaries.rules.merging import KEPT, MERGED
from genesis.lib.forms import SafeFormMixin, lay_out

FILE_NUMBER = re.compile(r"(?i)gs-?([0-9]{4})-?([0-9]{1,6})")


class PointOutForm(SafeFormMixin, forms.Form):
    """Which other file seems to be the same person's."""

    creates = True

    file_number = forms.CharField(
        label=_("File number of the other file"), max_length=14, help_text="GS-2026-00012"
    )
    likeness = forms.ChoiceField(
        label=_("What do you think?"),
        choices=[(each.value, each.label) for each in (Likeness.SAME, Likeness.UNSURE)],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("How do you know?"), max_length=300)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "file_number", "likeness", "reason", submit=_("Tell coordination"))

    def clean_file_number(self):
        found = FILE_NUMBER.fullmatch(self.cleaned_data["file_number"].strip())
        if not found:
            raise forms.ValidationError(_("Write the number as in GS-2026-00012."))
        year, number = found.groups()
        return f"GS-{year}-{int(number):05}"


class MergeForm(SafeFormMixin, forms.Form):
    """Which value stays, where the two files differ; why it is one person."""

    reason = forms.CharField(
        label=_("How do you know that it is one person?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    kept_version = forms.IntegerField(widget=forms.HiddenInput)
    merged_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, kept, merged, differences, cases, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kept_version"].initial = kept.version
        self.fields["merged_version"].initial = merged.version
        sides = [(KEPT, kept.file_number), (MERGED, merged.file_number)]
        self.codes = [each["code"] for each in differences]
        for each in differences:
            self.fields[each["code"]] = forms.ChoiceField(
                label=each["label"], choices=sides, initial=each["proposed"]
            )
        if all(cases):
            self.fields["goes_on"] = forms.ChoiceField(
                label=_("Both have an open case: which goes on?"),
                choices=[
                    (side, f"{number}: {case.get_state_display()}")
                    for (side, number), case in zip(sides, cases, strict=True)
                ],
                initial=KEPT,
                widget=forms.RadioSelect,
                help_text=_("The other ends as merged, with its history."),
            )

    def answers(self):
        answers = self.cleaned_data
        return {
            "versions": (answers["kept_version"], answers["merged_version"]),
            "take": [code for code in self.codes if answers[code] == MERGED],
            "goes_on": answers.get("goes_on", KEPT),
            "reason": answers["reason"],
        }


class TellApartForm(SafeFormMixin, forms.ModelForm):
    """Why two files are of two people."""

    class Meta:
        model = Suspicion
        fields = ("reason",)
        labels = {"reason": _("How do you know that they are two people?")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True


class UndoForm(SafeFormMixin, forms.ModelForm):
    """Why a merge is undone."""

    class Meta:
        model = MergeRecord
        fields = ("undone_reason",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["undone_reason"].required = True
