"""Every mistake is told with its place, what is wrong and what to do; nothing is written."""

from __future__ import annotations

import pytest

from relais.core.models import AuditEntry
from relais.doctors.models import Doctor
from relais.journeys.models import PreparedImport
from relais.network.models import Centre
from relais.rota.models import Mission, Offer
from tests import factories
from tests.factories import MONDAY, monday
from tests.journeys.tables import csv, mistakes, preview, xlsx

pytestmark = pytest.mark.django_db

# table, heading, row, what is told of line 2
CASES = [
    (
        "medecins",
        "nom;commune",
        "Abadie;",
        "colonne commune : la commune manque. Écrivez la commune du domicile : les trajets en "
        "dépendent.",
    ),
    (
        "medecins",
        "nom;latitude;longitude",
        ";46;2",
        "colonne nom : le nom manque. Écrivez le nom du médecin.",
    ),
    (
        "medecins",
        "nom;latitude;longitude",
        "Abadie;46;",
        "colonne longitude : manque. Écrivez la latitude et la longitude, ou la commune.",
    ),
    (
        "medecins",
        "nom;latitude;longitude",
        "Abadie;146;2",
        "colonne latitude : « 146 » n’est pas une latitude. Écrivez un nombre de -90 à 90, par "
        "exemple 46.2066.",
    ),
    (
        "medecins",
        "identifiant;Prêt le",
        "D1;04/13/2027",
        "colonne Prêt le : « 04/13/2027 » n’existe pas au calendrier. Écrivez jour/mois/année, par "
        "exemple 04/01/2027.",
    ),
    (
        "medecins",
        "identifiant;Prêt le",
        "D1;04/01/2927",
        "colonne Prêt le : « 04/01/2927 » est trop loin dans le temps. Vérifiez l’année.",
    ),
    (
        "medecins",
        "identifiant;pratiques",
        f"D1;{'s' * 81}",
        f"colonne pratiques : « {'s' * 59}… » est trop long. Écrivez des actes de 80 caractères au "
        "plus.",
    ),
    (
        "medecins",
        "identifiant;Prêt le",
        "D1;46391",
        "colonne Prêt le : « 46391 » est un nombre, pas une date. Mettez la colonne au format date "
        "dans le tableur, ou écrivez par exemple 04/01/2027.",
    ),
    (
        "medecins",
        "identifiant;RPPS",
        "D1;1,00051E+10",
        "colonne RPPS : « 1,00051E+10 » a été abrégé par le tableur : des chiffres sont perdus. "
        "Mettez la colonne au format texte, puis écrivez de nouveau les 11 chiffres.",
    ),
    (
        "medecins",
        "identifiant;RPPS",
        "D1;899900000011",
        "colonne RPPS : « 899900000011 » a 12 chiffres au lieu de 11. Retirez le 8 du début.",
    ),
    (
        "medecins",
        "identifiant;téléphone",
        "D1;appeler Paul",
        "colonne téléphone : « appeler Paul » n’est pas un numéro de téléphone. Écrivez par "
        "exemple "
        "06 12 34 56 78.",
    ),
    (
        "medecins",
        "identifiant;missions par an",
        "D1;-2",
        "colonne missions par an : « -2 » est un nombre négatif. Écrivez 0 ou plus.",
    ),
    (
        "medecins",
        "identifiant;missions par an",
        "D1;40000",
        "colonne missions par an : « 40000 » est un nombre trop grand. Écrivez au plus "
        "32\u202f767.",
    ),
    (
        "medecins",
        "identifiant;RPPS",
        "D9;99900000029",
        "colonne RPPS : « 99900000029 » est déjà à Dr Camille Autre (D2). Corrigez cette case, ou "
        "l’identifiant.",
    ),
    (
        "medecins",
        "identifiant;e-mail",
        "D1;autre@exemple.fr",
        "colonne e-mail : « autre@exemple.fr » est déjà à Dr Camille Autre (D2). Corrigez cette "
        "case, ou l’identifiant.",
    ),
    (
        "medecins",
        "identifiant;nom;latitude;longitude",
        "=D9;Abadie;46;2",
        "colonne identifiant : « =D9 » commence par =, qu’un tableur prend pour un calcul. "
        "Choisissez un identifiant qui commence par une lettre ou un chiffre.",
    ),
    (
        "medecins",
        "identifiant;pratiques;ne pratique pas",
        "D1;sutures;sutures",
        "colonne ne pratique pas : « sutures » est dit autrement dans la colonne « pratiques ». "
        "Gardez une seule réponse par acte.",
    ),
    (
        "offres",
        "médecin;lundi",
        "D1;12/01/2027",
        "colonne lundi : « 12/01/2027 » est un mardi, pas un lundi. Écrivez le lundi de cette "
        "semaine : 11/01/2027.",
    ),
    (
        "offres",
        "médecin;lundi",
        "D8;11/01/2027",
        "colonne médecin : « D8 » n’est pas un médecin connu. Corrigez, ou ajoutez ce médecin au "
        "tableau Médecins.",
    ),
    (
        "offres",
        "médecin;lundi",
        ";11/01/2027",
        "colonne médecin : le médecin manque. Écrivez le médecin.",
    ),
    (
        "offres",
        "médecin;lundi",
        "Camille Double;11/01/2027",
        "colonne médecin : « Camille Double » désigne plusieurs médecins. Écrivez l’identifiant "
        "plutôt que le nom.",
    ),
    (
        "souhaits",
        "médecin;centre;avis",
        "D1;Ajani;connu",
        "colonne centre : « Ajani » n’est pas un centre connu. Corrigez, ou ajoutez ce centre au "
        "tableau Centres. Vouliez-vous dire « Ajain » ?",
    ),
    (
        "souhaits",
        "médecin;centre;avis",
        "D1;Ajain;bof",
        "colonne avis : « bof » n’est pas un avis connu. Écrivez refusé, préféré ou connu.",
    ),
    (
        "binômes",
        "médecin a;médecin b",
        "D1;D1",
        "colonne médecin b : « D1 » fait un binôme avec soi-même. Écrivez un autre médecin, ou "
        "retirez cette ligne.",
    ),
    (
        "trajets",
        "médecin;centre;minutes",
        "D1;Ajain;loin",
        "colonne minutes : « loin » n’est pas une durée. Écrivez des minutes, par exemple 180, ou "
        "3 h.",
    ),
    (
        "besoins",
        "centre;acte;semaines",
        "Ajain;sutures;0",
        "colonne semaines : « 0 » est trop petit. Écrivez 1 ou plus.",
    ),
    (
        "fermetures",
        "centre;premier jour;dernier jour",
        "Ajain;10/08/2027;01/08/2027",
        "colonne dernier jour : « 01/08/2027 » vient avant le premier jour. Vérifiez les deux "
        "dates.",
    ),
    (
        "centres",
        "identifiant;ouverture;fermeture",
        "c1;01/02/2027;01/01/2027",
        "colonne fermeture : « 01/01/2027 » vient avant l’ouverture (01/02/2027). Vérifiez les "
        "deux "
        "dates.",
    ),
    (
        "centres",
        "identifiant;fuseau",
        "c1;Paris",
        "colonne fuseau : « Paris » n’est pas un fuseau horaire. Écrivez par exemple Europe/Paris.",
    ),
    (
        "missions",
        "médecin;centre;lundi;état",
        "D2;Ajain;11/01/2027;confirmée",
        "colonne lundi : « 11/01/2027 » n’a plus de place à Ajain (Dr Camille Premier). Retirez "
        "cette ligne, ou annulez d’abord l’autre mission.",
    ),
    (
        "missions",
        "médecin;centre;lundi;état",
        "D1;Bellac;11/01/2027;confirmée",
        "colonne centre : « Bellac » ne va pas : Dr Camille Premier a déjà une mission à Ajain "
        "cette semaine-là. "
        "Annulez-la d’abord dans le planning, ou retirez cette ligne.",
    ),
    (
        "missions",
        "médecin;centre;lundi;état",
        "D1;Bellac;18/01/2027;peut-être",
        "colonne état : « peut-être » n’est pas un état connu. Écrivez verrouillée, confirmée, "
        "proposée, invitée ou prête.",
    ),
    (
        "missions",
        "médecin;centre;lundi;ligne",
        "D1;Bellac;18/01/2027;4",
        "colonne ligne : « 4 » n’est pas une ligne de Bellac. Corrigez le numéro, ou ajoutez la "
        "ligne au tableau Lignes.",
    ),
]


@pytest.fixture
def network() -> None:
    """A small network: D1 is at Ajain the week of MONDAY."""
    ajain = factories.centre(key="c1", name="Ajain", opens_on=None)
    factories.centre(key="c2", name="Bellac")
    first = factories.doctor(key="D1", last_name="Premier")
    factories.doctor(key="D2", last_name="Autre", rpps="99900000029", email="autre@exemple.fr")
    for number in (3, 4):
        factories.doctor(key=f"D{number}", last_name="Double")
    factories.mission(first, ajain.lines.get())
    factories.practice(code="sutures", label="sutures")


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize(("name", "heading", "row", "told"), CASES)
def test_a_mistake_says_where_it_is_and_what_to_do(
    name: str, heading: str, row: str, told: str
) -> None:
    before = (Doctor.objects.count(), Mission.objects.count(), Offer.objects.count())
    assert mistakes(csv(f"{name}.csv", heading, row)) == [f"{name}.csv, ligne 2, {told}"]
    after = (Doctor.objects.count(), Mission.objects.count(), Offer.objects.count())
    assert after == before
    assert (AuditEntry.objects.count(), PreparedImport.objects.count()) == (0, 0)


def test_two_rows_of_one_person_are_told_with_both_lines() -> None:
    heading = "identifiant;nom;latitude;longitude;RPPS;e-mail"
    assert mistakes(
        csv(
            "medecins.csv",
            heading,
            "D1;Abadie;46;2;99900000011;a@exemple.fr",
            "D2;Baudry;46;2;99900000011;b@exemple.fr",
            "D3;Carlier;46;2;;A@exemple.fr",
        ),
        csv("autres medecins.csv", heading, "D1;Delmas;46;2;;"),
    ) == [
        "medecins.csv, ligne 3, colonne RPPS : « 99900000011 » est déjà à la ligne 2 : deux lignes "
        "ont le même numéro RPPS. Gardez une seule ligne par médecin, ou corrigez cette case.",
        "medecins.csv, ligne 4, colonne e-mail : « a@exemple.fr » est déjà à la ligne 2 : deux "
        "lignes ont la même adresse. Gardez une seule ligne par médecin, ou corrigez cette case.",
        "autres medecins.csv, ligne 2, colonne identifiant : « D1 » est déjà à la ligne 2 de "
        "medecins.csv : deux lignes ont le même identifiant. Gardez une seule ligne par médecin, "
        "ou corrigez cette case.",
    ]


def test_two_rows_that_contradict_each_other_are_told() -> None:
    factories.centre(key="c1", name="Ajain", lines=2)
    factories.centre(key="c2", name="Bellac")
    factories.doctor(key="D1", last_name="Un")
    factories.practice(code="sutures", label="sutures")
    assert mistakes(
        csv(
            "missions.csv",
            "médecin;centre;lundi;état",
            "D1;c1;11/01/2027;confirmée",
            "D1;c1;11/01/2027;proposée",
            "D1;c2;11/01/2027;confirmée",
        ),
        csv("souhaits.csv", "médecin;centre;avis", "D1;c1;préféré", "D1;c1;refusé"),
        csv("besoins.csv", "centre;acte;semaines", "c1;sutures;4", "c1;sutures;6"),
        csv("trajets.csv", "médecin;centre;minutes", "D1;c1;4", "D1;c1;4"),
        csv("centres.csv", "identifiant;nom", "c3;Ici", "c3;Là"),
    ) == [
        "missions.csv, ligne 3, colonne état : « proposée » contredit la ligne 2. Gardez une seule "
        "des deux lignes.",
        "missions.csv, ligne 4, colonne centre : « Bellac » ne va pas : Dr Camille Un est à Ajain "
        "cette semaine-là, ligne 2. Gardez une seule des deux lignes.",
        "souhaits.csv, ligne 3, colonne avis : « ne souhaite pas y aller » contredit un autre "
        "souhait : Dr Camille Un ne peut pas à la fois souhaiter et refuser Ajain. Gardez un seul "
        "avis, ou changez l’autre sur la fiche du médecin.",
        "besoins.csv, ligne 3, colonne semaines : « 6 » contredit la ligne 2 (4 semaines). Gardez "
        "une seule des deux lignes.",
        "trajets.csv, ligne 3, colonne minutes : « 4 » répète un trajet déjà à la ligne 2. Gardez "
        "une seule des deux lignes.",
        "centres.csv, ligne 2, colonne commune : la commune manque. Écrivez la commune du centre.",
        "centres.csv, ligne 3, colonne identifiant : « Ici » est déjà à la ligne 2 de centres.csv. "
        "Gardez une seule ligne par centre.",
    ]


def test_the_line_is_the_physical_one_and_the_sheet_is_named() -> None:
    content = csv("medecins.csv", "", "identifiant;nom;note", "", 'D1;"Aba', 'die";rien', "D2;;x")
    assert mistakes(content) == [
        "medecins.csv, ligne 4, colonne commune : la commune manque. Écrivez la commune du "
        "domicile : les trajets en dépendent.",
        "medecins.csv, ligne 6, colonne nom : le nom manque. Écrivez le nom du médecin.",
        "medecins.csv, ligne 6, colonne commune : la commune manque. Écrivez la commune du "
        "domicile : les trajets en dépendent.",
    ]
    book = xlsx("a.xlsx", Besoins=[("centre", "acte", "semaines"), ("x", "sutures", 4)])
    assert mistakes(book)[0].startswith("a.xlsx, feuille « Besoins », ligne 2, colonne centre : ")


def test_headings_that_repeat_or_are_no_monday_are_told() -> None:
    factories.doctor(key="D1")
    assert mistakes(csv("offres.csv", "médecin;11/01/2027;12/01/2027", "D1;x;x")) == [
        "offres.csv, ligne 1, colonne 12/01/2027 : « 12/01/2027 » est un mardi, pas un lundi. "
        "Écrivez le lundi de cette semaine : 11/01/2027."
    ]
    assert mistakes(csv("medecins.csv", "identifiant;mail;e-mail", "D1;a@b.fr;c@d.fr")) == [
        "medecins.csv, ligne 1, colonne e-mail : cette colonne dit la même chose qu’une autre. "
        "N’en gardez qu’une."
    ]


def test_one_slip_is_told_once_and_not_again_where_the_doctor_is_named() -> None:
    assert mistakes(
        csv("medecins.csv", "identifiant;nom;commune;RPPS", "D1;Abadie;Nulle-Part;123"),
        csv("offres.csv", "médecin;lundi", "D1;11/01/2027", "99900000011;11/01/2027"),
    ) == [
        "medecins.csv, ligne 2, colonne RPPS : « 123 » a 3 chiffres au lieu de 11. Écrivez les 11 "
        "chiffres du numéro RPPS.",
        "medecins.csv, ligne 2, colonne commune : « Nulle-Part » n’est pas une commune connue. "
        "Vérifiez son nom, ou écrivez son code INSEE.",
    ]


def test_all_mistakes_are_counted_and_the_first_are_shown() -> None:
    report = preview(
        csv("medecins.csv", "identifiant;RPPS", *(f"D{number};1" for number in range(1500)))
    )
    assert (report.mistake_count, len(report.mistakes)) == (3000, 200)
    assert report.hidden_mistakes == 2800
    assert report.headline == "3\u202f000\u00a0erreurs à corriger. Rien n’est écrit."
    assert report.token == ""


def test_what_deserves_a_look_is_said_without_forbidding() -> None:
    centre = factories.centre(key="c1", name="Ajain", lines=2)
    factories.closure(centre, first_on=monday(4), last_on=monday(4))
    factories.closure(None)
    factories.doctor(key="D0", first_name="Paul", last_name="Abadie")
    report = preview(
        csv(
            "medecins.csv",
            "identifiant;nom;prénom;latitude;longitude;RPPS;taille;missions faites;pratiques",
            "D1;Abadie;Paul;46;2;99900000012;180;0;sutures",
        ),
        csv(
            "offres.csv",
            "médecin;lundi",
            "D1;11/01/2027",
            "D1;11/01/2027",
            "D1;14/12/2026",
        ),
        csv("missions.csv", "médecin;centre;lundi;état", "D1;c1;11/01/2027;confirmée"),
        csv("centres.csv", "identifiant;lignes", "c1;1"),
        csv("plan.toml", "first_monday = 2027-01-04"),
    )
    assert report.is_sound
    assert sorted(report.notices) == [
        "centres.csv, ligne 2 : Ajain a 2 lignes : l’import n’en retire pas. Terminez une "
        "ligne sur "
        "la page du centre.",
        "medecins.csv, ligne 1 : la colonne « taille » n’est pas connue, elle n’est pas lue.",
        "medecins.csv, ligne 2 : Dr Paul Abadie a le même nom qu’un autre médecin (identifiant "
        "D0). "
        "Vérifiez que ce sont deux personnes.",
        "medecins.csv, ligne 2 : RPPS 99900000012 : Ce numéro RPPS semble mal recopié : sa clé ne "
        "correspond pas. Vérifiez-le.",
        "medecins.csv, ligne 2 : l’acte « sutures » est nouveau, il sera ajouté.",
        "missions.csv, ligne 2 : Ajain est fermé la semaine du 11/01/2027.",
        "offres.csv, ligne 2 : aucun centre n’est ouvert la semaine du 11/01/2027.",
        "offres.csv, ligne 3 : Dr Paul Abadie offre déjà le 11/01/2027 à la ligne 2, une fois "
        "suffit.",
        "offres.csv, ligne 4 : la semaine du 14/12/2026 est déjà passée.",
        "plan.toml : sert au calcul du planning, rien n’en est importé.",
    ]
    assert Centre.objects.get().lines.count() == 2
    assert MONDAY.isoformat() == "2027-01-11"
