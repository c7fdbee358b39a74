from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"

    def ready(self):
        from accounts import registry
        from genesis.lib.background import register_work
        from genesis.lib.sensitivity import register_columns
        from reporting import contributions, sensitivity
        from reporting.models import Report

        registry.LOOKED_AFTER.append(contributions.blocks)
        register_columns("reporting", sensitivity.COLUMNS)
        register_work(
            Report,
            title=Report._meta.verbose_name_plural,
            task="reporting.jobs.write_report",
            argument="report_id",
        )
