from django.apps import AppConfig


class BeneficiariesConfig(AppConfig):
    name = "beneficiaries"

    def ready(self):
        from beneficiaries import joining

        joining.join_pages()
        joining.join_rules()
        joining.join_work()
