"""JSON endpoints of customers, products, orders, tickets and survey answers."""

from crm.api.endpoints import routes
from customers.api.customers import CUSTOMERS, PRODUCTS
from customers.api.orders import ORDERS

RESOURCES = [CUSTOMERS, PRODUCTS, ORDERS]
urlpatterns = routes(*RESOURCES)
