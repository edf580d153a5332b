"""The engine's commands as they are typed."""

from io import StringIO

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_the_comparison_runs_once_and_says_of_what():
    said = StringIO()

    # with the system checks, as on a command line: they are another thing
    call_command("refresh_kpis", "--check", stdout=said, skip_checks=False)

    assert said.getvalue() == "No difference between the stored figures and a full recompute.\n"
