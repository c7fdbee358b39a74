from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self):
        from accounts import contributions, registry, sensitivity
        from genesis.lib.sensitivity import register_columns

        registry.TODAY.append(contributions.blocks)
        registry.LOOKED_AFTER.append(contributions.failed)
        registry.USES.append(contributions.roles_held)
        register_columns("accounts", sensitivity.COLUMNS)
