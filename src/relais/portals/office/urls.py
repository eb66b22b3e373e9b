"""Addresses of the office portal."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, register_converter

from relais.portals.office.addresses import MondayConverter
from relais.portals.office.views import (
    audit,
    board,
    centres,
    design,
    doctors,
    messages,
    papers,
    people,
    places,
    radar,
    runs,
    search,
    tables,
    week,
    why,
)

register_converter(MondayConverter, "monday")

_WEEK = "semaines/<int:line_id>/<monday:monday>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", board.board, name="office_board"),
    path(_WEEK, week.week, name="office_week"),
    path(f"{_WEEK}chercher/", search.search, name="office_search"),
    path(f"{_WEEK}chercher/<slug:what>/", search.act, name="office_search_act"),
    path(f"{_WEEK}placer/", week.place, name="office_week_place"),
    path(f"{_WEEK}note/", week.note, name="office_week_note"),
    path(f"{_WEEK}pourquoi/", why.week_why, name="office_week_why"),
    path(f"{_WEEK}solutions/", week.solutions, name="office_week_solutions"),
    path(f"{_WEEK}solution/", week.repair, name="office_week_repair"),
    path(f"{_WEEK}<slug:act>/", week.move, name="office_week_move"),
    path("risques/", radar.radar, name="office_radar"),
    path("medecins/", doctors.doctors_list, name="office_doctors"),
    path("medecins/nouveau/", doctors.add, name="office_doctor_add"),
    path("medecins/<int:pk>/", doctors.doctor, name="office_doctor"),
    path("medecins/<int:pk>/fiche/", doctors.edit, name="office_doctor_edit"),
    path("medecins/<int:pk>/actes/", doctors.practices, name="office_doctor_practices"),
    path("medecins/<int:pk>/souhaits/", doctors.wishes, name="office_doctor_wishes"),
    path("medecins/<int:pk>/semaines/", doctors.offer, name="office_doctor_offer"),
    path("medecins/<int:pk>/semaines/retirer/", doctors.withdraw, name="office_doctor_withdraw"),
    path("medecins/<int:pk>/binome/", doctors.pair, name="office_doctor_pair"),
    path(
        "medecins/<int:pk>/binome/<int:companion>/retirer/",
        doctors.unpair,
        name="office_doctor_unpair",
    ),
    path("medecins/<int:pk>/papiers/", papers.of_doctor, name="office_doctor_papers"),
    path("medecins/<int:pk>/papiers/demander/", papers.ask, name="office_doctor_papers_ask"),
    path("papiers/", papers.queue, name="office_papers"),
    path("papiers/<int:pk>/accepter/", papers.accept, name="office_paper_accept"),
    path("papiers/<int:pk>/redemander/", papers.ask_again, name="office_paper_ask_again"),
    path("papiers/<int:pk>/fichier/", papers.read, name="office_paper_file"),
    path("centres/", centres.centres, name="office_centres"),
    path("centres/nouveau/", centres.add, name="office_centre_add"),
    path("centres/<int:pk>/", centres.centre, name="office_centre"),
    path("centres/<int:pk>/modifier/", centres.edit, name="office_centre_edit"),
    path("centres/<int:pk>/actes/", centres.practice_needs, name="office_centre_needs"),
    path("centres/<int:pk>/lignes/", centres.add_line, name="office_centre_add_line"),
    path("centres/<int:pk>/lignes/terminer/", centres.end_line, name="office_centre_end_line"),
    path("centres/<int:pk>/fermetures/", centres.close, name="office_centre_close"),
    path(
        "centres/<int:pk>/fermetures/<int:closure>/retirer/",
        centres.open_again,
        name="office_centre_open_again",
    ),
    path("centres/<int:pk>/coordination/", centres.assign, name="office_centre_assign"),
    path(
        "centres/<int:pk>/coordination/<int:coordination>/retirer/",
        centres.release,
        name="office_centre_release",
    ),
    path("communes/", places.communes, name="office_communes"),
    path("planning/", runs.runs, name="office_runs"),
    path("planning/<int:pk>/", runs.run, name="office_run"),
    path(
        "planning/<int:pk>/pourquoi/<int:centre_id>/<monday:monday>/",
        why.run_why,
        name="office_run_why",
    ),
    path("planning/<int:pk>/avancement/", runs.progress, name="office_run_progress"),
    path("planning/<int:pk>/manques.csv", runs.shortages, name="office_run_shortages"),
    path("planning/<int:pk>/arreter/", runs.stop, name="office_run_stop"),
    path("planning/<int:pk>/ecarter/", runs.discard, name="office_run_discard"),
    path("planning/<int:pk>/accepter/", runs.accept, name="office_run_accept"),
    path("tableaux/importer/", tables.import_tables, name="office_import"),
    path("tableaux/importer/accord/", tables.import_agreed, name="office_import_agreed"),
    path("tableaux/exporter/", tables.export, name="office_export"),
    path("tableaux/exporter/classeur/", tables.export_workbook, name="office_export_workbook"),
    path("tableaux/exporter/dossier/", tables.export_folder, name="office_export_folder"),
    path("tableaux/exporter/planning.csv", tables.export_board, name="office_export_board"),
    path("composants/", design.design, name="office_design"),
    # accounts and journal
    path("comptes/", people.people, name="office_people"),
    path("comptes/ouvrir/", people.open_account, name="office_people_open"),
    path("comptes/<int:pk>/", people.person, name="office_person"),
    path("comptes/<int:pk>/fermer/", people.close_account, name="office_person_close"),
    path(
        "comptes/<int:pk>/verification/", people.remove_second_factors, name="office_person_factors"
    ),
    path("comptes/<int:pk>/rouvrir/", people.reopen_account, name="office_person_reopen"),
    path("comptes/<int:pk>/deconnecter/", people.end_sessions, name="office_person_sessions"),
    path("medecins/<int:pk>/compte/", people.open_doctor_account, name="office_doctor_account"),
    path("journal/", audit.audit, name="office_audit"),
    # messages
    path("messages/", messages.log, name="office_messages"),
    path("messages/<int:pk>/", messages.message, name="office_message"),
    path("messages/envois/<int:pk>/renvoyer/", messages.resend, name="office_message_resend"),
    path("messages/envois/<int:pk>/regler/", messages.settle, name="office_message_settle"),
    path("messages/sms/", messages.sms_list, name="office_messages_sms"),
    path("messages/sms/<int:pk>/lu/", messages.settle_sms, name="office_messages_sms_settle"),
    path("messages/modeles/", messages.texts, name="office_texts"),
    path("messages/modeles/<slug:code>/", messages.text, name="office_text"),
]
