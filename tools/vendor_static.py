"""Copy the browser files named in package.json into static/, each with its licence.

Needs npm; run it only to take a new version. The copies are committed, so nobody
else needs npm: `python tools/vendor_static.py`, then commit what changed.
"""

import hashlib
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
VENDOR = STATIC / "vendor"
MODULES = ROOT / "node_modules"
SVG = "http://www.w3.org/2000/svg"
# The manifest storage refuses a file that points to a source map we do not ship.
SOURCE_MAP = re.compile(rb"\n?//# sourceMappingURL=\S+\n?")


def main() -> None:
    manifest = json.loads((ROOT / "package.json").read_text())
    subprocess.run(["npm", "ci"], cwd=ROOT, check=True)
    drop_funding_links(ROOT / "package-lock.json")
    shutil.rmtree(VENDOR, ignore_errors=True)
    rows = [
        row
        for folder, entry in sorted(manifest["vendor"].items())
        for row in copy_package(folder, entry["package"], entry["files"])
    ]
    sprite = STATIC / "icons.svg"
    sprite.write_text(build_sprite(manifest["icons"]))
    lucide = package_of("lucide-static")
    rows.append(row_for(sprite, lucide))
    (VENDOR / "VERSIONS.txt").write_text("file\tpackage\tversion\tlicense\tsha256\n" + "".join(rows))


def copy_package(folder: str, name: str, files: list[str]) -> list[str]:
    package = package_of(name)
    target = VENDOR / folder
    target.mkdir(parents=True)
    rows = []
    for file in files:
        content = (MODULES / name / file).read_bytes()
        if file.endswith(".js"):
            content = SOURCE_MAP.sub(b"\n", content)
        copy = target / Path(file).name
        copy.write_bytes(content)
        rows.append(row_for(copy, package))
    return rows


def package_of(name: str) -> dict[str, str]:
    return json.loads((MODULES / name / "package.json").read_text())


def row_for(file: Path, package: dict[str, str]) -> str:
    checksum = hashlib.sha256(file.read_bytes()).hexdigest()
    path = file.relative_to(STATIC).as_posix()
    return "\t".join([path, package["name"], package["version"], package["license"], checksum]) + "\n"


def build_sprite(icons: list[str]) -> str:
    """One SVG with a <symbol> for each icon; the strokes take the colour of the text."""
    symbols = []
    for name in sorted(icons):
        drawing = ET.parse(MODULES / "lucide-static" / "icons" / f"{name}.svg").getroot()  # noqa: S314 -- a pinned package, not a stranger's file
        shapes = "".join(ET.tostring(shape, encoding="unicode").strip() for shape in drawing)
        shapes = shapes.replace(f' xmlns:ns0="{SVG}"', "").replace("ns0:", "")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    return f'<svg xmlns="{SVG}">\n' + "\n".join(symbols) + "\n</svg>\n"


def drop_funding_links(lock: Path) -> None:
    content = json.loads(lock.read_text())
    for package in content["packages"].values():
        package.pop("funding", None)
    lock.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
