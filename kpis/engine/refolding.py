"""What a migration runs after which cubes fold otherwise, or facts hold something else: all of it is folded from nothing.

It knows by itself what stays: whoever adds a cube need not think of the migrations that came before or will come.
"""

from __future__ import annotations

from kpis.calendars import FIRST_DAY, LAST_DAY
from kpis.catalogue.measures import DAY_CUBES
from kpis.engine.percentiles import SPREADS
from kpis.tracking import insertion

# Where nothing is stored yet, as in a new installation, nothing is marked.
IS_USED = "EXISTS (SELECT 1 FROM kpis_rollup)"
# The last is folded from the others, and so forgotten with them.
FACTS = (
    "kpis_funnelfact",
    "kpis_landingday",
    "kpis_customerfact",
    "kpis_customerday",
    "kpis_customercontact",
    "kpis_customerspan",
    "kpis_newcomerday",
    "kpis_leadfact",
    "kpis_ordercategory",
    "kpis_cohortcell",
    "kpis_lifetime",
    "kpis_tenure",
    "kpis_tenureevening",
)
# An earlier migration finds fewer tables.
FORGET_FACTS = """
    DO $$
    DECLARE fact text;
    BEGIN
        IF to_regclass('kpis_dirtylead') IS NOT NULL THEN
            INSERT INTO kpis_dirtylead (lead_id) SELECT id FROM leads_lead WHERE {is_used};
        END IF;
        IF to_regclass('kpis_dirtyvisitor') IS NOT NULL THEN
            INSERT INTO kpis_dirtyvisitor (visitor) SELECT DISTINCT visitor FROM kpis_landingday;
        END IF;
        IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'kpis_dirtycustomer'::regclass AND attname = 'part') THEN
            INSERT INTO kpis_dirtycustomer (customer_id, part) SELECT id, 1 FROM customers_customer WHERE {is_used};
        END IF;
        DELETE FROM kpis_rollup WHERE cube <> ALL (ARRAY[{kept}]);
        IF to_regclass('kpis_cross') IS NOT NULL THEN
            DELETE FROM kpis_cross WHERE cube <> ALL (ARRAY[{kept}]);
        END IF;
        FOREACH fact IN ARRAY ARRAY[{facts}] LOOP
            IF to_regclass(fact) IS NOT NULL THEN
                EXECUTE 'TRUNCATE ' || fact;
            END IF;
        END LOOP;
    END $$;
"""


def all_days() -> str:
    return f"SELECT DATE '{FIRST_DAY}', DATE '{LAST_DAY}' WHERE {IS_USED}"


def refold_sql() -> str:
    """Marks all days of the cubes that store days, and all customers, leads and visitors."""
    return insertion(all_days(), DAY_CUBES) + refold_facts_sql()


def refold_facts_sql() -> str:
    """Marks all customers, leads and visitors: their facts begin from nothing, with all sums but those that come from days: of
    the cubes that store days, and the percentiles that are kept with them.

    What the old folds added could not be taken back by the new ones.
    """
    # For one part as an earlier migration finds the table; the other follows where there is one.
    customers = f"INSERT INTO kpis_dirtycustomer (customer_id) SELECT id FROM customers_customer WHERE {IS_USED};"
    kept, facts = ", ".join(str(cube.code) for cube in (*DAY_CUBES, *SPREADS.values())), ", ".join(f"'{fact}'" for fact in FACTS)
    return customers + FORGET_FACTS.format(kept=kept, facts=facts, is_used=IS_USED)
