from django.apps import AppConfig


class BeneficiariesConfig(AppConfig):
    name = "beneficiaries"

    def ready(self):
        from accounts import registry as organizations
        from beneficiaries import contributions, indicators, registry
        from beneficiaries.models import PeopleImport
        from genesis.lib.background import register_work

        organizations.PANELS.append(contributions.place_panel)
        organizations.USES.append(contributions.uses)
        registry.STEPS.append(contributions.steps)
        registry.VERBS.update(contributions.VERBS)
        registry.SECTIONS.extend(contributions.SECTIONS)
        registry.register_indicators(indicators.REACHED)
        register_work(
            PeopleImport,
            title=PeopleImport._meta.verbose_name_plural,
            task="beneficiaries.jobs.run_import",
            argument="import_id",
        )
