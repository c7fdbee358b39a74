from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BeneficiariesConfig(AppConfig):
    name = "beneficiaries"

    def ready(self):
        from accounts import registry as organizations
        from beneficiaries import contributions, indicators, registry
        from beneficiaries.actions.messages import cancel_messages
        from beneficiaries.models import AccessNotice, PeopleImport
        from beneficiaries.rules.doors import DOORS
        from genesis.lib.background import register_work

        organizations.PANELS.append(contributions.place_panel)
        organizations.USES.append(contributions.uses)
        registry.STEPS.append(contributions.steps)
        registry.VERBS.update(contributions.VERBS)
        registry.SECTIONS.extend(contributions.SECTIONS)
        registry.DOORS.extend(DOORS)
        registry.CLOSERS.append(cancel_messages)
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
