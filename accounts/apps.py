from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self):
        from accounts import contributions, registry

        registry.TODAY.append(contributions.blocks)
        registry.LOOKED_AFTER.append(contributions.failed)
        registry.USES.append(contributions.roles_held)
