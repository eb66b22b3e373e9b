"""What is asked after a mission, and of who pays the expenses."""

from __future__ import annotations

from django import forms

from relais.stays.states import Again, ExpenseKind, Pleased


class FeedbackForm(forms.Form):
    """Four questions and a few words."""

    welcome = forms.ChoiceField(label="L’accueil", choices=Pleased, widget=forms.RadioSelect)
    work = forms.ChoiceField(
        label="Le travail au centre", choices=Pleased, widget=forms.RadioSelect
    )
    house = forms.ChoiceField(
        label="La maison et la voiture", choices=Pleased, widget=forms.RadioSelect
    )
    again = forms.ChoiceField(label="Reviendriez-vous ?", choices=Again, widget=forms.RadioSelect)
    words = forms.CharField(
        label="Quelques mots, si vous voulez",
        required=False,
        max_length=600,
        help_text="L’équipe de planification, la direction et les pionniers les lisent.",
        widget=forms.Textarea({"rows": 3}),
    )


class ExpenseForm(forms.Form):
    """One expense: what, when, how much or how many kilometres, its receipt."""

    kind = forms.ChoiceField(label="Nature", choices=ExpenseKind)
    spent_on = forms.DateField(
        label="Le", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    amount_eur = forms.DecimalField(
        label="Montant (€)",
        required=False,
        min_value=0,
        max_digits=7,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput({"inputmode": "decimal"}),
        help_text="Vide pour des kilomètres : le montant se calcule.",
    )
    km = forms.IntegerField(
        label="Kilomètres avec votre voiture", required=False, min_value=1, max_value=9999
    )
    receipt = forms.FileField(
        label="Photo ou PDF du ticket",
        required=False,
        widget=forms.ClearableFileInput({"accept": "image/jpeg,image/png,application/pdf"}),
    )


class AccountForm(forms.Form):
    """Where to pay."""

    holder = forms.CharField(label="Titulaire du compte", max_length=70)
    iban = forms.CharField(
        label="IBAN", max_length=42, widget=forms.TextInput({"autocomplete": "off"})
    )
    bic = forms.CharField(label="BIC, si vous le connaissez", required=False, max_length=11)


class ReasonForm(forms.Form):
    """Why an expense is refused."""

    reason = forms.CharField(label="Pourquoi", max_length=300)


class PayForm(forms.Form):
    """When the bank pays."""

    pay_on = forms.DateField(
        label="À verser le", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class MonthForm(forms.Form):
    """Which month of payslips."""

    month = forms.DateField(
        label="Mois",
        input_formats=["%Y-%m"],
        widget=forms.DateInput({"type": "month"}, format="%Y-%m"),
    )
