"""What the documents say of the code is so."""

import re
from pathlib import Path

from accounts.roles import GRANTS, Permission, Role

ROOT = Path(__file__).parents[2]


def permissions_in_the_document():
    text = (ROOT / "docs/architecture.md").read_text().split("<!-- permissions -->")[1]
    header, _line, *rows = [line for line in text.splitlines() if line.startswith("|")]
    roles = re.findall(r"`(\w+)`", header)
    for row in rows:
        permission, *cells = [cell.strip().strip("`") for cell in row.strip("|").split("|")]
        yield from ((role, permission, cell) for role, cell in zip(roles, cells, strict=True))


def test_the_table_of_permissions_is_that_of_the_code():
    documented = {
        (role, permission)
        for role, permission, cell in permissions_in_the_document()
        if cell == "yes"
    }

    assert documented == {
        (role.value, permission.value) for role in Role for permission in GRANTS[role]
    }
    assert {permission for _role, permission, _cell in permissions_in_the_document()} == set(
        Permission.values
    )


def test_every_file_that_the_readme_names_is_there():
    named = re.findall(r"`(docs/[\w./-]+|[A-Z]+\.md)`", (ROOT / "README.md").read_text())

    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_command_that_the_readme_names_is_there():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([\w-]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"make ([a-z][\w-]+)", (ROOT / "README.md").read_text()))

    assert named <= targets


def test_every_component_is_described():
    described = (ROOT / "docs/components.md").read_text()
    pieces = (ROOT / "templates/components").glob("*.html")

    assert [each.name for each in pieces if f"{each.name}`" not in described] == []
