"""The one row that writers of the rota lock first."""

from django.db import migrations


def make_the_turn(apps, schema_editor):
    apps.get_model("rota", "RotaTurn").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("rota", "0001_initial")]

    operations = [migrations.RunPython(make_the_turn, migrations.RunPython.noop)]
