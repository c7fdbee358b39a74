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
        from beneficiaries.contributions import agenda, care, person, referrals, team, today
        from beneficiaries.models import AccessNotice, PeopleImport
        from beneficiaries.rules.doors import DOORS
        from genesis.lib.background import register_work

        registry.FOLDING.update(folding.FOLDING)
        registry.MERGE_CHECKS.extend(merge_checks.CHECKS)
        organizations.PANELS.extend([person.place_panel, referrals.directory_panel])
        organizations.USES.append(person.uses)
        organizations.TODAY.extend(
            [agenda.blocks, today.blocks, care.blocks, referrals.blocks, team.blocks]
        )
        registry.STEPS.append(person.steps)
        registry.VERBS.update(person.VERBS | referrals.VERBS)
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
