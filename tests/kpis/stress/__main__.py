"""A stress run of its own.

    python -m tests.kpis.stress DATABASE_URL [--seconds 60] [--writers 3] [--workers 2] [--kill-every 1] [--mutant NAME]

Prints what happened as JSON. The database is a company with a past (tests/factories/kpis.py), and is worn out afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import sys


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database_url")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--writers", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kill-every", type=float, default=1)
    parser.add_argument("--rush", dest="is_rush", action="store_true", help="everybody writes to the same few days")
    parser.add_argument("--pause", type=float, default=0.1, help="up to so many seconds between a worker's fold and its commit")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutant", default="")
    facts = vars(parser.parse_args())
    os.environ["DATABASE_URL"] = facts.pop("database_url")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    import django  # noqa: PLC0415  the environment above must exist first

    django.setup()
    import pytest  # noqa: PLC0415

    from tests.kpis.mutants import MUTANTS  # noqa: PLC0415  the same
    from tests.kpis.stress.run import run  # noqa: PLC0415

    if facts["mutant"]:
        MUTANTS[facts["mutant"]](pytest.MonkeyPatch())
    outcome = run(**facts)
    json.dump(vars(outcome) | {"audits": vars(outcome.audits)}, sys.stdout, indent=1)


main()
