from django.urls import path

from accounts.views import organizations
from accounts.views import users as views

app_name = "accounts"

urlpatterns = [
    # /usuarios/
    path("", views.user_list, name="user_list"),
    path("nuevo/", views.user_create, name="user_create"),
    path("correo/", views.mail_list, name="mail_list"),
    path("trabajos/", views.work_list, name="work_list"),
    path("trabajos/<str:label>/<int:pk>/reintentar/", views.work_retry, name="work_retry"),
    path("roles/<uuid:public_id>/quitar/", views.role_end, name="role_end"),
    path("<uuid:public_id>/", views.user_detail, name="user_detail"),
    path("<uuid:public_id>/editar/", views.user_change, name="user_change"),
    path("<uuid:public_id>/acceso/", views.user_set_active, name="user_set_active"),
    path("<uuid:public_id>/roles/dar/", views.role_give, name="role_give"),
    path("<uuid:public_id>/enlace/", views.access_link_make, name="access_link_make"),
    path(
        "<uuid:public_id>/segundo-factor/quitar/",
        views.second_factor_forget,
        name="second_factor_forget",
    ),
]

organization_urls = [
    # /organizaciones/
    path("", organizations.organization_list, name="organization_list"),
    path("nueva/", organizations.organization_create, name="organization_create"),
    path("<uuid:public_id>/", organizations.organization_detail, name="organization_detail"),
    path("<uuid:public_id>/editar/", organizations.organization_change, name="organization_change"),
    path(
        "<uuid:public_id>/terminar/",
        organizations.organization_set_ended,
        name="organization_set_ended",
    ),
]
