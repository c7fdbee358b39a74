"""The yearly archive is asked for: by the clock when a year is over, by anybody before."""

from django.db import transaction
from django.utils import timezone

from certification.models import Archive, Certificate
from genesis.lib.background import FRESH, WorkState, enqueue


@transaction.atomic
def ask_for_archive(year: int) -> Archive:
    """Have the archive of a year made: once when it is over, before that as of now each time."""
    archive, new = Archive.objects.get_or_create(year=year)
    if new:
        _make(archive)
    elif archive.work_state in {WorkState.DONE, WorkState.DEAD} and not archive.is_final:
        sign_archive_again(archive)
    return archive


def ask_for_last_year() -> None:
    """Have the archive of the year that is over made, if anything was issued until then."""
    year = timezone.localdate().year - 1
    if Certificate.objects.exclude(credential="").filter(year__lte=year).exists():
        known = Archive.objects.filter(year=year).first()
        if known is None or (known.is_done and not known.is_final):
            ask_for_archive(year)


def sign_archive_again(archive: Archive) -> None:
    Archive.objects.filter(pk=archive.pk).update(**FRESH)
    _make(archive)


def sign_all_archives() -> None:
    """Have every archive made again: each says which keys are trusted, whichever signed it."""
    for each in Archive.objects.order_by("year"):
        sign_archive_again(each)


def sign_waiting_archives() -> None:
    """Have the archives made that could not be without a key, though tried too often."""
    for each in Archive.objects.exclude(work_state=WorkState.DONE).order_by("year"):
        sign_archive_again(each)


def _make(archive: Archive) -> None:
    enqueue("certification.tasks.make_archive", archive_id=archive.pk)
