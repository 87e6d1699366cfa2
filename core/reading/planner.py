"""Hands what a survey read to the pure planners, and reads in full what they ask for."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace

from core.definitions.folder import DefinitionFile
from core.errors import Issue, SyncError
from core.jobsettings.kinds import Kind
from core.jobsettings.principals import Principal, effective_run_as
from core.json_text import JobSettings, Prints
from core.mapping.names import find_mapped_ids
from core.planning.export_plan import ExportPlan, ExportSituation, plan_export
from core.planning.forms import Form, choose_principal, make_desired_form
from core.planning.import_identity import pair_definitions
from core.planning.import_plan import Plan, Situation, plan_import
from core.ports import NamedResource, Ports
from core.reading.identities import look_up_identities
from core.reading.names import look_up, look_up_unlisted
from core.reading.remembered import Memory
from core.reading.survey import Survey
from core.reading.two_passes import (
    AnyPlan,
    FullReader,
    Inventory,
    JobReader,
    plan_in_two_passes,
)
from core.reporting.listener import Listener, while_reading
from core.settings import Settings
from core.state.ledger import ImportedLedger


class Planner:
    """Makes the plans of one survey, each in two passes. Writes nothing."""

    def __init__(
        self,
        ports: Ports,
        settings: Settings,
        listener: Listener,
        jobs: JobReader | None = None,
    ) -> None:
        """Take what reads jobs in full, where several planners share it."""
        self._ports = ports
        self._settings = settings
        self._reader = FullReader(jobs or ports.jobs, settings.threads, while_reading(listener))

    def plan_import(
        self,
        survey: Survey,
        ledger: ImportedLedger,
        filled_in: Mapping[int, Prints],
        *,
        shows_hidden: bool = False,
    ) -> Plan:
        """Plan an import: every job that is not equal is read in full."""
        pairing = pair_definitions(
            survey.contents.files, survey.live, ledger, survey.unproven, survey.exported
        )
        for file in survey.contents.files:
            if file.path in pairing.jobs:
                job_id = str(pairing.jobs[file.path].job_id)
                survey.book.claim(Kind.JOB, NamedResource(job_id, file.definition.job_name))
        situation = Situation(
            contents=survey.contents,
            desired=self._desired_form(survey),
            live=survey.live,
            ledger=ledger,
            book=survey.book,
            sees_all_jobs=survey.me.is_admin,
            pause=survey.mappings.pause,
            unproven=survey.unproven,
            filled_in=filled_in,
            exported=survey.exported,
            shows_hidden=shows_hidden,
        )

        def plan(known: Inventory[Plan]) -> Plan:
            settled = known.first.settled() if known.first else ()
            return plan_import(
                replace(situation, live=known.live, unread_jobs=known.unread, settled=settled)
            )

        return self._plan(plan, survey)

    def plan_export(self, survey: Survey, memory: Memory) -> ExportPlan:
        """Plan an export: every job to be written is read in full, and its names are looked up."""
        situation = ExportSituation(
            contents=survey.contents,
            live=survey.live,
            ledger=memory.exported,
            imported=memory.imported,
            filled_in=memory.filled_in,
            unproven=survey.unproven,
            book=survey.book,
            sees_all_jobs=survey.me.is_admin,
            as_imported=self._as_imported(survey),
            pause=survey.mappings.pause,
            ignore_rules=survey.ignore_rules,
        )

        def plan(known: Inventory[ExportPlan]) -> ExportPlan:
            look_up_unlisted(
                self._ports,
                known.fresh,
                survey.book,
                proves_gone=survey.me.is_admin,
                threads=self._settings.threads,
            )
            settled = known.first.settled() if known.first else ()
            return plan_export(
                replace(situation, live=known.live, unread_jobs=known.unread, settled=settled)
            )

        return self._plan(plan, survey)

    def _plan(self, plan: Callable[[Inventory[AnyPlan]], AnyPlan], survey: Survey) -> AnyPlan:
        return plan_in_two_passes(
            plan,
            survey.live,
            self._reader,
            trusts_list=not self._settings.full_read,
            salt=secrets.token_hex(8),
        )

    def _as_imported(
        self, survey: Survey
    ) -> Callable[[DefinitionFile], JobSettings | Issue | None]:
        """Return a function that says how a definition would look here if it had been imported."""
        if not self._settings.reads_mappings:
            return lambda _file: None
        desired = self._desired_form(survey)

        def as_imported(file: DefinitionFile) -> JobSettings | Issue | None:
            form = desired(file)
            if form.is_unread:
                return form.issues[-1]
            return None if form.issues else form.settings

        return as_imported

    def _desired_form(self, survey: Survey) -> Callable[[DefinitionFile], Form]:
        """Look up the identities of all definitions, and return what makes the desired forms."""
        definitions = [file.definition for file in survey.contents.files]
        settings = (definition.unpack_settings() for definition in definitions)
        look_up(
            self._ports,
            find_mapped_ids(settings, survey.mappings, survey.book),
            survey.book,
            proves_gone=False,
            threads=self._settings.threads,
        )
        principals: set[Principal] = set()
        for definition in definitions:
            try:
                source = effective_run_as(definition.unpack_settings(), definition.run_as_user_name)
                principals.add(choose_principal(source, survey.mappings))
            except SyncError:
                continue  # becomes an issue of this definition in make_desired_form
        mapped = principals.intersection(survey.mappings.run_as.values())
        identities = look_up_identities(self._ports.principals, principals, mapped)
        names = {definition.job_name for definition in definitions}
        return lambda file: make_desired_form(
            file.definition, survey.mappings, survey.book, names, identities.__getitem__
        )
