"""A quote's amount equals its lines, whoever writes them."""

from __future__ import annotations

from crm.totals import Total

TOTALS = (
    Total(
        "leads_quote",
        {"amount": "coalesce(sum(p.net_amount), 0)"},
        parts="leads_quoteline",
        key="quote_id",
        function="leads_sum_quotes",
    ),
)
