from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0014_sample_jobs"),
    ]

    operations = [
        migrations.AlterField(
            model_name="alert",
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
        migrations.AlterField(
            model_name="delivery",
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
