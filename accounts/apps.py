from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self):
        from accounts import contributions, registry

        registry.TODAY.append(contributions.blocks)
        registry.USES.append(contributions.roles_held)
