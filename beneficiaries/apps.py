from django.apps import AppConfig


class BeneficiariesConfig(AppConfig):
    name = "beneficiaries"

    def ready(self):
        from beneficiaries import contributions, registry

        registry.STEPS.append(contributions.steps)
        registry.VERBS.update(contributions.VERBS)
