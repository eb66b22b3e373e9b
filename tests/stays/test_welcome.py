"""The welcome pack: version after version, never two at once, words shown as written."""

from __future__ import annotations

import pytest
from django.utils.html import escape

from relais.portals.stay_words import pack_pdf
from relais.portals.templatetags.plain import plain_words
from relais.stays import services
from relais.stays.defaults import first_words
from relais.stays.models import WelcomeVersion
from relais.stays.states import Section
from tests import factories
from tests.factories import NOW, by

NASTY = '#eval("1") $x$ \\ [*_`@<script>alert(1)</script> « »'


@pytest.mark.django_db
def test_each_publication_is_a_version_and_the_same_words_are_none() -> None:
    centre = factories.centre()
    words = {Section.HOUSE: "Bienvenue.\r\n", Section.NIGHT: "  "}
    one = services.publish(centre, sections=words, after=0, by=by(), now=NOW)
    assert (one.number, one.sections) == (1, {"house": "Bienvenue."})
    assert services.publish(centre, sections=words, after=0, by=by(), now=NOW) == one
    two = services.publish(centre, sections={Section.HOUSE: "Ah."}, after=1, by=by(), now=NOW)
    assert two.number == 2
    assert WelcomeVersion.objects.get(number=1).sections == {"house": "Bienvenue."}


@pytest.mark.django_db
def test_two_writers_at_once_lose_nothing() -> None:
    centre = factories.centre()
    services.publish(centre, sections={Section.HOUSE: "A"}, after=0, by=by(), now=NOW)
    with pytest.raises(services.WelcomeRefusal, match="pendant que vous écriviez"):
        services.publish(centre, sections={Section.HOUSE: "B"}, after=0, by=by(), now=NOW)
    with pytest.raises(services.WelcomeRefusal, match="vide"):
        services.publish(centre, sections={Section.HOUSE: " \n"}, after=1, by=by(), now=NOW)


def test_words_of_people_are_shown_and_never_run() -> None:
    drawn = plain_words(f"{NASTY}\n- {NASTY}\n\nLa voisine : 05 55 00 01 21")
    assert "<script" not in drawn
    assert drawn.count(escape(NASTY)) == 2
    assert '<a class="figures nowrap" href="tel:0555000121">05 55 00 01 21</a>' in drawn
    assert plain_words("") == ""


@pytest.mark.django_db
def test_the_pdf_takes_any_words_and_holds_no_code() -> None:
    stay = factories.stay(factories.mission())
    version = factories.welcome(
        stay.mission.line.centre, sections={"house": NASTY, "week": "- lundi 8 h : accueil"}
    )
    content = pack_pdf(centre=NASTY, version=version, stay=stay, now=NOW)
    assert content.startswith(b"%PDF-")


def test_first_words_stand_for_known_chapters() -> None:
    assert set(first_words()) <= {section.value for section in Section}
    assert first_words()["week"].startswith("- lundi")
