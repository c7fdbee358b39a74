from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BeneficiariesConfig(AppConfig):
    name = "beneficiaries"

    def ready(self):
        from accounts import registry as organizations
        from beneficiaries import indicators, registry
        from beneficiaries.actions import folding, merge_checks
        from beneficiaries.actions.attachments import shut_photos
        from beneficiaries.actions.messages import cancel_messages
        from beneficiaries.actions.referrals import cancel_referrals
        from beneficiaries.contributions import (
            agenda,
            care,
            files,
            person,
            referrals,
            rights,
            team,
            today,
        )
        from beneficiaries.models import (
            AccessNotice,
            BulkRun,
            ErasureBatch,
            ListExport,
            PeopleImport,
            RightsFile,
        )
        from beneficiaries.rules import erasing
        from beneficiaries.rules.doors import DOORS
        from genesis.lib.background import register_work

        registry.FOLDING.update(folding.FOLDING)
        registry.MERGE_CHECKS.extend(merge_checks.CHECKS)
        registry.ERASING_SENSITIVE.update(erasing.SENSITIVE)
        registry.ERASING_IDENTITY.update(erasing.IDENTITY)
        registry.OF_ANOTHER.update(erasing.OF_ANOTHER)
        registry.NAMES_OTHERS.update(erasing.NAMES_OTHERS)
        organizations.PANELS.extend([person.place_panel, referrals.directory_panel])
        organizations.USES.append(person.uses)
        organizations.TODAY.extend([agenda.blocks, today.blocks, care.blocks, referrals.blocks])
        organizations.TODAY.append(rights.blocks)
        organizations.LOOKED_AFTER.extend([team.blocks, today.imports, files.blocks])
        registry.STEPS.append(person.steps)
        registry.VERBS.update(person.VERBS | referrals.VERBS | rights.VERBS)
        registry.SECTIONS.extend([*person.SECTIONS, referrals.SECTION])
        registry.SCREENING.append(care.screening_open)
        registry.ACTIVATION.append(care.plan_open)
        registry.BLOCKERS.extend([care.care_open, referrals.referrals_open])
        registry.SHARED.append(referrals.shared)
        registry.AGENDA.extend([agenda.appointments_in, agenda.sessions_in])
        registry.DOORS.extend(DOORS)
        registry.CLOSERS.extend([cancel_messages, cancel_referrals, shut_photos])
        registry.register_indicators(indicators.REACHED)
        register_work(
            AccessNotice,
            title=_("Mails about emergency accesses"),
            task="beneficiaries.tasks.mail_access_notice",
            argument="notice_id",
        )
        register_work(
            PeopleImport,
            title=PeopleImport._meta.verbose_name_plural,
            task="beneficiaries.jobs.run_import",
            argument="import_id",
        )
        register_work(
            RightsFile,
            title=RightsFile._meta.verbose_name_plural,
            task="beneficiaries.jobs.write_rights_file",
            argument="file_id",
        )
        register_work(
            ErasureBatch,
            title=ErasureBatch._meta.verbose_name_plural,
            task="beneficiaries.jobs.run_erasure",
            argument="batch_id",
        )
        register_work(
            BulkRun,
            title=BulkRun._meta.verbose_name_plural,
            task="beneficiaries.jobs.run_bulk",
            argument="run_id",
        )
        register_work(
            ListExport,
            title=ListExport._meta.verbose_name_plural,
            task="beneficiaries.jobs.make_export",
            argument="export_id",
        )
