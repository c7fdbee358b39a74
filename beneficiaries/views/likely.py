"""The files that look like the one at hand: what is asked, and what was said (CASE-1)."""

import uuid

from beneficiaries.choices import Likeness
from beneficiaries.models import Suspicion
from genesis.lib.textclean import UnreadableText, clean_text

LONGEST_REASON = Suspicion._meta.get_field("reason").max_length
LIKENESSES = [Likeness.SAME, Likeness.DIFFERENT, Likeness.UNSURE]
TO_REGISTER = {Likeness.DIFFERENT, Likeness.UNSURE}  # who is the same is not registered again


def decisions_of(data, *, said=TO_REGISTER):
    """What was said of each file that looks alike: «parecido-<id>», and why."""
    decisions = {}
    for name, likeness in data.items():
        identifier = name.removeprefix("parecido-")
        if name != identifier and likeness in said:
            try:
                reason = clean_text(data.get(f"razon-{identifier}", ""), max_length=LONGEST_REASON)
                of = uuid.UUID(identifier)
            except (UnreadableText, ValueError):
                continue  # not decided: the page asks again
            if reason or likeness != Likeness.DIFFERENT:
                decisions[of] = (likeness, reason)
    return decisions


def with_answers(likely, said, data):
    """The files that look alike, each with what is said of it now, or was before."""
    lines = []
    for person in likely:
        of = str(person.public_id)
        answer, reason = said.get(of, ("", ""))
        answer = data.get(f"parecido-{of}", answer)
        reason = data.get(f"razon-{of}", reason)
        lines.append({"person": person, "answer": answer, "reason": reason})
    return lines


def all_said(data):
    """The same for a file that is there already: that both are one person may be said too."""
    return decisions_of(data, said=set(LIKENESSES))
