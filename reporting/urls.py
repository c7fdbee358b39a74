from django.urls import path

from reporting import views

app_name = "reporting"

urlpatterns = [
    # /indicadores/
    path("", views.indicator_list, name="indicator_list"),
    path("mapa/", views.territory_map, name="territory_map"),
    path("archivos/nuevo/", views.report_create, name="report_create"),
    path("archivos/<uuid:public_id>/", views.report_detail, name="report_detail"),
    path("archivos/<uuid:public_id>/excel/", views.report_file, name="report_file"),
    path("<str:code>/", views.indicator_detail, name="indicator_detail"),
    path("<str:code>/personas/", views.indicator_people, name="indicator_people"),
]
