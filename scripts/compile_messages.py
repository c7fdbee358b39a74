"""Compiles the catalogues in locale/ that have changed; this needs no GNU gettext."""

from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def main():
    for source in LOCALE.glob("*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        polib.pofile(str(source)).save_as_mofile(str(compiled))
        print(f"Compiled {compiled.relative_to(LOCALE.parent)}")


if __name__ == "__main__":
    main()
