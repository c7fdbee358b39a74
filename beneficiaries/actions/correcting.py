"""What a granted correction lets be written without the consent that it would need (CASE-37)."""

from beneficiaries.models import Person


def is_to_be_corrected(person: Person) -> bool:
    """Whether she asked that her file be corrected, and that was granted and is to be done.

    That she objects to a use of her data corrects nothing, and while her data are
    restricted they are kept as they are.
    """
    return person.restricted_at is None and person.rights_requests.to_be_corrected().exists()
