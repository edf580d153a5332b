"""Visits to the site, and posts with what they got back."""

from __future__ import annotations

from django.db.models import F, Q
from django.db.models.functions import Cast, Round

from campaigns.models import Channel, Session, SocialPost
from campaigns.services.touches import ORGANIC
from crm.fields import ExactField
from kpis.definitions import Cube, Dimension, Fold

D = Dimension
SESSIONS = Cube(
    key="sessions",
    code=70,
    rows=Session.objects.counted,
    left_out=Session.objects.left_out,
    day="started_on",
    dimensions={D.CHANNEL: "channel_id", D.SOCIAL_NETWORK: "social_network_id", D.LANDING_PAGE: "landing_page_id"},
    folds={
        "count": Fold(),
        "organic": Fold(Q(channel__slug=ORGANIC)),
        "social": Fold(Q(channel__kind=Channel.Kind.SOCIAL)),
        "views": Fold(amount=F("view_count"), is_money=False),
        "engaged": Fold(Q(is_engaged=True)),
    },
    resource="sessions",
)

INTERACTIONS = F("likes") + F("comments") + F("shares")
# What one post got back, to as many places as its square still fits; of a post that reached nobody nothing can be said.
HAS_REACH = Q(reach__gt=0)
RATE = Round(Cast(INTERACTIONS, ExactField()) / Cast("reach", ExactField()), precision=6, output_field=ExactField())
POSTS = Cube(
    key="posts",
    code=71,
    rows=SocialPost.objects.counted,
    day="posted_on",
    dimensions={D.SOCIAL_NETWORK: "social_network_id", D.CAMPAIGN: "campaign_id", D.CHANNEL: "campaign__channel_id"},
    folds={
        "count": Fold(),
        "interactions": Fold(amount=INTERACTIONS, is_money=False),
        "reach": Fold(amount=F("reach"), is_money=False),
        "reaching": Fold(HAS_REACH),
        "rate": Fold(HAS_REACH, RATE, is_money=False),
        "squared_rate": Fold(HAS_REACH, RATE * RATE, is_money=False),
    },
    resource="social-posts",
)
TRAFFIC_CUBES = (SESSIONS, POSTS)
