"""Addresses of the desk: who is here, calls, the two lists, the second line, figures."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from relais.portals.centre.views import calls, desk, figures, lists

urlpatterns: list[URLPattern | URLResolver] = [
    path("hors-connexion.js", desk.worker, name="centre_desk_worker"),
    path("accueil/", desk.entrance, name="centre_desk_entrance"),
    path("<int:pk>/accueil/", desk.desk, name="centre_desk"),
    path("<int:pk>/accueil/noter/", desk.mark, name="centre_desk_mark"),
    path("<int:pk>/accueil/reglages/", desk.choice, name="centre_desk_choice"),
    path("<int:pk>/appels/", calls.calls, name="centre_calls"),
    path("<int:pk>/appels/<int:task>/", calls.settle, name="centre_call"),
    path("<int:pk>/listes/", lists.lists, name="centre_lists"),
    path("<int:pk>/listes/ajouter/", lists.join, name="centre_list_join"),
    path("<int:pk>/listes/inscrire/", lists.admit, name="centre_list_admit"),
    path("<int:pk>/listes/sans-place/", lists.refused, name="centre_list_refused"),
    path("<int:pk>/listes/<str:entry>/", lists.change, name="centre_list_change"),
    path("<int:pk>/propositions/<str:offer>/", lists.answer, name="centre_offer"),
    path("<int:pk>/deuxieme-ligne/", figures.second_line, name="centre_second_line"),
    path("<int:pk>/chiffres/", figures.figures, name="centre_figures"),
    path("<int:pk>/chiffres.csv", figures.table, name="centre_figures_table"),
]
