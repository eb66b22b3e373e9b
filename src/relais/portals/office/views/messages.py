"""Messages: what left and what did not, SMS that came in, the texts and their words."""

from __future__ import annotations

import secrets
from typing import Any, Final

from django.conf import settings
from django.contrib import messages as notices
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from relais.accounts.states import Right
from relais.connectors.sms import plain, segments
from relais.core.errors import Refusal
from relais.journeys import answers
from relais.journeys.trials import send_trial
from relais.outbox import queries, services
from relais.outbox.catalogue import Template, catalogue
from relais.outbox.models import IncomingSms
from relais.outbox.states import RESENDABLE, TROUBLED, Channel, SmsUse
from relais.outbox.wording import blocks, fill
from relais.portals.gates import PersonRequest, actor, needs
from relais.portals.office.forms.messages import LogFilterForm, ResendForm, TextForm

ROWS_A_PAGE: Final = 50


@needs(Right.MESSAGES_READ)
def log(request: PersonRequest) -> HttpResponse:
    """List the messages, the latest first."""
    form = LogFilterForm(request.GET or None)
    found = Paginator(queries.log(**form.wanted()), ROWS_A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    page = {
        "form": form,
        "page": found,
        "query": f"{query.urlencode()}&" if query else "",
        "failed": queries.log(troubled=True).count(),
        "failed_to_patients": queries.count_patient_troubles(),
        "unread": queries.unread_sms().count(),
        "has_sms": bool(settings.SMS_GATEWAY),
        "troubled": TROUBLED,
        "titles": {code: one.title for code, one in catalogue().items()},
    }
    return render(request, "office/messages.html", page)


@needs(Right.MESSAGES_READ)
def message(request: PersonRequest, pk: int) -> HttpResponse:
    """Show one message with its ways and their tries."""
    return _message(request, pk)


@needs(Right.MESSAGES_HANDLE)
@require_POST
def resend(request: PersonRequest, pk: int) -> HttpResponse:
    """Send once more what did not arrive."""
    delivery = get_object_or_404(queries.log(), pk=pk)
    form = ResendForm(request.POST)
    address = form.cleaned_data["address"] if form.is_valid() else ""
    try:
        services.resend(delivery, address=address, by=actor(request), now=timezone.now())
    except Refusal as refusal:
        return _message(request, delivery.message_id, refusal=refusal.sentence)
    notices.success(request, "Le message repart.")
    return redirect("office_message", delivery.message_id)


@needs(Right.MESSAGES_HANDLE)
@require_POST
def settle(request: PersonRequest, pk: int) -> HttpResponse:
    """Note that somebody took care of a message that did not arrive."""
    delivery = get_object_or_404(queries.log(), pk=pk)
    services.settle(delivery, by=actor(request), now=timezone.now())
    notices.success(request, "C’est noté : ce message n’est plus à voir.")
    return redirect("office_message", delivery.message_id)


@needs(Right.MESSAGES_READ)
def sms_list(request: PersonRequest) -> HttpResponse:
    """List the SMS that came in, the latest first."""
    return _sms_list(request)


def _sms_list(request: PersonRequest, *, refusal: str = "") -> HttpResponse:
    found = Paginator(queries.incoming_sms(), ROWS_A_PAGE).get_page(request.GET.get("page"))
    page = {
        "page": found,
        "query": "",
        "refusal": refusal,
        "to_confirm": {one.pk for one in found if answers.to_confirm(one)},
    }
    return render(request, "office/messages_sms.html", page, status=422 if refusal else 200)


@needs(Right.ROTA_EDIT)
@require_POST
def confirm_sms(request: PersonRequest, pk: int) -> HttpResponse:
    """Confirm the yes of an SMS, once somebody knows who sent it."""
    sms = get_object_or_404(IncomingSms.objects.select_related("delivery__message"), pk=pk)
    try:
        outcome = answers.confirm_yes(sms, by=actor(request), now=timezone.now())
    except Refusal as refusal:
        return _sms_list(request, refusal=refusal.sentence)
    notices.success(request, outcome)
    return redirect("office_messages_sms")


@needs(Right.MESSAGES_HANDLE)
@require_POST
def settle_sms(request: PersonRequest, pk: int) -> HttpResponse:
    """Note that somebody read an SMS."""
    sms = get_object_or_404(IncomingSms, pk=pk)
    services.settle_sms(sms, by=actor(request), now=timezone.now())
    notices.success(request, "C’est noté : ce SMS est lu.")
    return redirect("office_messages_sms")


@needs(Right.TEXTS_EDIT)
def texts(request: PersonRequest) -> HttpResponse:
    """List the texts."""
    return render(request, "office/texts.html", {"texts": queries.current_texts().values()})


@needs(Right.TEXTS_EDIT)
def text(request: PersonRequest, code: str) -> HttpResponse:
    """Show a text as people read it; change its words, look at them first, try them."""
    if code not in catalogue():
        raise Http404
    found = queries.current_text(code)
    words = {"subject": found.subject, "text": found.text, "sms": found.sms}
    form = TextForm(request.POST or None, template=found.template, initial=words)
    refusal, act = "", request.POST.get("act", "")
    if request.method == "POST" and form.is_valid():
        words = form.words()
        by, now = actor(request), timezone.now()
        try:
            if act == "save":
                services.rewrite(
                    code,
                    subject=words["subject"],
                    text=words["text"],
                    sms=words["sms"],
                    by=by,
                    now=now,
                )
                notices.success(
                    request, "C’est enregistré. Les prochains messages auront ces mots."
                )
                return redirect("office_text", code)
            services.check(code, **words)
            if act == "trial":
                send_trial(
                    request.user,
                    template=code,
                    key=secrets.token_hex(8),
                    subject=words["subject"],
                    text=words["text"],
                    sms=words["sms"],
                    by=by,
                    now=now,
                )
                notices.success(request, f"Un essai part à {request.user.email}.")
                return redirect("office_text", code)
        except Refusal as no:
            refusal = no.sentence
    page = {
        "text": found,
        "form": form,
        "refusal": refusal,
        "is_changed": request.method == "POST",
        "versions": queries.text_versions(code),
        "preview": _preview(found.template, words),
    }
    return render(request, "office/text.html", page, status=422 if refusal or form.errors else 200)


def _preview(template: Template, words: dict[str, str]) -> dict[str, Any]:
    """Show words with examples in their places, and what an SMS of them costs."""
    examples = template.examples()
    sms = plain(fill(words["sms"], examples)) if template.sms_use != SmsUse.NEVER else ""
    subject = fill(words["subject"], examples)
    return {
        "subject": subject[:1].upper() + subject[1:],
        "blocks": blocks(fill(words["text"], examples)),
        "sms": sms,
        "segments": segments(sms),
        "signs": len(sms),
    }


def _message(request: PersonRequest, pk: int, *, refusal: str = "") -> HttpResponse:
    found = queries.message_with_ways(pk)
    if found is None:
        raise Http404
    page = {
        "message": found,
        "title": catalogue()[found.template].title if found.template in catalogue() else "",
        "blocks": blocks(found.text),
        "refusal": refusal,
        "resendable": RESENDABLE,
        "troubled": TROUBLED,
        "nowhere": Channel.NONE,
    }
    return render(request, "office/message.html", page, status=422 if refusal else 200)
