"""The pieces that every page is made of."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.template import Context, Template

from relais.portals.templatetags.ui import (
    STATE_ICONS,
    icon,
    phone_address,
    phone_words,
    risk_words,
    state_badge,
)
from relais.rota.states import MissionState, WeekState


def rendered(template: str, **context: Any) -> str:
    """Render a template on one line."""
    return " ".join(Template(template).render(Context(context)).split())


@pytest.mark.parametrize("state", list(WeekState))
def test_a_state_is_said_by_a_word_an_icon_and_a_colour(state: WeekState) -> None:
    badge = state_badge(state)
    assert state.label in badge
    assert f'data-state="{state.value}"' in badge
    assert '<svg class="icon"' in badge


def test_no_two_states_of_a_week_share_their_icon() -> None:
    icons = [STATE_ICONS[state] for state in WeekState]
    assert len(set(icons)) == len(WeekState)


@pytest.mark.parametrize("state", list(MissionState))
def test_every_mission_state_has_a_badge(state: MissionState) -> None:
    assert state.label in state_badge(state)


def test_an_icon_is_silent_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in icon("bed")
    assert 'role="img" aria-label="loge &amp; repas"' in icon("bed", "loge & repas")


def test_an_unknown_icon_breaks_the_page_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        icon("licorne")


def test_a_risk_is_said_in_words() -> None:
    text = risk_words(0.12, "papiers en attente")
    assert "<span>risque 12\u00a0% : papiers en attente</span>" in text
    assert 'data-risk="high"' in text
    assert 'data-risk="medium"' in risk_words(0.04)
    assert 'data-risk="low"' in risk_words(0.002)
    assert risk_words(None) == ""


def test_a_french_number_is_written_by_pairs() -> None:
    assert phone_words("0612345678") == "06\u00a012\u00a034\u00a056\u00a078"
    assert phone_words("+33 6 12 34 56 78") == "06\u00a012\u00a034\u00a056\u00a078"
    assert phone_words("poste 12") == "poste 12"
    assert phone_address("+33 6.12") == "+33612"


class Specimen(forms.Form):
    """One field of each shape."""

    name = forms.CharField(label="Nom", help_text="Le vôtre.")
    pet = forms.BooleanField(label="Avec un animal", required=False)
    company = forms.ChoiceField(
        label="Vous venez", widget=forms.RadioSelect, choices=[("a", "seul"), ("b", "à deux")]
    )


def test_a_field_joins_its_label_help_and_error() -> None:
    form = Specimen({"name": ""})
    html = rendered('{% include "ui/field.html" with field=form.name %}', form=form)
    assert '<label for="id_name">Nom</label>' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert "facultatif" not in html


def test_a_group_of_choices_is_a_fieldset_with_its_question() -> None:
    html = rendered('{% include "ui/field.html" with field=form.company %}', form=Specimen())
    assert "<legend>Vous venez</legend>" in html
    assert html.count('type="radio"') == 2


def test_the_summary_of_errors_links_to_each_field() -> None:
    html = rendered('{% include "ui/form_errors.html" %}', form=Specimen({"name": ""}))
    assert "Il reste 2 points à corriger" in html
    assert 'href="#id_name"' in html


def test_a_dialog_is_named_by_its_title_and_can_be_closed() -> None:
    html = rendered('{% dialog key="ask" title="Confirmer ?" %}<p>oui</p>{% enddialog %}')
    assert '<dialog class="dialog " id="ask" aria-labelledby="ask-title">' in html
    assert ">Confirmer ?</h2>" in html
    assert 'aria-label="Fermer"' in html
    assert "<p>oui</p>" in html
