from customers.services.buyers import CustomerIn
from customers.services.orders.inputs import LineIn, OrderIn, RefundIn, RefundLineIn
from customers.services.orders.writing import PARTS, add_refund, stored_orders, try_orders, write_orders

__all__ = [
    "PARTS",
    "CustomerIn",
    "LineIn",
    "OrderIn",
    "RefundIn",
    "RefundLineIn",
    "add_refund",
    "stored_orders",
    "try_orders",
    "write_orders",
]
