from campaigns.models.campaign import Campaign
from campaigns.models.channel import Channel, LeadSource, SocialNetwork
from campaigns.models.expense import Expense, ExpenseDay
from campaigns.models.landing_page import LandingPage

__all__ = ["Campaign", "Channel", "Expense", "ExpenseDay", "LandingPage", "LeadSource", "SocialNetwork"]
