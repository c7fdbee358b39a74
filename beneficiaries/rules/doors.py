"""What each consent opens, who comes in by it, and what stays when it is taken back (CASE-11)."""

from django.utils.translation import gettext_lazy

from accounts.roles import Permission
from beneficiaries.choices import ConsentPurpose
from beneficiaries.registry import Door
from genesis.lib.sensitivity import D2, D4, D5, D6

DOORS = [
    Door(
        ConsentPurpose.REGISTRATION,
        opens=gettext_lazy("To keep a file and accompany her or him"),
        levels=(D2,),
        stays=gettext_lazy(
            "Her or his file is closed. What was received stays on record as long as the"
            " programme must answer for it, and is then erased."
        ),
    ),
    Door(
        ConsentPurpose.SENSITIVE,
        opens=gettext_lazy("To write down what may put her or him in danger"),
        levels=(D4,),
        stays=gettext_lazy("What was written stays closed to all but who accompanies her or him."),
    ),
    Door(
        ConsentPurpose.PSYCHOSOCIAL,
        opens=gettext_lazy("To keep notes of psychosocial care"),
        levels=(D5,),
        stays=gettext_lazy("Clinical notes stay with the psychologist, as the law asks."),
    ),
    Door(
        ConsentPurpose.LEGAL,
        opens=gettext_lazy("To keep a legal file"),
        levels=(D6,),
        stays=gettext_lazy("The legal file stays with the lawyer, as the law asks."),
    ),
    Door(
        ConsentPurpose.SHARE_EMPLOYER,
        opens=gettext_lazy("To show name, trade and certificates to an employer"),
        outside=gettext_lazy("The employers to whom she or he is proposed"),
        stays=gettext_lazy("What an employer has seen cannot be taken back."),
    ),
    Door(
        ConsentPurpose.SHARE_PARTNER,
        opens=gettext_lazy("To refer her or him to an institution"),
        outside=gettext_lazy("The institution of each referral, only what is ticked for it"),
        stays=gettext_lazy("What an institution has received cannot be taken back."),
    ),
    Door(
        ConsentPurpose.SHARE_DONOR_MICRO,
        opens=gettext_lazy("To give donors data without a name"),
        permissions=(Permission.INDICATOR_EXPORT,),
        outside=gettext_lazy("The donors of the programme"),
        stays=gettext_lazy("Figures that were reported stay as they are, without a name."),
    ),
    Door(
        ConsentPurpose.FOLLOWUP,
        opens=gettext_lazy("To ask later how things go, for up to 14 months"),
        permissions=(Permission.MESSAGE_PREPARE,),
        stays=gettext_lazy("Answers that were given stay on record."),
    ),
    Door(
        ConsentPurpose.IMAGE,
        opens=gettext_lazy("To take a photo or tell her or his story"),
        outside=gettext_lazy("Whoever sees what the programme publishes"),
        levels=(D2,),
        stays=gettext_lazy(
            "Her or his photo is seen no more at once. What was published is taken down where that"
            " is possible."
        ),
    ),
    Door(
        ConsentPurpose.RESEARCH,
        opens=gettext_lazy("To ask for studies and evaluations"),
        outside=gettext_lazy("Who makes the study, without a name"),
        stays=gettext_lazy("Studies that were made stay as they are, without a name."),
    ),
    Door(
        ConsentPurpose.GUARDIAN_MINOR,
        opens=gettext_lazy("To keep data of the children in her or his care"),
        levels=(D2,),
        stays=gettext_lazy("Only the number of children stays, without their names."),
    ),
]
