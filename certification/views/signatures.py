"""What the candidate signed with her own hand, shown to whoever may read the portfolio."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.actions.history import record_reading
from accounts.choices import ReadKind
from accounts.roles import Permission
from certification import permissions
from certification.models import Signature
from genesis.lib.pages import hand_out
from genesis.lib.policy import allow, require
from genesis.lib.uploads import EXTENSIONS, JPEG


@allow(Permission.ASSESSMENT_VIEW)
@require_safe
def signature_file(request, public_id, signature_id):
    """The drawing, or the photo of the signed paper, as it is kept; each opening is on record."""
    visible = Signature.objects.visible_to(request.user)
    found = get_object_or_404(
        visible.select_related("assessment__person__office"),
        assessment__public_id=public_id,
        public_id=signature_id,
    )
    require(permissions.can_read_portfolio(request.user, found.assessment))
    if not found.file:
        raise Http404
    record_reading(request, people=[found.person_id], kind=ReadKind.FILE)
    name = f"{found.assessment.reference}-F{found.pk}.{EXTENSIONS[JPEG]}"
    return hand_out(found.file, name=name, media_type=JPEG, inline=True)
