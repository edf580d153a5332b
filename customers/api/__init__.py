"""JSON endpoints of customers, products, carts, contracts, tickets and surveys; orders are offered where opportunities are."""

from crm.api.endpoints import routes
from customers.api.carts import CARTS, CONTRACTS
from customers.api.customers import CUSTOMERS, PRODUCTS
from customers.api.support import ANSWERS, INVITATIONS, SKIPS, SURVEYS, TICKETS

RESOURCES = [CUSTOMERS, PRODUCTS, CARTS, CONTRACTS, TICKETS, SURVEYS, INVITATIONS, SKIPS, ANSWERS]
urlpatterns = routes(*RESOURCES)
