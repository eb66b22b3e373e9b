"""The forms of tables that come in and go out."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from relais.engine.weeks import monday_of
from relais.journeys.spreadsheets import GivenFile
from relais.portals.days import DayField

FILES_AT_MOST = 12
MEGABYTES_AT_MOST = 20


class _ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class _ManyFilesField(forms.FileField):
    """Several files, each checked as one."""

    widget = _ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given = (data if isinstance(data, list | tuple) else [data]) or [None]
        return [super(_ManyFilesField, self).clean(one, initial) for one in given]


class ImportForm(forms.Form):
    """Tables to read: one XLSX file with a sheet for each, or CSV files."""

    tables = _ManyFilesField(
        label="Fichiers",
        help_text="Un fichier XLSX, ou un ou plusieurs fichiers CSV. 20 Mo au plus en tout.",
        error_messages={
            "required": "Choisissez au moins un fichier.",
            "empty": "Ce fichier est vide. Choisissez-en un autre.",
        },
    )

    def clean_tables(self) -> list[UploadedFile[Any]]:
        """Keep to numbers and sizes that a person waits for."""
        given: list[UploadedFile[Any]] = self.cleaned_data["tables"]
        if len(given) > FILES_AT_MOST:
            raise forms.ValidationError(f"Choisissez {FILES_AT_MOST} fichiers au plus.")
        if sum(one.size or 0 for one in given) > MEGABYTES_AT_MOST * 1024 * 1024:
            raise forms.ValidationError(
                f"Ces fichiers dépassent {MEGABYTES_AT_MOST} Mo. Envoyez-les en plusieurs fois."
            )
        return given

    def files_given(self) -> list[GivenFile]:
        """Give the files as the import reads them."""
        return [GivenFile(one.name or "", one.read()) for one in self.cleaned_data["tables"]]


class AgreeForm(forms.Form):
    """« Importer »: the token of the preview that was read."""

    token = forms.CharField(max_length=80, widget=forms.HiddenInput)


class FolderForm(forms.Form):
    """Which weeks a plan folder holds."""

    first_monday = DayField(
        label="À partir de la semaine du",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Écrivez une date, par exemple 04/01/2027."},
    )
    weeks = forms.IntegerField(label="Nombre de semaines", min_value=1, max_value=52)

    def monday(self) -> date:
        """Give the Monday of the week that was named."""
        return monday_of(self.cleaned_data["first_monday"])


class WorkbookForm(forms.Form):
    """Whether the workbook holds what is personal."""

    with_contacts = forms.BooleanField(required=False)
