"""The tables of a campaign's page as files: where the page shows the latest rows, a file has all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from campaigns.exports import table_of_expenses
from campaigns.models import Campaign, Expense, SocialPost
from crm.exports import KINDS, Table
from crm.models import User
from crm.pages import query_with
from crm.permissions import may_see_costs, may_see_traffic, may_sell
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_moment
from kpis.definitions import Dimension
from kpis.readings.campaign_weeks import days_of
from kpis.readings.pages import Choice, Landings
from kpis.views.pages import table_of_landings
from leads.exports import table_of_leads
from leads.models import Lead

CHUNK = 2000
# Whom a table is shown to, beside those who see the page.
TABLES: dict[str, Callable[[User], bool]] = {
    "landings": may_see_traffic,
    "leads": may_sell,
    "expenses": may_see_costs,
    "posts": may_see_traffic,
}


def files_of(query: QueryDict) -> dict[str, dict[str, str]]:
    """The addresses of all tables by the kinds of their files."""
    return {name: {kind: query_with(query, export=kind, table=name, rows=None, after=None) for kind in KINDS} for name in TABLES}


def table_of(name: str, campaign: Campaign, user: User, prefs: Preferences, today: date) -> Table:
    if name not in TABLES or not TABLES[name](user):
        raise BadRequest("table")
    match name:
        case "landings":
            days = days_of(campaign, today)
            if days is None:
                raise BadRequest("table")
            landings = Landings(Choice(*days, user, {Dimension.CAMPAIGN: campaign.pk}))
            return table_of_landings(landings, f"{campaign}-" + _("Landing pages"))
        case "leads":
            leads = table_of_leads(Lead.objects.visible_to(user).listed().filter(campaign=campaign), prefs)
            return Table(f"{campaign}-{leads.name}", leads.header, leads.rows)
        case "expenses":
            rows = Expense.objects.visible_to(user).filter(campaign=campaign)
            return table_of_expenses(rows, prefs, f"{campaign}-" + _("expenses"))
    return table_of_posts(SocialPost.objects.visible_to(user).filter(campaign=campaign), campaign, prefs)


def table_of_posts(posts: QuerySet[SocialPost], campaign: Campaign, prefs: Preferences) -> Table:
    counts = [_("Reach"), _("Impressions"), _("Likes"), _("Comments"), _("Shares"), _("Likes, comments, shares")]
    header = [_("Post"), _("Social network"), _("Day"), _("Day (ISO)"), *counts]
    return Table(f"{campaign}-" + _("posts"), header, post_cells(posts, prefs))


def post_cells(posts: QuerySet[SocialPost], prefs: Preferences) -> Iterator[list[object]]:
    rows = posts.select_related("social_network").order_by("-posted_at", "-pk")
    for post in rows.iterator(chunk_size=CHUNK):
        posted = [format_moment(post.posted_at, prefs, "short"), post.posted_at.astimezone(prefs.zone)]
        counts = [post.reach, post.impressions, post.likes, post.comments, post.shares, post.interactions]
        yield [str(post), post.social_network, *posted, *counts]
