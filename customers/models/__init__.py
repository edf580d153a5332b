from customers.models.customer import Customer
from customers.models.order import Order, OrderLine, Refund, RefundLine
from customers.models.product import Category, Product
from customers.models.survey import Answer, Survey
from customers.models.ticket import Ticket, TicketEvent

__all__ = [
    "Answer",
    "Category",
    "Customer",
    "Order",
    "OrderLine",
    "Product",
    "Refund",
    "RefundLine",
    "Survey",
    "Ticket",
    "TicketEvent",
]
