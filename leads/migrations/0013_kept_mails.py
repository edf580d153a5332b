from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0012_sessions_once"),
    ]

    operations = [
        migrations.AlterField(
            model_name="quotemail",
            name="mail",
            field=models.CharField(
                choices=[
                    ("none", "no e-mail"),
                    ("due", "e-mail to be sent"),
                    ("sending", "e-mail being sent"),
                    ("sent", "e-mail sent"),
                    ("kept", "e-mail kept by the server: none is sent"),
                    ("failed", "e-mail refused"),
                    ("unknown", "e-mail perhaps sent"),
                ],
                default="none",
                max_length=7,
            ),
        ),
    ]
