"""Campaigns: how doctors are told of the proposal."""

from __future__ import annotations

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("doctors", "0002_joining")]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        max_length=40,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9-]{2,40}$",
                                "Des lettres minuscules, des chiffres et des tirets.",
                            )
                        ],
                        verbose_name="code du lien",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="nom")),
                ("channel", models.CharField(max_length=60, verbose_name="canal")),
                ("starts_on", models.DateField(verbose_name="du")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="au")),
                ("text", models.TextField(blank=True, verbose_name="texte")),
                (
                    "contacts",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="médecins touchés"
                    ),
                ),
                (
                    "cost_eur",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=9,
                        null=True,
                        verbose_name="coût (€)",
                    ),
                ),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "campagne",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="doctors_campaign_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cost_eur__isnull", True), ("cost_eur__gte", 0), _connector="OR"
                        ),
                        name="doctors_campaign_cost_positive",
                    ),
                ],
            },
        ),
    ]
