"""Routes of the pages of expenses, channels, lead sources and social networks."""

from django.urls import path

from campaigns.views import expenses, pasting, reference

app_name = "campaigns"
urlpatterns = [
    path("campaigns/expenses/", expenses.ExpenseListView.as_view(), name="expense-list"),
    path("campaigns/expenses/new/", expenses.ExpenseCreateView.as_view(), name="expense-create"),
    path("campaigns/expenses/paste/undo/<str:way>/", pasting.take_back, name="expense-paste-undo"),
    path("campaigns/expenses/paste/", pasting.ExpensePasteView.as_view(), name="expense-paste"),
    path("campaigns/expenses/undo/<str:way>/", expenses.take_back, name="expense-undo"),
    path("campaigns/expenses/<int:pk>/edit/", expenses.ExpenseEditView.as_view(), name="expense-edit"),
    path("campaigns/expenses/<int:pk>/remove/", expenses.remove, name="expense-remove"),
    path("settings/channels/", reference.ChannelListView.as_view(), name="channel-list"),
    path("settings/channels/new/", reference.ChannelCreateView.as_view(), name="channel-create"),
    path("settings/channels/<int:pk>/", reference.ChannelEditView.as_view(), name="channel-edit"),
    path("settings/channels/<int:pk>/history/", reference.ChannelHistoryView.as_view(), name="channel-history"),
    path("settings/channels/<int:pk>/remove/", reference.remove_channel, name="channel-remove"),
    path("settings/channels/restore/<str:way>/", reference.restore_channel, name="channel-restore"),
    path("settings/lead-sources/", reference.LeadSourceListView.as_view(), name="lead-source-list"),
    path("settings/lead-sources/new/", reference.LeadSourceCreateView.as_view(), name="lead-source-create"),
    path("settings/lead-sources/<int:pk>/", reference.LeadSourceEditView.as_view(), name="lead-source-edit"),
    path("settings/lead-sources/<int:pk>/history/", reference.LeadSourceHistoryView.as_view(), name="lead-source-history"),
    path("settings/lead-sources/<int:pk>/remove/", reference.remove_lead_source, name="lead-source-remove"),
    path("settings/lead-sources/restore/<str:way>/", reference.restore_lead_source, name="lead-source-restore"),
    path("settings/social-networks/", reference.SocialNetworkListView.as_view(), name="social-network-list"),
    path("settings/social-networks/new/", reference.SocialNetworkCreateView.as_view(), name="social-network-create"),
    path("settings/social-networks/<int:pk>/", reference.SocialNetworkEditView.as_view(), name="social-network-edit"),
    path(
        "settings/social-networks/<int:pk>/history/", reference.SocialNetworkHistoryView.as_view(), name="social-network-history"
    ),
    path("settings/social-networks/<int:pk>/remove/", reference.remove_social_network, name="social-network-remove"),
    path("settings/social-networks/restore/<str:way>/", reference.restore_social_network, name="social-network-restore"),
]
