"""Routes of the pages of leads and opportunities."""

from django.urls import path

from leads.views import activities, lead_actions, leads, listing, opportunities, orders, today

app_name = "leads"
urlpatterns = [
    path("leads/", leads.LeadListView.as_view(), name="lead-list"),
    path("leads/new/", leads.LeadCreateView.as_view(), name="lead-create"),
    path("leads/duplicates/", leads.LeadDuplicatesView.as_view(), name="lead-duplicates"),
    path("leads/bulk/", listing.bulk, name="lead-bulk"),
    path("leads/bulk/<int:pk>/undo/", listing.undo_bulk, name="lead-bulk-undo"),
    path("leads/views/", listing.save_view, name="view-save"),
    path("leads/views/<int:pk>/remove/", listing.remove_view, name="view-remove"),
    path("leads/<int:pk>/", leads.LeadDetailView.as_view(), name="lead-detail"),
    path("leads/<int:pk>/edit/", leads.LeadEditView.as_view(), name="lead-edit"),
    path("leads/<int:pk>/convert/", leads.LeadConvertView.as_view(), name="lead-convert"),
    path("leads/<int:pk>/merge/", leads.LeadMergeView.as_view(), name="lead-merge"),
    path("leads/<int:pk>/qualify/", lead_actions.qualify, name="lead-qualify"),
    path("leads/<int:pk>/unqualify/", lead_actions.unqualify, name="lead-unqualify"),
    path("leads/<int:pk>/disqualify/", lead_actions.disqualify, name="lead-disqualify"),
    path("leads/<int:pk>/reopen/", lead_actions.reopen, name="lead-reopen"),
    path("leads/<int:pk>/undo-conversion/", lead_actions.undo_conversion, name="lead-undo-conversion"),
    path("leads/<int:pk>/assign/", lead_actions.assign, name="lead-assign"),
    path("leads/<int:pk>/archive/", lead_actions.archive, name="lead-archive"),
    path("leads/<int:pk>/restore/", lead_actions.restore, name="lead-restore"),
    path("leads/<int:pk>/activities/", activities.LeadLogView.as_view(), name="lead-activity"),
    path("today/", today.TodayView.as_view(), name="today"),
    path("leads/<int:pk>/contact/", activities.ContactView.as_view(), name="lead-contact"),
    path("activities/<int:pk>/finish/", today.FinishView.as_view(), name="activity-finish"),
    path("activities/<int:pk>/snooze/", today.SnoozeView.as_view(), name="activity-snooze"),
    path("activities/<int:pk>/move-back/", today.move_back, name="activity-move-back"),
    path("activities/<int:pk>/reopen/", activities.reopen, name="activity-reopen"),
    path("pipeline/", opportunities.OpportunityBoardView.as_view(), name="opportunity-board"),
    path("opportunities/new/", opportunities.OpportunityCreateView.as_view(), name="opportunity-create"),
    path("opportunities/<int:pk>/", opportunities.OpportunityDetailView.as_view(), name="opportunity-detail"),
    path("opportunities/<int:pk>/edit/", opportunities.OpportunityEditView.as_view(), name="opportunity-edit"),
    path("opportunities/<int:pk>/move/", opportunities.OpportunityMoveView.as_view(), name="opportunity-move"),
    path("opportunities/<int:pk>/reopen/", opportunities.reopen, name="opportunity-reopen"),
    path("opportunities/<int:pk>/orders/", orders.link_order, name="opportunity-link-order"),
    path("opportunities/<int:pk>/orders/new/", orders.OpportunityOrderView.as_view(), name="opportunity-order"),
    path("opportunities/<int:pk>/orders/unlink/", orders.unlink_order, name="opportunity-unlink-order"),
    path("opportunities/<int:pk>/plan/", activities.PlanView.as_view(), name="opportunity-plan"),
    path("opportunities/<int:pk>/activities/", activities.OpportunityLogView.as_view(), name="opportunity-activity"),
    path("customers/<int:pk>/opportunities/", orders.CustomerOpportunitiesView.as_view(), name="customer-opportunities"),
    path("orders/<int:pk>/opportunities/", orders.OrderOpportunitiesView.as_view(), name="order-opportunities"),
]
