"""The form that takes spreadsheets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

FILES_AT_MOST = 12
MEGABYTES_AT_MOST = 20
ENDINGS = (".csv", ".xlsx", ".toml", ".zip")


class ManyFiles(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files, each checked as one."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:  # type: ignore[override]
        """Check each file."""
        given = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(one, initial) for one in given]


class ImportForm(forms.Form):
    """Tables to read: CSV files of the plan folder, or one XLSX file with a sheet for each."""

    files = ManyFilesField(
        label="Fichiers",
        help_text="Un fichier XLSX, ou un ou plusieurs fichiers CSV (20 Mo au plus en tout).",
        error_messages={"required": "Choisissez au moins un fichier."},
    )

    def clean_files(self) -> list[UploadedFile]:
        """Keep to the kinds and sizes that the import reads."""
        files: list[UploadedFile] = self.cleaned_data["files"]
        if len(files) > FILES_AT_MOST:
            raise forms.ValidationError(f"Choisissez {FILES_AT_MOST} fichiers au plus.")
        if sum(file.size or 0 for file in files) > MEGABYTES_AT_MOST * 1024 * 1024:
            raise forms.ValidationError(
                f"Ces fichiers dépassent {MEGABYTES_AT_MOST} Mo. Envoyez-les en plusieurs fois."
            )
        for file in files:
            name = file.name or ""
            if not name.lower().endswith(ENDINGS):
                raise forms.ValidationError(
                    f"« {name} » n’est pas un tableau. Enregistrez-le en CSV ou en XLSX."
                )
        return files
