"""The register of personal data: for each column its class, D1 to D6.

D1 pseudonymous facts, D2 identity and contact, D3 competence, employment and
business, D4 protection, D5 psychosocial, D6 legal; NONE is about no person.
The history keeps the values of D1 to D3 and of NONE, and only the name of any
other column. Each app names its own columns in its `sensitivity.py` and joins
them from its `AppConfig.ready()`; a test fails on a column that is not named.
"""

from collections.abc import Mapping

NONE, D1, D2, D3, D4, D5, D6 = "none", "D1", "D2", "D3", "D4", "D5", "D6"

REGISTER: dict[str, dict[str, str]] = {}


def classes(**columns_of: str) -> dict[str, str]:
    """The class of each column of one model, from the columns under the name of their class.

    Columns that every model has (keys, versions, states, who and when) are named too, so that
    nothing is classified by accident. Raises ValueError for a column that stands twice.
    """
    named = [(column, name) for name, columns in columns_of.items() for column in columns.split()]
    by_column = dict(named)
    if len(by_column) < len(named):
        raise ValueError(f"A column has two classes: {columns_of}")
    return by_column


def register_columns(app: str, models: Mapping[str, dict[str, str]]) -> None:
    """Add the columns of the models of one app. Raises ValueError for a model that is there."""
    for model, columns in models.items():
        label = f"{app}.{model}"
        if label in REGISTER:
            raise ValueError(f"{label} is in the register already")
        REGISTER[label] = columns


def class_of(label: str, column: str) -> str | None:
    return REGISTER.get(label, {}).get(column)


def is_protected(label: str) -> bool:
    """Whether a model holds something of class D4 to D6."""
    return not {D4, D5, D6}.isdisjoint(REGISTER.get(label, {}).values())


def shows_values(label: str, column: str) -> bool:
    """Whether the history may keep the values of a column; of an unknown one it keeps the name."""
    return class_of(label, column) in {NONE, D1, D2, D3}
