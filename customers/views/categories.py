"""Categories of products, for those who keep the settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from crm.forms.reference import EditNameForm, NameForm
from crm.permissions import may_manage_people
from crm.views.history import HistoryPage
from crm.views.reference import ReferenceCreateView, ReferenceEditView, ReferenceListView, removing_and_restoring
from customers.models import Category
from customers.services import categories as services


class CategoryListView(ReferenceListView):
    model = Category
    route = "customers:category"
    heading = gettext_lazy("Product categories")
    new = gettext_lazy("New category")
    nothing = gettext_lazy("No product categories yet")
    hint = gettext_lazy("What kinds of things you sell. Products make those that they name, too.")
    icon = "tag"


class CategoryCreateView(ReferenceCreateView):
    form_class = NameForm
    model = Category
    route = "customers:category"
    heading = gettext_lazy("New category")
    add = staticmethod(services.add_category)


class CategoryEditView(ReferenceEditView):
    template_name = "customers/category_form.html"
    form_class = EditNameForm
    model = Category
    route = "customers:category"
    edit = staticmethod(services.edit_category)


class CategoryHistoryView(HistoryPage):
    permits = staticmethod(may_manage_people)
    model = Category
    page = "customers:category-edit"


remove, restore = removing_and_restoring(
    Category, "customers:category", remove=services.remove_category, restore=services.restore_category
)
