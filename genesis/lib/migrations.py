"""Migrations that make many tables without reading all models anew for each of them."""

from collections.abc import Iterable
from itertools import groupby

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateModels(Operation):
    """Several CreateModel as one operation.

    After each operation Django makes the classes of all related models anew: for
    a hundred tables that takes a hundred times as long as making them.
    """

    reversible = False

    def __init__(self, operations: list[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.clear_delayed_apps_cache()
        state.__dict__.pop("apps", None)  # made when it is asked for, with all of them
        for each in self.operations:
            each.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for each in self.operations:
            each.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create {len(self.operations)} models"


def together(given: Iterable[Operation]) -> list[Operation]:
    """The same operations, with those CreateModel as one that follow each other."""
    made: list[Operation] = []
    for creates, group in groupby(given, lambda each: isinstance(each, CreateModel)):
        operations = list(group)
        made += [CreateModels(operations)] if creates else operations
    return made
