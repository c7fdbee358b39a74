from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CertificationConfig(AppConfig):
    name = "certification"

    def ready(self):
        from accounts import registry as organizations
        from beneficiaries import registry
        from certification import contributions
        from certification.actions.bundles import erase_bundles_of
        from certification.actions.sharing import shut_links
        from certification.actions.training import end_with_case
        from certification.contributions import (
            bundles,
            centre_agenda,
            expiring,
            search,
            today,
        )
        from certification.indicators import people, register
        from certification.models import (
            Certificate,
            CertificateBundle,
            PaperForm,
            StatusList,
        )
        from genesis.lib.background import register_work

        organizations.PANELS.append(contributions.panels)
        organizations.USES.append(contributions.uses)
        organizations.TODAY.append(today.blocks)
        organizations.TODAY.append(today.revocations)
        organizations.LOOKED_AFTER.append(bundles.blocks)
        organizations.LOOKED_AFTER.append(today.notices)
        organizations.TODAY.append(expiring.blocks)
        organizations.SEARCHES.extend(search.SEARCHES)
        organizations.TODAY.append(centre_agenda.blocks)
        registry.STEPS.append(contributions.steps)
        registry.VERBS.update(contributions.VERBS)
        registry.BLOCKERS.append(contributions.blockers)
        registry.FOLDING.update(contributions.FOLDING)
        registry.ERASING_IDENTITY.update(contributions.ERASING_IDENTITY)
        registry.MERGE_CHECKS.append(contributions.assessed_twice)
        registry.AGENDA.append(contributions.agenda)
        registry.DOORS.extend(contributions.DOORS)
        registry.CLOSERS.append(shut_links)
        registry.LEAVERS.append(end_with_case)
        registry.ERASERS.append(erase_bundles_of)
        registry.SHARED.append(contributions.shared)
        registry.register_indicators(
            people.ASSESSED,
            people.ATTEMPTS,
            people.CERTIFIED,
            people.CERTIFICATES,
            people.FIRST_ATTEMPTS,
            people.TRAINED,
            register.STANDARDS,
            register.CENTRES,
            register.EVALUATORS,
        )
        register_work(
            Certificate,
            title=_("Certificates"),
            task="certification.tasks.render_certificate",
            argument="certificate_id",
        )
        register_work(
            CertificateBundle,
            title=CertificateBundle._meta.verbose_name_plural,
            task="certification.jobs.make_bundle",
            argument="bundle_id",
        )
        register_work(
            PaperForm,
            title=PaperForm._meta.verbose_name_plural,
            task="certification.jobs.make_paper_form",
            argument="form_id",
        )
        register_work(
            StatusList,
            title=_("Lists of revoked certificates"),
            task="certification.tasks.sign_status_list",
            argument="list_id",
        )
