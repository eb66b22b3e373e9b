"""One's own messages: what was said to me, and what I want to receive."""

from __future__ import annotations

from typing import Final

from django.contrib import messages as notices
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from relais.accounts.states import Right
from relais.core.errors import Refusal
from relais.engine.messages import parameter
from relais.journeys.recipients import identities_of, of_user
from relais.outbox import queries, services
from relais.outbox.wording import blocks
from relais.portals.account.forms import ChoicesForm
from relais.portals.gates import PersonRequest, actor, needs

MESSAGES_A_PAGE: Final = 30


@needs(Right.ACCOUNT_OWN)
def inbox(request: PersonRequest) -> HttpResponse:
    """List the messages of the person who signed in."""
    found = queries.inbox(identities_of(request.user))
    page = Paginator(found, MESSAGES_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "account/messages.html", {"page": page, "query": ""})


@needs(Right.ACCOUNT_OWN)
def message(request: PersonRequest, pk: int) -> HttpResponse:
    """Show one of one's own messages; another person's does not exist here."""
    found = queries.inbox(identities_of(request.user)).filter(pk=pk).first()
    if found is None:
        raise Http404
    services.mark_read(found, now=timezone.now())
    page = {"message": found, "blocks": blocks(queries.words_without_secrets(found))}
    return render(request, "account/message.html", page)


@needs(Right.ACCOUNT_OWN)
def choices(request: PersonRequest) -> HttpResponse:
    """Choose what one receives."""
    recipient = of_user(request.user)
    chosen = queries.preferences([recipient.identity]).get(recipient.identity)
    usual: int = parameter("invitations_in_a_month")
    initial: dict[str, object] = {"by_email": True, "by_sms": True, "requests": usual}
    if chosen is not None:
        allowed = chosen.requests_a_month
        initial = {
            "by_email": chosen.by_email,
            "by_sms": chosen.by_sms,
            "requests": usual if allowed is None else allowed,
            "paused_until": chosen.paused_until,
        }
    form = ChoicesForm(request.POST or None, initial=initial, usual=usual)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            services.choose(
                recipient,
                by_email=form.cleaned_data["by_email"],
                by_sms=form.cleaned_data["by_sms"],
                requests_a_month=form.cleaned_data["requests"],
                paused_until=form.cleaned_data["paused_until"],
                by=actor(request),
                now=timezone.now(),
            )
        except Refusal as no:
            refusal = no.sentence
        else:
            notices.success(request, "Vos choix sont enregistrés.")
            return redirect("account_messages_choices")
    page = {
        "form": form,
        "refusal": refusal,
        "recipient": recipient,
        "is_stopped": bool(queries.stopped_numbers([recipient.mobile])),
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "account/messages_choices.html", page, status=status)
