from customers.models.cart import Cart
from customers.models.contract import Contract
from customers.models.customer import Customer
from customers.models.invitation import Invitation, InvitationSkip
from customers.models.listed import ListedCustomer
from customers.models.merge import CustomerMerge
from customers.models.order import Order, OrderLine, Refund, RefundLine
from customers.models.product import Category, Product
from customers.models.sale_mail import OrderMail
from customers.models.survey import Answer, Survey
from customers.models.ticket import Ticket, TicketEvent

__all__ = [
    "Answer",
    "Cart",
    "Category",
    "Contract",
    "Customer",
    "CustomerMerge",
    "Invitation",
    "InvitationSkip",
    "ListedCustomer",
    "Order",
    "OrderLine",
    "OrderMail",
    "Product",
    "Refund",
    "RefundLine",
    "Survey",
    "Ticket",
    "TicketEvent",
]
