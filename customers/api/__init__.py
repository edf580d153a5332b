"""JSON endpoints of customers, products, orders, tickets and survey answers."""

from crm.api.endpoints import routes
from customers.api.customers import CUSTOMERS, PRODUCTS
from customers.api.orders import ORDERS
from customers.api.support import ANSWERS, SURVEYS, TICKETS

RESOURCES = [CUSTOMERS, PRODUCTS, ORDERS, TICKETS, SURVEYS, ANSWERS]
urlpatterns = routes(*RESOURCES)
