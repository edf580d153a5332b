from campaigns.models.campaign import Campaign
from campaigns.models.channel import Channel, LeadSource, SocialNetwork
from campaigns.models.expense import Expense, ExpenseDay
from campaigns.models.landing_page import LandingPage, Variant
from campaigns.models.session import PageView, Session
from campaigns.models.social_post import SocialPost

__all__ = [
    "Campaign",
    "Channel",
    "Expense",
    "ExpenseDay",
    "LandingPage",
    "LeadSource",
    "PageView",
    "Session",
    "SocialNetwork",
    "SocialPost",
    "Variant",
]
