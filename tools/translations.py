"""Keep the Persian texts whole: collect msgids (GNU gettext's xgettext), take in new translations, compile.

python tools/translations.py                 collect, report what lacks a translation, compile
python tools/translations.py more.tsv ...    take translations from files of `msgid<TAB>msgstr` lines first
python tools/translations.py --check         change nothing; exit 1 when a text has no Persian, the .po lacks one or has
                                             one that nothing says any more, or the .mo is old
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "crm/locale/fa/LC_MESSAGES/django.po"
COMPILED = CATALOGUE.with_suffix(".mo")
FOLDERS = ("crm", "campaigns", "customers", "leads", "kpis", "templates")


def collect(target: Path) -> None:
    """Run Django's makemessages over the project; it merges with what is translated already."""
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "manage.py", "makemessages", "-l", "fa", "--no-location", "--no-obsolete", "--no-wrap"]
    ignored = [f"--ignore={name}" for name in (".venv", "node_modules", "static", "tests", "var", "benchmarks", "tools")]
    subprocess.run([*command, *ignored], cwd=ROOT, check=True)


def learn(catalogue: polib.POFile, lines: Path) -> None:
    """Fill in translations; a fuzzy guess is no translation."""
    entries = {entry.msgid: entry for entry in catalogue}
    for line in lines.read_text(encoding="utf-8").splitlines():
        msgid, tab, msgstr = (part.replace("\\n", "\n") for part in line.partition("\t"))
        entry = entries.get(msgid)
        if not tab or not msgstr.strip() or entry is None:
            continue
        if entry.msgid_plural:
            entry.msgstr_plural = dict.fromkeys((0, 1), msgstr)
        else:
            entry.msgstr = msgstr
        entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]


def untranslated(catalogue: polib.POFile) -> list[str]:
    return [entry.msgid for entry in catalogue if not entry.obsolete and not entry.translated()]


def check() -> list[str]:
    """What is wrong with both files as they are."""
    kept = CATALOGUE.read_bytes()
    catalogue = polib.pofile(kept.decode())
    try:
        collect(CATALOGUE)
        collected = texts_of(polib.pofile(str(CATALOGUE)))
    finally:
        CATALOGUE.write_bytes(kept)
    compiled = {(e.msgctxt, e.msgid): e.msgstr for e in polib.mofile(str(COMPILED))}
    is_stale = compiled != {(e.msgctxt, e.msgid): e.msgstr for e in catalogue.translated_entries()}
    return [
        *(f"without Persian: {text}" for text in untranslated(catalogue)),
        *(f"not collected: {text}" for text in sorted(collected - texts_of(catalogue))),
        *(f"said nowhere: {text}" for text in sorted(texts_of(catalogue) - collected)),
        *(["the compiled catalogue is old"] if is_stale else []),
    ]


def texts_of(catalogue: polib.POFile) -> set[str]:
    return {entry.msgid for entry in catalogue if not entry.obsolete}


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        wrong = check()
        print(*wrong, sep="\n")
        return int(bool(wrong))
    collect(CATALOGUE)
    catalogue = polib.pofile(str(CATALOGUE), wrapwidth=0)
    for name in arguments:
        learn(catalogue, Path(name))
    catalogue.metadata["Plural-Forms"] = "nplurals=2; plural=(n > 1);"
    catalogue.metadata.pop("POT-Creation-Date", None)
    catalogue.save(str(CATALOGUE))
    catalogue.save_as_mofile(str(COMPILED))
    missing = untranslated(catalogue)
    print(*missing, f"{len(catalogue)} texts, {len(missing)} without Persian", sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
