from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"

    def ready(self):
        from accounts import registry
        from genesis.lib.background import register_work
        from reporting import contributions
        from reporting.models import Report

        registry.LOOKED_AFTER.append(contributions.blocks)
        register_work(
            Report,
            title=Report._meta.verbose_name_plural,
            task="reporting.jobs.write_report",
            argument="report_id",
        )
