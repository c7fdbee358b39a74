from django.urls import path, register_converter
from django.urls.converters import StringConverter

from certification.views import assessments, centres, evaluation, standards, training


class ItemCodeConverter(StringConverter):
    """The code of an item as the standards write it: GO-01."""

    regex = "[A-Z0-9-]{1,20}"


register_converter(ItemCodeConverter, "item")
app_name = "certification"

urlpatterns = [
    # /certificacion/
    path("estandares/", standards.standard_list, name="standard_list"),
    path("estandares/<uuid:public_id>/", standards.standard_detail, name="standard_detail"),
    path("organizaciones/<uuid:public_id>/centro/", centres.centre_set_up, name="centre_set_up"),
    path(
        "organizaciones/<uuid:public_id>/certificadora/",
        centres.body_create,
        name="body_create",
    ),
    path("certificadoras/<uuid:public_id>/", centres.body_change, name="body_change"),
    path(
        "personas/<uuid:public_id>/inscribir/",
        assessments.assessment_enrol,
        name="assessment_enrol",
    ),
    path("certificados/<uuid:public_id>/", assessments.certificate_file, name="certificate_file"),
    path("evaluaciones/", assessments.assessment_list, name="assessment_list"),
    # /certificacion/evaluaciones/<uuid>/
    path("evaluaciones/<uuid:public_id>/", assessments.assessment_detail, name="assessment_detail"),
    path(
        "evaluaciones/<uuid:public_id>/portafolio/",
        assessments.portfolio_detail,
        name="portfolio_detail",
    ),
    path(
        "evaluaciones/<uuid:public_id>/diagnostico/",
        assessments.diagnosis_record,
        name="diagnosis_record",
    ),
    path(
        "evaluaciones/<uuid:public_id>/admitir/",
        assessments.assessment_admit,
        name="assessment_admit",
    ),
    path(
        "evaluaciones/<uuid:public_id>/formacion/", training.training_refer, name="training_refer"
    ),
    path(
        "evaluaciones/<uuid:public_id>/formacion/cerrar/",
        training.training_close,
        name="training_close",
    ),
    path(
        "evaluaciones/<uuid:public_id>/otro-intento/",
        training.assessment_repeat,
        name="assessment_repeat",
    ),
    path("evaluaciones/<uuid:public_id>/plan/", assessments.plan_propose, name="plan_propose"),
    path("evaluaciones/<uuid:public_id>/plan/acordar/", assessments.plan_agree, name="plan_agree"),
    path(
        "evaluaciones/<uuid:public_id>/verificar/",
        assessments.portfolio_approve,
        name="portfolio_approve",
    ),
    path(
        "evaluaciones/<uuid:public_id>/devolver/",
        assessments.portfolio_return,
        name="portfolio_return",
    ),
    path(
        "evaluaciones/<uuid:public_id>/certificar/",
        assessments.certification_grant,
        name="certification_grant",
    ),
    path(
        "evaluaciones/<uuid:public_id>/aun-no/", assessments.not_yet_confirm, name="not_yet_confirm"
    ),
    path(
        "evaluaciones/<uuid:public_id>/a-verificacion/",
        assessments.verification_return,
        name="verification_return",
    ),
    path(
        "evaluaciones/<uuid:public_id>/retirar/",
        assessments.assessment_withdraw,
        name="assessment_withdraw",
    ),
    path(
        "evaluaciones/<uuid:public_id>/cancelar/",
        assessments.assessment_cancel,
        name="assessment_cancel",
    ),
    path(
        "evaluaciones/<uuid:public_id>/resolver/<item:code>/",
        assessments.item_resolve,
        name="item_resolve",
    ),
]

evaluation_urls = [
    # /evaluar/
    path("", evaluation.agenda, name="agenda"),
    path("<uuid:public_id>/", evaluation.session_open, name="session_open"),
    path("<uuid:public_id>/inicio/", evaluation.session_start, name="session_start"),
    path(
        "<uuid:public_id>/items/<item:code>/",
        evaluation.observation_record,
        name="observation_record",
    ),
    path("<uuid:public_id>/detener/", evaluation.safety_stop, name="safety_stop"),
    path("<uuid:public_id>/cerrar/", evaluation.evidence_close, name="evidence_close"),
    path("<uuid:public_id>/juicio/", evaluation.judgement_sign, name="judgement_sign"),
    path(
        "<uuid:public_id>/verificacion/",
        evaluation.verification_request,
        name="verification_request",
    ),
]
