from django.apps import AppConfig


class CertificationConfig(AppConfig):
    name = "certification"

    def ready(self):
        from certification import joining

        joining.join_pages()
        joining.join_rules()
        joining.join_work()
