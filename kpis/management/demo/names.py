"""Words the demo company is made of. People and firms are invented; spellings vary as in real address books."""

from __future__ import annotations

from crm.inputs.fields import DEMO_SOURCE

DEMO = DEMO_SOURCE
DOMAIN = "demo.example"
TAG = "نمونه"

FIRST_NAMES = (
    "نگار", "سارا", "مریم", "الهام", "نرگس", "پریسا", "مهسا", "شیوا", "لیلا", "بهاره", "مینا", "زهرا", "فاطمه", "آیدا", "سمیرا",
    "علی", "رضا", "امیر", "حسین", "محمّد", "کاوه", "بهزاد", "پویا", "سینا", "آرش", "فرهاد", "مجتبی", "علی‌اکبر", "محمدرضا", "علي",
)  # fmt: skip
SURNAMES = (
    "رستگار", "نیک‌نام", "پورمهر", "سپهری", "یزدانی", "كاویان", "شریفی", "فرهمند", "آریانپور", "بهروزی", "درخشان", "گلستانی",
    "میرزایی", "صادقی", "روشن‌بین", "تهرانچی", "کیانفر", "دانشور", "نوروزی", "امینی", "حیدری", "مهرآرا", "خردمند", "سلیمانی",
    "زمانی", "افشاری", "طاهری", "قنبري", "بزرگمهر", "راد", "همتی", "ناصری", "پارسا", "شکیبا", "عطایی", "وثوقی",
)  # fmt: skip
TREES = (
    "سپیدار", "نارون", "افرا", "صنوبر", "بلوط", "سرو", "چنار", "زیتون", "ارغوان", "نسترن", "یاسمن", "بنفشه", "اقاقیا", "انار",
    "سنجد", "کاج", "گردو", "بادام", "زعفران", "نیلوفر",
)  # fmt: skip
FIRMS = ("شرکت", "دفتر", "کافهٔ", "هتل", "مجتمع")
REPS = (
    # name, e-mail, team, share of the leads, strength
    ("نگار رستگار", "negar", 0, 30, 1.3),
    ("پویا دانشور", "pouya", 0, 27, 1.05),
    ("الهام شکیبا", "elham", 1, 24, 0.95),
    ("کاوه سپهری", "kaveh", 1, 19, 0.6),
)
TEAMS = ("فروش خرد", "فروش سازمانی")
# Those who do not sell: the first team's manager, who keeps the campaigns, and who answers the requests.
MANAGER = ("مریم یزدانی", "maryam", 0)
MARKETER = ("مهسا کیانفر", "mahsa")
SUPPORT = ("سینا روشن‌بین", "sina")
CHANNELS = (
    # slug, name, kind, is marketing, share of the leads, strength
    ("search", "جست‌وجو", "search", True, 30, 1.1),
    ("social", "شبکهٔ اجتماعی", "social", True, 30, 0.8),
    ("sms", "پیامک", "SMS", True, 12, 0.75),
    ("exhibition", "نمایشگاه", "exhibition", True, 13, 1.35),
    ("store", "فروشگاه", "store", False, 15, 1.2),
)
# Where visits come from beside the channels of the leads; their slugs are those that the rules lead to.
SITE_CHANNELS = (
    # slug, name, kind, is marketing
    ("organic-search", "جست‌وجوی طبیعی", "search", True),
    ("referral", "ارجاع", "referral", True),
    ("direct", "مستقیم", "direct", False),
)
TRAFFIC = (
    # channel, share of the visits
    ("search", 22),
    ("social", 26),
    ("sms", 4),
    ("organic-search", 28),
    ("referral", 8),
    ("direct", 12),
)
PATHS = ("/", "/coffee", "/tea", "/brewing", "/gifts", "/coffee/daily", "/tea/spring", "/about", "/cart")
VARIANTS = (("a", "دکمهٔ سبز"), ("b", "دکمهٔ نارنجی"))
PLANS = (
    # name, million rial a month
    ("اشتراک ماهانهٔ دفتر", 45),
    ("اشتراک ماهانهٔ کافه", 120),
    ("اشتراک ماهانهٔ هتل", 260),
)
SOURCES = (
    ("e-mail", "ایمیل"),
    ("store-visit", "بازدید فروشگاه"),
    ("exhibition", "نمایشگاه"),
    ("sign-up", "ثبت‌نام سایت"),
    ("sms-contest", "مسابقهٔ پیامکی"),
)
SOURCE_OF_CHANNEL = {
    "search": "sign-up",
    "social": "sign-up",
    "sms": "sms-contest",
    "exhibition": "exhibition",
    "store": "store-visit",
}
NETWORKS = (("photos", "شبکهٔ عکس"), ("messenger", "پیام‌رسان"))
SALE = "فروش ویژه"
PAGES = (
    # key, title, months before today that it was published
    ("start", "شروع خرید", 20),
    ("office", "خرید سازمانی", 14),
    ("sale", SALE, 3),
)
# Several run beside one another in most months, so that one can be held against another.
CAMPAIGNS = (
    # name, channel, first month, months, spend in million rial, share of the channel's leads, strength, page, goal
    ("شروع فصل", "search", 0, 9, 1440, 60, 1.0, "start", "leads"),
    ("دوستان ما", "social", 2, 10, 1100, 60, 0.9, "start", "leads"),
    ("نمایشگاه نوشیدنی", "exhibition", 4, 1, 1150, 85, 1.1, "office", "leads"),
    ("مسابقهٔ پیامکی", "sms", 6, 12, 780, 75, 1.2, "start", "leads"),
    ("هدیهٔ یلدا", "social", 7, 1, 340, 70, 1.0, "start", "sales"),
    ("دفترهای تازه", "search", 9, 9, 1530, 60, 1.2, "office", "leads"),
    ("نمایشگاه دوم", "exhibition", 13, 3, 900, 85, 1.3, "office", "leads"),
    (SALE, "social", 15, 3, 960, 80, 0.6, "sale", "leads"),
)
# The exhibition's customers stay long: it loses money at first and earns it back.
LOYAL_CAMPAIGN = "نمایشگاه نوشیدنی"
CATEGORIES = ("قهوه", "چای", "دم‌آوری", "فنجان", "هدیه")
PRODUCTS = (
    # name, category, family, tier, price and cost in thousand rial (no cost: nobody entered it)
    ("قهوهٔ روزانه ۲۵۰ گرم", 0, "قهوه ۲۵۰", 1, 3_200, 1_900),
    ("قهوهٔ ویژه ۲۵۰ گرم", 0, "قهوه ۲۵۰", 2, 4_800, 2_700),
    ("قهوهٔ روزانه ۱ کیلو", 0, "قهوه ۱۰۰۰", 1, 11_500, 7_400),
    ("قهوهٔ ویژه ۱ کیلو", 0, "قهوه ۱۰۰۰", 2, 17_000, 10_200),
    ("چای سیاه ۴۵۰ گرم", 1, "چای", 1, 2_600, 1_500),
    ("چای بهاره ۴۵۰ گرم", 1, "چای", 2, 4_100, 2_200),
    ("دمنوش آرام", 1, "دمنوش", 1, 1_900, 900),
    ("قهوه‌ساز دستی", 2, "قهوه‌ساز", 1, 9_800, 5_900),
    ("قهوه‌ساز برقی", 2, "قهوه‌ساز", 2, 38_000, 25_500),
    ("آسیاب دستی", 2, "آسیاب", 1, 7_400, 4_300),
    ("آسیاب برقی", 2, "آسیاب", 2, 21_000, 13_800),
    ("قوری شیشه‌ای", 2, "قوری", 1, 5_200, 2_700),
    ("فنجان ساده", 3, "فنجان", 1, 1_400, 600),
    ("فنجان دست‌ساز", 3, "فنجان", 2, 3_600, 1_500),
    ("ماگ سفری", 3, "ماگ", 1, 6_300, 3_400),
    ("بستهٔ هدیهٔ کوچک", 4, "هدیه", 1, 8_900, 5_100),
    ("بستهٔ هدیهٔ بزرگ", 4, "هدیه", 2, 16_500, 9_400),
    ("بستهٔ یلدا", 4, "یلدا", 1, 12_800, None),
)
SUBJECTS = ("تأخیر در ارسال", "کالای آسیب‌دیده", "اشتباه در فاکتور", "پرسش دربارهٔ کالا", "درخواست بازگشت", "مشکل پرداخت")
COMMENTS = {
    "good": ("از کیفیت قهوه راضی هستم.", "ارسال سریع بود.", "پشتیبانی عالی بود.", ""),
    "fair": ("خوب بود ولی گران.", "بسته‌بندی می‌تواند بهتر باشد.", ""),
    "bad": ("دیر رسید.", "کسی پاسخ تلفن را نداد.", "کالا با عکس فرق داشت.", ""),
}
DISQUALIFY_REASONS = ("شماره اشتباه است", "علاقه‌مند نیست", "بودجه ندارد", "مشتری ما نیست")
LOSS_REASONS = ("قیمت", "رقیب را انتخاب کرد", "پاسخ نداد", "زمان نامناسب")
