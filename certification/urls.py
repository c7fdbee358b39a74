from django.urls import path, register_converter
from django.urls.converters import StringConverter

from certification.views import (
    accreditation,
    accrediting,
    appeals,
    arranging,
    assessments,
    batches,
    bundles,
    centre_agenda,
    centres,
    certificates,
    committee,
    correcting,
    deciding,
    draft_writing,
    drafts,
    duplicates,
    evaluation,
    evaluators,
    evidence,
    field,
    holder_notices,
    outliers,
    paper_forms,
    phones,
    preparing,
    settling,
    shell,
    signatures,
    standards,
    training,
)


class ItemCodeConverter(StringConverter):
    """The code of an item as the standards write it: GO-01."""

    regex = "[A-Z0-9-]{1,20}"


register_converter(ItemCodeConverter, "item")
app_name = "certification"

urlpatterns = [
    # /certificacion/
    path("estandares/", standards.standard_list, name="standard_list"),
    path("estandares/nuevo/", drafts.draft_begin, name="draft_begin"),
    path("estandares/archivo/", drafts.draft_upload, name="draft_upload"),
    path("telefonos/", phones.phone_overview, name="phone_overview"),
    path("telefonos/<uuid:public_id>/retirar/", phones.phone_withdraw, name="phone_withdraw"),
    # /certificacion/estandares/<uuid of a version>/
    path("estandares/<uuid:public_id>/", standards.standard_detail, name="standard_detail"),
    path("estandares/<uuid:public_id>/archivo/", standards.standard_file, name="standard_file"),
    path(
        "estandares/<uuid:public_id>/comparar/",
        standards.standard_compare,
        name="standard_compare",
    ),
    path("estandares/<uuid:public_id>/copiar/", drafts.standard_copy, name="standard_copy"),
    path("estandares/<uuid:public_id>/retirar/", committee.standard_retire, name="standard_retire"),
    path("estandares/<uuid:public_id>/acta/", standards.minutes_file, name="minutes_file"),
    # /certificacion/estandares/borradores/<uuid>/
    *[
        path(f"estandares/borradores/<uuid:public_id>/{address}", view, name=view.__name__)
        for address, view in [
            ("", drafts.draft_detail),
            ("archivo/", drafts.draft_file),
            ("comparar/", drafts.draft_compare),
            ("datos/", draft_writing.draft_data),
            ("respuestas/", draft_writing.draft_diagnosis),
            ("partes/<slug:section>/", draft_writing.draft_section),
            ("filas/<slug:kind>/<slug:where>/agregar/", draft_writing.row_add),
            ("filas/<slug:kind>/<slug:where>/", draft_writing.row_change),
            ("filas/<slug:kind>/<slug:where>/quitar/", draft_writing.row_remove),
            ("filas/<slug:kind>/<slug:where>/mover/", draft_writing.row_move),
            ("enviar/", committee.draft_send),
            ("aprobar/", committee.draft_approve),
            ("devolver/", committee.draft_return),
            ("abandonar/", committee.draft_drop),
            ("publicar/", committee.draft_publish),
        ]
    ],
    path("organizaciones/<uuid:public_id>/centro/", centres.centre_set_up, name="centre_set_up"),
    path(
        "organizaciones/<uuid:public_id>/certificadora/",
        centres.body_create,
        name="body_create",
    ),
    path("certificadoras/<uuid:public_id>/", centres.body_change, name="body_change"),
    path("organizaciones/<uuid:public_id>/logo/", centres.logo_change, name="logo_change"),
    path("logos/<uuid:public_id>/", centres.logo_file, name="logo_file"),
    # /certificacion/centros/<uuid of the organization>/
    path("centros/", accreditation.centre_list, name="centre_list"),
    path("centros/<uuid:public_id>/", accreditation.centre_detail, name="centre_detail"),
    path("centros/<uuid:public_id>/agenda/", centre_agenda.centre_agenda, name="centre_agenda"),
    path(
        "centros/<uuid:public_id>/solicitar/",
        accrediting.accreditation_request,
        name="accreditation_request",
    ),
    path(
        "centros/<uuid:public_id>/equipo/<uuid:standard_id>/",
        accreditation.equipment_record,
        name="equipment_record",
    ),
    # /certificacion/acreditaciones/<uuid>/
    path(
        "acreditaciones/<uuid:public_id>/",
        accreditation.accreditation_detail,
        name="accreditation_detail",
    ),
    path(
        "acreditaciones/<uuid:public_id>/resolucion/",
        accreditation.resolution_file,
        name="resolution_file",
    ),
    path(
        "acreditaciones/<uuid:public_id>/documentos/",
        accrediting.documents_accept,
        name="documents_accept",
    ),
    path("acreditaciones/<uuid:public_id>/visita/", accrediting.visit_plan, name="visit_plan"),
    path(
        "acreditaciones/<uuid:public_id>/visita/registrar/",
        accrediting.visit_record,
        name="visit_record",
    ),
    path(
        "acreditaciones/<uuid:public_id>/acreditar/",
        accrediting.accreditation_grant,
        name="accreditation_grant",
    ),
    path(
        "acreditaciones/<uuid:public_id>/observar/",
        accrediting.accreditation_observe,
        name="accreditation_observe",
    ),
    path(
        "acreditaciones/<uuid:public_id>/rechazar/",
        accrediting.accreditation_reject,
        name="accreditation_reject",
    ),
    path(
        "acreditaciones/<uuid:public_id>/suspender/",
        accrediting.accreditation_suspend,
        name="accreditation_suspend",
    ),
    path(
        "acreditaciones/<uuid:public_id>/reanudar/",
        accrediting.suspension_lift,
        name="suspension_lift",
    ),
    path(
        "acreditaciones/<uuid:public_id>/revocar/",
        accrediting.accreditation_revoke,
        name="accreditation_revoke",
    ),
    path(
        "acreditaciones/<uuid:public_id>/renovar/",
        accrediting.accreditation_renew,
        name="accreditation_renew",
    ),
    path(
        "acreditaciones/<uuid:public_id>/correctivas/nueva/",
        accrediting.correction_create,
        name="correction_create",
    ),
    path(
        "correctivas/<uuid:public_id>/cerrar/",
        accrediting.correction_close,
        name="correction_close",
    ),
    # /certificacion/evaluadores/
    path("evaluadores/", evaluators.evaluator_list, name="evaluator_list"),
    path("evaluadores/nuevo/", evaluators.evaluator_create, name="evaluator_create"),
    path("evaluadores/<uuid:public_id>/", evaluators.evaluator_detail, name="evaluator_detail"),
    path(
        "evaluadores/<uuid:public_id>/corregir/",
        evaluators.evaluator_change,
        name="evaluator_change",
    ),
    path(
        "evaluadores/<uuid:public_id>/proponer/",
        evaluators.evaluator_propose,
        name="evaluator_propose",
    ),
    path(
        "evaluadores/<uuid:public_id>/por-revisar/",
        outliers.outliers_review,
        name="outliers_review",
    ),
    path("evaluadores/<uuid:public_id>/conflicto/", evaluators.interest_note, name="interest_note"),
    path("conflictos/<uuid:public_id>/fin/", evaluators.interest_end, name="interest_end"),
    path("evaluadores/<uuid:public_id>/centro/", evaluators.centre_join, name="centre_join"),
    path(
        "evaluadores/centros/<uuid:public_id>/terminar/",
        evaluators.centre_leave,
        name="centre_leave",
    ),
    path(
        "evaluadores/acreditaciones/<uuid:public_id>/acreditar/",
        evaluators.evaluator_accredit,
        name="evaluator_accredit",
    ),
    path(
        "evaluadores/acreditaciones/<uuid:public_id>/suspender/",
        evaluators.evaluator_suspend,
        name="evaluator_suspend",
    ),
    path(
        "evaluadores/acreditaciones/<uuid:public_id>/reanudar/",
        evaluators.evaluator_lift,
        name="evaluator_lift",
    ),
    path(
        "evaluadores/acreditaciones/<uuid:public_id>/revocar/",
        evaluators.evaluator_revoke,
        name="evaluator_revoke",
    ),
    path(
        "personas/<uuid:public_id>/inscribir/",
        preparing.assessment_enrol,
        name="assessment_enrol",
    ),
    path("certificados/", certificates.certificate_list, name="certificate_list"),
    path("certificados/archivo/", bundles.bundle_create, name="bundle_create"),
    path("certificados/archivo/<uuid:public_id>/", bundles.bundle_detail, name="bundle_detail"),
    path("certificados/archivo/<uuid:public_id>/zip/", bundles.bundle_file, name="bundle_file"),
    path("avisos/<uuid:public_id>/", holder_notices.notice_record, name="notice_record"),
    # /certificacion/certificados/<uuid>/
    path(
        "certificados/<uuid:public_id>/",
        certificates.certificate_detail,
        name="certificate_detail",
    ),
    path(
        "certificados/<uuid:public_id>/pdf/",
        certificates.certificate_file,
        name="certificate_file",
    ),
    path(
        "certificados/<uuid:public_id>/credencial/",
        certificates.credential_file,
        name="credential_file",
    ),
    path(
        "certificados/<uuid:public_id>/suspender/",
        certificates.certificate_suspend,
        name="certificate_suspend",
    ),
    path(
        "certificados/<uuid:public_id>/levantar/",
        certificates.certificate_lift,
        name="certificate_lift",
    ),
    path(
        "certificados/<uuid:public_id>/revocar/",
        certificates.revocation_propose,
        name="revocation_propose",
    ),
    path(
        "revocaciones/<uuid:public_id>/",
        certificates.revocation_decide,
        name="revocation_decide",
    ),
    path(
        "certificados/<uuid:public_id>/reemplazar/",
        certificates.certificate_reissue,
        name="certificate_reissue",
    ),
    path(
        "certificados/<uuid:public_id>/renovar/",
        appeals.certificate_renew,
        name="certificate_renew",
    ),
    path(
        "certificados/<uuid:public_id>/consulta/",
        certificates.lookup_change,
        name="lookup_change",
    ),
    path(
        "certificados/<uuid:public_id>/duplicado/",
        duplicates.certificate_duplicate,
        name="certificate_duplicate",
    ),
    path(
        "certificados/<uuid:public_id>/duplicado/<int:number>/",
        duplicates.duplicate_file,
        name="duplicate_file",
    ),
    path(
        "certificados/<uuid:public_id>/mostrar/",
        certificates.share_create,
        name="share_create",
    ),
    path(
        "certificados/<uuid:public_id>/mostrar/<uuid:link_id>/cerrar/",
        certificates.share_revoke,
        name="share_revoke",
    ),
    path("dictamenes/nuevo/", batches.batch_create, name="batch_create"),
    path("dictamenes/<uuid:public_id>/", batches.batch_detail, name="batch_detail"),
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
        preparing.diagnosis_record,
        name="diagnosis_record",
    ),
    path(
        "evaluaciones/<uuid:public_id>/admitir/",
        preparing.assessment_admit,
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
        "evaluaciones/<uuid:public_id>/formacion/<uuid:training_id>/capacitadores/",
        training.trainers_name,
        name="trainers_name",
    ),
    path(
        "evaluaciones/<uuid:public_id>/otro-intento/",
        training.assessment_repeat,
        name="assessment_repeat",
    ),
    path(
        "evaluaciones/<uuid:public_id>/partes/<uuid:user_id>/",
        settling.parts_settle,
        name="parts_settle",
    ),
    path("evaluaciones/<uuid:public_id>/plan/", arranging.plan_propose, name="plan_propose"),
    path("evaluaciones/<uuid:public_id>/centro/", arranging.centre_ask, name="centre_ask"),
    path(
        "evaluaciones/<uuid:public_id>/enviar-a-verificacion/",
        arranging.verification_send,
        name="verification_send",
    ),
    path("centros/por-planificar/", arranging.arrange_list, name="arrange_list"),
    path("evaluaciones/<uuid:public_id>/plan/acordar/", preparing.plan_agree, name="plan_agree"),
    path(
        "evaluaciones/<uuid:public_id>/verificar/",
        deciding.portfolio_approve,
        name="portfolio_approve",
    ),
    path(
        "evaluaciones/<uuid:public_id>/devolver/",
        deciding.portfolio_return,
        name="portfolio_return",
    ),
    path(
        "evaluaciones/<uuid:public_id>/certificar/",
        deciding.certification_grant,
        name="certification_grant",
    ),
    path("evaluaciones/<uuid:public_id>/aun-no/", deciding.not_yet_confirm, name="not_yet_confirm"),
    path(
        "evaluaciones/<uuid:public_id>/a-verificacion/",
        deciding.verification_return,
        name="verification_return",
    ),
    path(
        "evaluaciones/<uuid:public_id>/retirar/",
        preparing.assessment_withdraw,
        name="assessment_withdraw",
    ),
    path(
        "evaluaciones/<uuid:public_id>/cancelar/",
        preparing.assessment_cancel,
        name="assessment_cancel",
    ),
    path("evaluaciones/<uuid:public_id>/apelar/", appeals.appeal_lodge, name="appeal_lodge"),
    path("evaluaciones/<uuid:public_id>/apelacion/panel/", appeals.panel_name, name="panel_name"),
    path(
        "evaluaciones/<uuid:public_id>/apelacion/confirmar/",
        appeals.decision_confirm,
        name="decision_confirm",
    ),
    path(
        "evaluaciones/<uuid:public_id>/apelacion/revocar/",
        appeals.decision_revoke,
        name="decision_revoke",
    ),
    path(
        "evaluaciones/<uuid:public_id>/apelacion/repetir/",
        appeals.assessment_redo,
        name="assessment_redo",
    ),
    path(
        "evaluaciones/<uuid:public_id>/conflictos/<uuid:conflict_id>/",
        phones.conflict_settle,
        name="conflict_settle",
    ),
    path(
        "evaluaciones/<uuid:public_id>/conflictos/telefono/<uuid:phone_id>/",
        phones.phone_settle,
        name="phone_settle",
    ),
    path("evaluaciones/<uuid:public_id>/evidencia/", evidence.evidence_list, name="evidence_list"),
    path(
        "evaluaciones/<uuid:public_id>/firmas/<uuid:signature_id>/",
        signatures.signature_file,
        name="signature_file",
    ),
    path(
        "evaluaciones/<uuid:public_id>/evidencia/<uuid:evidence_id>/",
        evidence.evidence_file,
        name="evidence_file",
    ),
    path(
        "evaluaciones/<uuid:public_id>/evidencia/<uuid:evidence_id>/valorar/",
        evidence.evidence_review,
        name="evidence_review",
    ),
    path(
        "evaluaciones/<uuid:public_id>/evidencia/<uuid:evidence_id>/miniatura/",
        evidence.evidence_preview,
        name="evidence_preview",
    ),
    path(
        "evaluaciones/<uuid:public_id>/resolver/<item:code>/",
        settling.item_resolve,
        name="item_resolve",
    ),
    path("evaluaciones/<uuid:public_id>/papel/", paper_forms.paper_list, name="paper_list"),
    path(
        "evaluaciones/<uuid:public_id>/papel/imprimir/",
        paper_forms.paper_print,
        name="paper_print",
    ),
    path("papel/", paper_forms.paper_find, name="paper_find"),
    # /certificacion/papel/<uuid of a form>/
    path("papel/<uuid:public_id>/", paper_forms.paper_detail, name="paper_detail"),
    path("papel/<uuid:public_id>/pdf/", paper_forms.paper_file, name="paper_file"),
    path("papel/<uuid:public_id>/foto/", paper_forms.scan_add, name="scan_add"),
    path(
        "papel/<uuid:public_id>/foto/<uuid:evidence_id>/",
        paper_forms.scan_file,
        name="scan_file",
    ),
    path("papel/<uuid:public_id>/digitar/", paper_forms.paper_type, name="paper_type"),
    path("papel/<uuid:public_id>/guardar/", paper_forms.paper_keep, name="paper_keep"),
    path("papel/<uuid:public_id>/apartar/", paper_forms.paper_drop, name="paper_drop"),
    path(
        "papel/<uuid:public_id>/resolver/<str:name>/",
        paper_forms.paper_settle,
        name="paper_settle",
    ),
    path("papel/codigo/<str:code>/", paper_forms.paper_open, name="paper_open"),
]

evaluation_urls = [
    # /evaluar/
    path("", evaluation.agenda, name="agenda"),
    path("telefonos/", field.phone_list, name="phone_list"),
    path("telefonos/respaldo/", field.backup_take, name="backup_take"),
    path("telefonos/<uuid:public_id>/retirar/", field.phone_withdraw, name="phone_withdraw"),
    path("telefono/", shell.phone_shell, name="phone_shell"),
    path("telefono/manifest.json", shell.phone_manifest, name="phone_manifest"),
    path("telefono/sw.js", shell.phone_worker, name="phone_worker"),
    path("campo/", field.field_state, name="field_state"),
    path("campo/telefonos/", field.phone_register, name="phone_register"),
    path("campo/telefonos/llegada/", field.phone_arrive, name="phone_arrive"),
    path("campo/telefonos/llave/", field.phone_key, name="phone_key"),
    path("campo/salir/", field.field_leave, name="field_leave"),
    path("campo/paquetes/", field.package_build, name="package_build"),
    path("campo/registros/", field.record_take, name="record_take"),
    path("campo/evidencia/", field.evidence_take, name="evidence_take"),
    path("<uuid:public_id>/", evaluation.session_open, name="session_open"),
    path("<uuid:public_id>/inicio/", evaluation.session_start, name="session_start"),
    path(
        "<uuid:public_id>/items/<item:code>/",
        evaluation.observation_record,
        name="observation_record",
    ),
    path(
        "<uuid:public_id>/corregir/<item:code>/", correcting.answer_correct, name="answer_correct"
    ),
    path("<uuid:public_id>/evidencia/", evidence.evidence_add, name="evidence_add"),
    path(
        "<uuid:public_id>/evidencia/sin-llegar/",
        evidence.evidence_give_up,
        name="evidence_give_up",
    ),
    path("<uuid:public_id>/pausa/", evaluation.session_pause, name="session_pause"),
    path("<uuid:public_id>/detener/", evaluation.safety_stop, name="safety_stop"),
    path("<uuid:public_id>/cerrar/", evaluation.evidence_close, name="evidence_close"),
    path("<uuid:public_id>/juicio/", evaluation.judgement_sign, name="judgement_sign"),
    path(
        "<uuid:public_id>/verificacion/",
        evaluation.verification_request,
        name="verification_request",
    ),
]
