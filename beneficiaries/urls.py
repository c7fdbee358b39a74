from django.urls import path

from beneficiaries.views import cases, imports, people, registration

app_name = "beneficiaries"

urlpatterns = [
    # /personas/
    path("", people.person_list, name="person_list"),
    path("nueva/", registration.registration_consent, name="registration_consent"),
    path("nueva/sin-consentimiento/", registration.head_count_create, name="head_count_create"),
    path("nueva/parecidos/", registration.duplicate_check, name="duplicate_check"),
    path("nueva/<uuid:name>/", registration.person_register, name="person_register"),
    path("importar/", imports.import_list, name="import_list"),
    path("importar/nuevo/", imports.import_create, name="import_create"),
    path("importar/filas/<uuid:public_id>/", imports.import_row_decide, name="import_row_decide"),
    path("importar/<uuid:public_id>/", imports.import_detail, name="import_detail"),
    path("importar/<uuid:public_id>/columnas/", imports.import_map, name="import_map"),
    path("importar/<uuid:public_id>/confirmar/", imports.import_confirm, name="import_confirm"),
    path("importar/<uuid:public_id>/descartar/", imports.import_discard, name="import_discard"),
    path("importar/<uuid:public_id>/corregir/", imports.import_errors, name="import_errors"),
    path("tareas/", cases.task_list, name="task_list"),
    path("tareas/<uuid:public_id>/", cases.task_close, name="task_close"),
    path("<uuid:public_id>/", people.person_detail, name="person_detail"),
    path("<uuid:public_id>/datos/", people.person_change, name="person_change"),
    path("<uuid:public_id>/contacto/", people.contact_change, name="contact_change"),
    path("<uuid:public_id>/elegibilidad/", cases.eligibility_decide, name="eligibility_decide"),
    path("<uuid:public_id>/asignar/", cases.case_hand_over, name="case_hand_over"),
    path("<uuid:public_id>/consentimientos/", cases.consent_create, name="consent_create"),
    path(
        "<uuid:public_id>/consentimientos/<uuid:consent_id>/",
        cases.consent_withdraw,
        name="consent_withdraw",
    ),
    path("<uuid:public_id>/documentos/", people.document_create, name="document_create"),
    path(
        "<uuid:public_id>/documentos/<uuid:record_id>/",
        people.document_change,
        name="document_change",
    ),
    path("<uuid:public_id>/retornos/", people.trip_create, name="trip_create"),
    path("<uuid:public_id>/retornos/<uuid:record_id>/", people.trip_change, name="trip_change"),
    path("<uuid:public_id>/trabajos/", people.job_create, name="job_create"),
    path("<uuid:public_id>/trabajos/<uuid:record_id>/", people.job_change, name="job_change"),
]
