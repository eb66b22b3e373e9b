"""The table that all web processes share to count attempts (settings.CACHES)."""

from django.core.management import call_command
from django.db import migrations


def make(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("core", "0002_seals")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
