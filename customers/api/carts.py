"""Carts and contracts."""

from __future__ import annotations

from crm.api.output import Output
from crm.api.resource import Resource, equals, moment, refers
from crm.permissions import may_keep_reference_data
from customers.models import Cart, Contract
from customers.services.carts import CartIn, write_carts
from customers.services.contracts import ContractIn, write_contracts

CARTS = Resource(
    name="carts",
    model=Cart,
    struct=CartIn,
    write=write_carts,
    may_write=may_keep_reference_data,
    output=Output(Cart, ["visitor", "customer", "channel", "completed_at", "order", "amount"]),
    filters={
        "visitor": equals("visitor"),
        "customer": refers("customer"),
        "channel": refers("channel", "slug"),
        "order": refers("order"),
        "completed_from": moment("completed_from", "completed_at__gte"),
        "completed_before": moment("completed_before", "completed_at__lt"),
    },
)
CONTRACTS = Resource(
    name="contracts",
    model=Contract,
    struct=ContractIn,
    write=write_contracts,
    required=("customer", "starts_on"),
    output=Output(Contract, ["customer", "plan", "starts_on", "ends_on", "monthly_amount", "is_trial"]),
    filters={"customer": refers("customer"), "plan": equals("plan")},
)
