"""Fetch the static files of others into static/vendor/, with their hashes in vendor.json.

Run by a developer when a version changes, with `npm` at hand; nothing else needs it:
    python scripts/vendor_assets.py
"""

import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
PACKAGES = [
    {
        "name": "bootstrap",
        "version": "5.3.9",
        "licence": "MIT",
        "files": {"dist/css/bootstrap.min.css": "bootstrap.min.css", "LICENSE": "LICENSE"},
    },
]
# The manifest storage refuses a file that names a map which is not there.
SOURCE_MAP = re.compile(rb"\n?(/\*|//)[#@] sourceMappingURL=[^\n]*\n?")


def main():
    records = [fetch(package) for package in PACKAGES]
    listing = json.dumps(records, indent=2, ensure_ascii=False)
    (VENDOR / "vendor.json").write_text(f"{listing}\n")


def fetch(package):
    """Unpack the wanted files of one package, and return its record for vendor.json."""
    name, version = package["name"], package["version"]
    folder = VENDOR / f"{name}-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    hashes = {}
    with tempfile.TemporaryDirectory() as scratch, packed(name, version, scratch) as archive:
        for inside, outside in package["files"].items():
            content = SOURCE_MAP.sub(b"\n", archive.extractfile(f"package/{inside}").read())
            (folder / outside).write_bytes(content)
            hashes[f"{folder.name}/{outside}"] = hashlib.sha256(content).hexdigest()
    return {"name": name, "version": version, "licence": package["licence"], "files": hashes}


def packed(name, version, scratch):
    command = ["npm", "pack", "--silent", f"{name}@{version}", "--pack-destination", scratch]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - fixed words
    (archive,) = Path(scratch).glob("*.tgz")
    return tarfile.open(archive)


if __name__ == "__main__":
    main()
