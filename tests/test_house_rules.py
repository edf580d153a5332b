"""The rules of the house that a machine can check."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.utils import translation

from kpis.catalogue import CATALOGUE

ROOT = Path(__file__).resolve().parent.parent
APPS = ("crm", "campaigns", "customers", "leads", "kpis")
SOURCES = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LONGEST_FILE, LONGEST_FUNCTION = 400, 40


def named(path):
    return str(path.relative_to(ROOT))


def functions(path):
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_relations_point_downwards():
    """A table points only to tables of its own app or of one beneath it."""
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in APPS
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model and field.related_model._meta.app_label in APPS
        if APPS.index(field.related_model._meta.app_label) > APPS.index(model._meta.app_label)
    ]

    assert wrong == []


def test_imports_point_downwards():
    wrong = []
    for path in SOURCES:
        app = path.relative_to(ROOT).parts[0]
        nodes = ast.walk(ast.parse(path.read_text()))
        modules = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
        above = APPS[APPS.index(app) + 1 :]
        wrong += [f"{named(path)}: {module}" for module in modules if module.split(".")[0] in above]

    assert wrong == []


def test_files_are_short():
    long = {named(path): len(path.read_text().splitlines()) for path in SOURCES}

    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


def test_functions_are_short():
    long = {
        f"{named(path)}:{function.name}": function.end_lineno - function.lineno + 1
        for path in SOURCES
        for function in functions(path)
    }

    assert {name: lines for name, lines in long.items() if lines > LONGEST_FUNCTION} == {}


def test_no_module_is_a_drawer():
    assert [named(path) for path in SOURCES if path.stem in {"utils", "util", "helpers", "common", "misc"}] == []


def test_nothing_is_done_by_signals():
    pattern = re.compile(r"django\.(db\.models|core|dispatch)[\w.]* import .*\b(signals|receiver|(pre|post)_(save|delete))\b")

    assert [named(path) for path in SOURCES if pattern.search(path.read_text()) or path.stem == "signals"] == []


def test_gettext_finds_every_text():
    """It does not look into f-strings."""
    names = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
    hidden = [
        f"{named(path)}:{call.lineno}"
        for path in SOURCES
        for text in ast.walk(ast.parse(path.read_text()))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in names
    ]

    assert hidden == []


def test_every_signature_is_typed():
    missing = [
        f"{named(path)}:{function.name}"
        for path in SOURCES
        for function in functions(path)
        if function.returns is None
        or [
            a.arg
            for a in (*function.args.args, *function.args.kwonlyargs)
            if a.annotation is None and a.arg not in ("self", "cls")
        ]
    ]

    assert missing == []


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_templates_carry_no_style_and_no_script(path):
    text = path.read_text()

    assert re.findall(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", text) == []
    scripts = re.findall(r"<script\b([^>]*)>(.*?)</script>", text, re.DOTALL)
    assert [attributes for attributes, body in scripts if body.strip() and "application/json" not in attributes] == []


@pytest.mark.parametrize("key", CATALOGUE)
def test_every_kpi_has_a_worked_example(key):
    chapters = sorted((ROOT / "tests/kpis/catalogue").glob("test_*.py"))
    examples = "".join(chapter.read_text() for chapter in chapters)

    assert re.search(rf'\b(card|parts)\("{key}"', examples)


@pytest.mark.parametrize("key", CATALOGUE)
def test_every_kpi_speaks_persian(key):
    kpi = CATALOGUE[key]
    english = {}
    for language in ("en", "fa"):
        with translation.override(language):
            english[language] = [str(kpi.name), str(kpi.formula), str(kpi.why)]

    same = [text for text, persian in zip(english["en"], english["fa"], strict=True) if text == persian]
    assert same == []
    assert all(re.search(r"[\u0600-\u06FF]", text) for text in english["fa"])
