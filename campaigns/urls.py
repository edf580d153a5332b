"""Routes of the pages of expenses."""

from django.urls import path

from campaigns.views import expenses, pasting

app_name = "campaigns"
urlpatterns = [
    path("campaigns/expenses/", expenses.ExpenseListView.as_view(), name="expense-list"),
    path("campaigns/expenses/new/", expenses.ExpenseCreateView.as_view(), name="expense-create"),
    path("campaigns/expenses/paste/undo/<str:way>/", pasting.take_back, name="expense-paste-undo"),
    path("campaigns/expenses/paste/", pasting.ExpensePasteView.as_view(), name="expense-paste"),
    path("campaigns/expenses/undo/<str:way>/", expenses.take_back, name="expense-undo"),
    path("campaigns/expenses/<int:pk>/edit/", expenses.ExpenseEditView.as_view(), name="expense-edit"),
    path("campaigns/expenses/<int:pk>/remove/", expenses.remove, name="expense-remove"),
]
