"""What makes an organization an evaluation centre, or a body that certifies; and its logo."""

from crispy_forms.layout import Column, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.forms.people import DistrictField
from certification.models import Centre, CertifyingBody
from genesis.lib.forms import IMAGES, DateInput, SafeFormMixin, UploadField, lay_out


class LeftToTheAction:
    """Whether a code is free or days overlap, the action asks, and says it at the field."""

    def validate_unique(self):
        pass

    def validate_constraints(self):
        pass


class CentreForm(LeftToTheAction, SafeFormMixin, forms.ModelForm):
    """The code of a centre, and where it stands."""

    district = DistrictField(label=_("District"))

    class Meta:
        model = Centre
        fields = ["code", "district"]
        help_texts = {"code": _("As it stands on certificates, for example CE-SS-03.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        lay_out(self, "code", "district", submit=_("Save"))


class BodyForm(LeftToTheAction, SafeFormMixin, forms.ModelForm):
    """In which name certificates are issued, and from when until when."""

    class Meta:
        model = CertifyingBody
        fields = [
            *("printed_name", "folio_prefix", "website", "email"),
            *("valid_from", "valid_until"),
        ]
        widgets = {"valid_from": DateInput(), "valid_until": DateInput()}
        help_texts = {
            "folio_prefix": _("One to six capital letters and digits, for example GS."),
            "valid_from": _("Only one body certifies on a day."),
            "valid_until": _("Leave it empty when it has no last day."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = timezone.localdate
        lay_out(
            self,
            "printed_name",
            "folio_prefix",
            Row(Column("website"), Column("email")),
            Row(Column("valid_from"), Column("valid_until")),
            submit=_("Save"),
        )

    def clean_folio_prefix(self):
        return self.cleaned_data["folio_prefix"].upper()


class LogoForm(SafeFormMixin, forms.Form):
    """The picture that certificates are printed with, or that there is none any more."""

    creates = True

    file = UploadField(
        accept=IMAGES,
        label=_("Logo"),
        help_text=_(
            "A picture (JPG, PNG, WebP) of at most 10 MB, on white or without a background. It is"
            " printed at most 3 cm wide and 1 cm high; a wide one is read best."
        ),
        required=False,
    )
    none = forms.BooleanField(label=_("Print no logo any more"), required=False)

    def __init__(self, *args, used, **kwargs):
        super().__init__(*args, **kwargs)
        if not used:
            del self.fields["none"]
            self.fields["file"].required = True
        lay_out(self, "file", *(["none"] if used else []), submit=_("Save"))

    def clean(self):
        answers = super().clean()
        if self.errors:
            return answers
        if bool(answers.get("file")) == bool(answers.get("none")):
            self.add_error("file", _("Choose a picture, or say that there is none any more."))
        answers.pop("none", None)
        return answers
