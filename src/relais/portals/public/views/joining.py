"""« Je veux bien venir » : three fields, then a link to one's own request."""

from __future__ import annotations

from typing import Final

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables

from relais.accounts import tasks
from relais.accounts.states import Right
from relais.core.actors import Actor
from relais.core.errors import Refusal
from relais.doctors import services as doctors
from relais.doctors.models import Interest
from relais.doctors.queries import contact_of
from relais.doctors.states import BestTime, DoctorStatus
from relais.journeys import joining
from relais.portals.errors import too_many
from relais.portals.gates import actor, needs, source_of
from relais.portals.public.forms import FollowForm, InterestForm, source_in

# How often one network address and one person may write; a link is asked for less often still.
LIMITS: Final = {"interest": "20/h/ip,5/h/key", "interest_link": "30/h/ip,6/h/key"}


@needs(Right.ANYONE)
@never_cache
def interest(request: HttpRequest) -> HttpResponse:
    """Take three fields. Who is known already reads the same words as who is not."""
    form = InterestForm(request.POST or None)
    source = source_in(request.POST.get("source") or request.GET.get("source") or "")
    if request.method == "POST" and form.is_valid():
        known, _ = contact_of(form.cleaned_data["contact"])
        if not ratelimit.consume(
            request, app="relais", action="interest", config=LIMITS, key=known
        ):
            return too_many(request)
        if not form.is_a_program:
            joining.show_interest(
                form.cleaned_data["name"],
                contact=form.cleaned_data["contact"],
                status=DoctorStatus(form.cleaned_data["status"]),
                source=source,
                by=actor(request),
                now=timezone.now(),
            )
        return redirect("public_interest_thanks")
    page = {"form": form, "source": source}
    return render(request, "public/interest.html", page, status=422 if form.errors else 200)


@needs(Right.ANYONE)
def thanks(request: HttpRequest) -> HttpResponse:
    """Say what happens next."""
    return render(request, "public/interest_thanks.html")


@needs(Right.ANYONE)
@never_cache
@sensitive_variables("token")
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Show somebody her own request: when to call, another link, or « ne m’appelez plus »."""
    found = joining.follow(token)
    if found is None:
        return _answer(request, "public/interest_gone.html", {}, status=404)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act in {"again", "enter"}:
        return _send(request, found.interest, token=token, enters=act == "enter")
    if found.is_expired:
        return _answer(request, "public/interest_expired.html", {"interest": found.interest})
    return _own(request, found.interest, token=token, act=act)


def _own(request: HttpRequest, interest: Interest, *, token: str, act: str) -> HttpResponse:
    known = {name: getattr(interest, name) for name in ("email", "phone", "best_time")}
    form = FollowForm(request.POST if act == "save" else None, initial=known)
    refusal = ""
    try:
        if act == "withdraw":
            doctors.withdraw_interest(interest, by=_who(request, interest), now=timezone.now())
            messages.success(request, "C’est fait : votre nom et vos coordonnées sont effacés.")
            return redirect("public_home")
        if act == "save" and form.is_valid():
            doctors.complete_interest(
                interest,
                email=form.cleaned_data["email"],
                phone=form.cleaned_data["phone"],
                best_time=BestTime(form.cleaned_data["best_time"]),
                by=_who(request, interest),
                now=timezone.now(),
            )
            messages.success(request, "C’est noté, merci.")
            return redirect("public_interest_follow", token)
    except Refusal as no:
        refusal = no.sentence
    page = {
        "interest": interest,
        "form": form,
        "refusal": refusal,
        "is_doctor": interest.doctor is not None and interest.doctor.left_on is None,
    }
    status = 422 if refusal or form.errors else 200
    return _answer(request, "public/interest_follow.html", page, status=status)


def _send(request: HttpRequest, interest: Interest, *, token: str, enters: bool) -> HttpResponse:
    if not ratelimit.consume(
        request, app="relais", action="interest_link", config=LIMITS, key=str(interest.pk)
    ):
        return too_many(request)
    user = interest.doctor.user if interest.doctor is not None else None
    if enters and user is not None:
        path = reverse("account_enter", args=[tasks.TOKEN_PLACE])
        address = request.build_absolute_uri(path)
        wanted = urlencode({"next": reverse("doctor_papers")})
        tasks.mail_sign_in_link.enqueue(user.email, f"{address}?{wanted}", source_of(request))
        return redirect("account_link_sent")
    joining.send_link(interest, by=_who(request, interest), now=timezone.now())
    return redirect("public_interest_thanks")


def _answer(
    request: HttpRequest, template: str, page: dict[str, object], *, status: int = 200
) -> HttpResponse:
    """Answer with a page of a link: its address stays with the person."""
    answer = render(request, template, page, status=status)
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _who(request: HttpRequest, interest: Interest) -> Actor:
    return Actor(
        key=f"interest:{interest.pk}", label="la personne elle-même", source=source_of(request)
    )
