from django.urls import path

from beneficiaries.views import (
    cases,
    code_lists,
    imports,
    people,
    registration,
    rule_sets,
    set_up,
    workload,
)

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

programme_urls = [
    # /programa/
    path("", set_up.programme_list, name="programme_list"),
    path("nuevo/", set_up.programme_create, name="programme_create"),
    path("<uuid:public_id>/editar/", set_up.programme_change, name="programme_change"),
    path("<uuid:public_id>/fases/nueva/", set_up.phase_create, name="phase_create"),
    path("fases/<uuid:public_id>/", set_up.phase_detail, name="phase_detail"),
    path("fases/<uuid:public_id>/editar/", set_up.phase_change, name="phase_change"),
    path(
        "fases/<uuid:public_id>/donantes/<uuid:donor_id>/",
        set_up.funding_change,
        name="funding_change",
    ),
    path("territorio/<uuid:public_id>/", set_up.place_change, name="place_change"),
    path("reglas/", rule_sets.rule_set_list, name="rule_set_list"),
    path("reglas/probar/", rule_sets.eligibility_try, name="eligibility_try"),
    path("reglas/<uuid:public_id>/", rule_sets.rule_set_detail, name="rule_set_detail"),
    path("reglas/<uuid:public_id>/nueva/", rule_sets.rule_set_renew, name="rule_set_renew"),
    path("listas/", code_lists.code_list_list, name="code_list_list"),
    path("listas/codigos/<uuid:public_id>/", code_lists.code_change, name="code_change"),
    path(
        "listas/codigos/<uuid:public_id>/retirar/",
        code_lists.code_set_retired,
        name="code_set_retired",
    ),
    path("listas/<str:name>/", code_lists.code_list_detail, name="code_list_detail"),
    path("listas/<str:name>/nuevo/", code_lists.code_create, name="code_create"),
    path("carga/", workload.workload, name="workload"),
]
