"""How papers and letters leave: as files, which a browser never runs nor guesses."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse

from relais.core.private_files import JPEG, PDF, PNG
from relais.doctors.models import Letter, Paper
from relais.stays.models import Expense

_ENDINGS: Final = {PDF: "pdf", JPEG: "jpg", PNG: "png"}


def file_answer(paper: Paper, content: bytes) -> HttpResponse:
    """Answer with the file of a paper; its name tells the paper, never the person."""
    answer = HttpResponse(content, content_type=paper.media_type)
    name = f"{paper.code}.{_ENDINGS[paper.media_type]}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def letter_answer(letter: Letter, content: bytes) -> HttpResponse:
    """Answer with a letter that was made; its name tells the document, never the person."""
    return pdf_answer(content, name=letter.kind)


def pdf_answer(content: bytes, *, name: str) -> HttpResponse:
    """Answer with a PDF to save or to read, which no cache keeps."""
    answer = HttpResponse(content, content_type=PDF)
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def receipt_answer(expense: Expense, content: bytes) -> HttpResponse:
    """Answer with the receipt of an expense; its name tells the expense, never the person."""
    answer = HttpResponse(content, content_type=expense.media_type)
    name = f"ticket-{expense.pk}.{_ENDINGS[expense.media_type]}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
