"""Routes of the pages of customers and orders."""

from django.urls import path

from customers.views import (
    contracts,
    customers,
    duplicates,
    history,
    merging,
    order_actions,
    order_list,
    orders,
    surveys,
    tickets,
)

app_name = "customers"
urlpatterns = [
    path("customers/", customers.CustomerListView.as_view(), name="customer-list"),
    path("customers/new/", customers.CustomerCreateView.as_view(), name="customer-create"),
    path("customers/options/", customers.CustomerOptionsView.as_view(), name="customer-options"),
    path("customers/duplicates/", duplicates.CustomerDuplicatesView.as_view(), name="customer-duplicates"),
    path("customers/<int:pk>/", customers.CustomerDetailView.as_view(), name="customer-detail"),
    path("customers/<int:pk>/history/", history.CustomerHistoryView.as_view(), name="customer-history"),
    path("customers/<int:pk>/edit/", customers.CustomerEditView.as_view(), name="customer-edit"),
    path("customers/<int:pk>/archive/", customers.archive, name="customer-archive"),
    path("customers/<int:pk>/restore/", customers.restore, name="customer-restore"),
    path("customers/<int:pk>/merge/", merging.CustomerMergeView.as_view(), name="customer-merge"),
    path("customers/<int:pk>/unmerge/", merging.unmerge, name="customer-unmerge"),
    path("customers/<int:pk>/orders/new/", orders.CustomerOrderView.as_view(), name="customer-order"),
    path("customers/<int:pk>/contracts/new/", contracts.ContractCreateView.as_view(), name="contract-create"),
    path("customers/<int:pk>/contracts/undo/<str:way>/", contracts.take_back, name="contract-undo"),
    path("contracts/<int:pk>/history/", history.ContractHistoryView.as_view(), name="contract-history"),
    path("contracts/<int:pk>/edit/", contracts.ContractEditView.as_view(), name="contract-edit"),
    path("contracts/<int:pk>/end/", contracts.ContractEndView.as_view(), name="contract-end"),
    path("contracts/<int:pk>/remove/", contracts.remove, name="contract-remove"),
    path("orders/", order_list.OrderListView.as_view(), name="order-list"),
    path("orders/new/", orders.OrderCreateView.as_view(), name="order-create"),
    path("orders/<int:pk>/", orders.OrderDetailView.as_view(), name="order-detail"),
    path("orders/<int:pk>/history/", history.OrderHistoryView.as_view(), name="order-history"),
    path("orders/<int:pk>/edit/", orders.OrderEditView.as_view(), name="order-edit"),
    path("orders/<int:pk>/status/", order_actions.set_status, name="order-status"),
    path("orders/<int:pk>/refund/", orders.OrderRefundView.as_view(), name="order-refund"),
    path("refunds/<int:pk>/take-back/", order_actions.take_back, name="refund-take-back"),
    path("surveys/", surveys.SurveyListView.as_view(), name="survey-list"),
    path("surveys/<int:pk>/", surveys.SurveyDetailView.as_view(), name="survey-detail"),
    path("tickets/", tickets.TicketListView.as_view(), name="ticket-list"),
    path("tickets/new/", tickets.TicketCreateView.as_view(), name="ticket-create"),
    path("tickets/<int:pk>/history/", history.TicketHistoryView.as_view(), name="ticket-history"),
    path("tickets/<int:pk>/<str:kind>/", tickets.note, name="ticket-note"),
    path("tickets/events/<int:pk>/undo/", tickets.undo, name="ticket-undo"),
    path("products/options/", orders.ProductOptionsView.as_view(), name="product-options"),
]
