"""Addresses of what a centre prepares for who comes: the list of Monday, stays, houses, cars."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from relais.portals.centre.views import premises, ready, stays, welcome

urlpatterns: list[URLPattern | URLResolver] = [
    path("pret/", ready.ready, name="centre_ready"),
    path("sejours/", stays.overview, name="centre_stays"),
    path("sejours/preparer/<int:mission>/", stays.prepare, name="centre_stay_prepare"),
    path("sejours/<int:stay>/", stays.stay, name="centre_stay"),
    path("sejours/<int:stay>/<slug:act>/", stays.act, name="centre_stay_act"),
    path("<int:pk>/logements/nouveau/", premises.add_lodging, name="centre_lodging_add"),
    path("<int:pk>/voitures/nouvelle/", premises.add_car, name="centre_car_add"),
    path("logements/<int:lodging>/", premises.lodging, name="centre_lodging"),
    path("logements/<int:lodging>/modifier/", premises.edit_lodging, name="centre_lodging_edit"),
    path("logements/<int:lodging>/<slug:act>/", premises.lodging_act, name="centre_lodging_act"),
    path(
        "logements/<int:lodging>/photos/<int:picture>/",
        premises.photo,
        name="centre_lodging_photo",
    ),
    path("voitures/<int:car>/", premises.car, name="centre_car"),
    path("voitures/<int:car>/modifier/", premises.edit_car, name="centre_car_edit"),
    path("voitures/<int:car>/<slug:act>/", premises.car_act, name="centre_car_act"),
    path("soucis/<int:incident>/regler/", premises.settle, name="centre_incident_settle"),
    path("soucis/<int:incident>/photo/", premises.incident_photo, name="centre_incident_photo"),
    path("<int:pk>/livret/", welcome.pack, name="centre_welcome"),
    path("<int:pk>/livret/modifier/", welcome.edit, name="centre_welcome_edit"),
    path("<int:pk>/livret/<int:number>/", welcome.version, name="centre_welcome_version"),
    path("<int:pk>/livret/<int:number>.pdf", welcome.paper, name="centre_welcome_paper"),
]
