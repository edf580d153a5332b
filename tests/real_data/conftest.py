"""The public data sets, where the machine has them: `REAL_DATA` names their folder. None of them is part of this project."""

import csv
import gzip
import json
import os
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction

from tests.factories.kpis import vacuum
from tests.real_data.company import Company


class DataSet:
    """One folder: its tables, and the figures that were computed from them elsewhere."""

    def __init__(self, folder):
        self.folder = folder
        self.oracle = json.loads((folder / "oracle.json").read_text(encoding="utf-8"), parse_float=Decimal)

    def table(self, name):
        path = self.folder / name
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8-sig") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="package")
def data_set():
    """Open a data set by its name, or skip."""

    def open_set(name):
        folder = os.environ.get("REAL_DATA")
        if not folder:
            pytest.skip("REAL_DATA is not set: it names the folder of the public data sets")
        if not (Path(folder) / name / "oracle.json").exists():
            pytest.skip(f"the folder that REAL_DATA names has no data set {name}")
        return DataSet(Path(folder) / name)

    return open_set


@pytest.fixture(scope="module")
def founded(django_db_setup, django_db_blocker):
    """A company for all tests of a module, because loading takes long; the end takes everything back."""

    @contextmanager
    def found(data, **settings):
        with django_db_blocker.unblock():
            with transaction.atomic():
                yield Company(data.oracle, **settings)
                transaction.set_rollback(True)
            vacuum()

    return found
