"""JSON endpoints of customers, products, orders, carts, contracts, tickets and surveys."""

from crm.api.endpoints import routes
from customers.api.carts import CARTS, CONTRACTS
from customers.api.customers import CUSTOMERS, PRODUCTS
from customers.api.orders import ORDERS
from customers.api.support import ANSWERS, INVITATIONS, SKIPS, SURVEYS, TICKETS

RESOURCES = [CUSTOMERS, PRODUCTS, ORDERS, CARTS, CONTRACTS, TICKETS, SURVEYS, INVITATIONS, SKIPS, ANSWERS]
urlpatterns = routes(*RESOURCES)
