"""The journal: who did what, on what, why and when."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from relais.accounts.states import Right
from relais.core.audit import journal
from relais.portals.gates import PersonRequest, needs
from relais.portals.office.audit_words import detail_words, phrase
from relais.portals.office.forms.people import JournalForm

ENTRIES_A_PAGE = 50


@needs(Right.AUDIT_READ)
def audit(request: PersonRequest) -> HttpResponse:
    """Show the journal, the latest first."""
    form = JournalForm(request.GET or None)
    entries = Paginator(journal(**form.wanted()), ENTRIES_A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    page = {
        "form": form,
        "page": entries,
        "query": f"{query.urlencode()}&" if query else "",
        "rows": [
            {
                "entry": entry,
                "phrase": phrase(entry.verb),
                "details": detail_words(entry.details),
            }
            for entry in entries
        ],
    }
    return render(request, "office/audit.html", page)
