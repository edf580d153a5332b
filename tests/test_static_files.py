"""The browser files: vendored copies are what VERSIONS.txt says, and our own follow the house rules."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
TEMPLATES = ROOT / "templates"
VERSIONS = STATIC / "vendor" / "VERSIONS.txt"
STYLES = sorted((STATIC / "css").glob("*.css"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
PAGES = sorted(TEMPLATES.rglob("*.html"))
PHYSICAL = re.compile(r"(?:^|[\s;{(-])(?:left|right)\b(?!\w)", re.MULTILINE)
ICON_NAME = re.compile(r'icon\.html" with name="([a-z0-9-]+)"')
STATIC_NAME = re.compile(r"{% static '([^']+)' %}")


def vendored() -> list[dict[str, str]]:
    heading, *rows = VERSIONS.read_text().splitlines()
    return [dict(zip(heading.split("\t"), row.split("\t"), strict=True)) for row in rows]


@pytest.mark.parametrize("row", vendored(), ids=lambda row: row["file"])
def test_vendored_file_has_the_recorded_checksum(row: dict[str, str]) -> None:
    content = (STATIC / row["file"]).read_bytes()

    assert hashlib.sha256(content).hexdigest() == row["sha256"]


def test_every_vendored_file_is_recorded() -> None:
    recorded = {row["file"] for row in vendored()}
    present = {file.relative_to(STATIC).as_posix() for file in (STATIC / "vendor").rglob("*") if file.is_file()}

    assert present - {"vendor/VERSIONS.txt"} == recorded - {"icons.svg"}


def test_recorded_versions_are_those_of_the_manifest() -> None:
    manifest = json.loads((ROOT / "package.json").read_text())

    assert {row["package"]: row["version"] for row in vendored()} == manifest["devDependencies"]


def test_every_vendored_package_comes_with_its_licence() -> None:
    folders = [folder for folder in (STATIC / "vendor").iterdir() if folder.is_dir()]

    assert folders
    assert all([*folder.glob("LICENSE*"), *folder.glob("OFL*")] for folder in folders)


def test_lock_file_names_no_address() -> None:
    assert "://" not in (ROOT / "package-lock.json").read_text()


def test_scripts_point_to_no_source_map() -> None:
    # the manifest storage of a real deployment refuses to collect them
    pointing = [file.name for file in STATIC.rglob("*.js") if "sourceMappingURL" in file.read_text()]

    assert pointing == []


def test_icons_named_in_templates_are_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    named = {name for page in PAGES for name in ICON_NAME.findall(page.read_text())}

    assert named
    assert named <= drawn


def test_static_files_named_in_templates_exist() -> None:
    named = {name for page in PAGES for name in STATIC_NAME.findall(page.read_text())}

    assert named
    assert {name for name in named if not finders.find(name)} == set()


@pytest.mark.parametrize("sheet", STYLES, ids=lambda sheet: sheet.name)
def test_style_sheet_uses_logical_properties_only(sheet: Path) -> None:
    rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)

    assert PHYSICAL.findall(rules) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(TEMPLATES).as_posix())
def test_template_has_no_inline_style_or_script(page: Path) -> None:
    text = page.read_text()

    assert re.findall(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)", text) == []


@pytest.mark.parametrize("file", [*STYLES, *SCRIPTS], ids=lambda file: file.name)
def test_our_own_browser_file_stays_short(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 400
