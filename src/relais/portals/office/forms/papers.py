"""What the team says of a paper."""

from __future__ import annotations

from django import forms


class AcceptForm(forms.Form):
    """Until when a paper is worth something; empty for one that does not expire."""

    expires_on = forms.DateField(required=False)


class AskAgainForm(forms.Form):
    """Why a paper is asked again."""

    reason = forms.CharField(max_length=300)
