"""Hands what a survey read to the pure planners, and reads in full what they ask for."""

import secrets
from collections.abc import Callable, Collection, Mapping, Set
from dataclasses import dataclass, replace

from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile
from core.errors import SyncError
from core.jobsettings.kinds import Kind
from core.jobsettings.principals import Principal, effective_run_as
from core.mapping.names import find_mapped_ids
from core.planning.as_imported import AsImported
from core.planning.export_plan import ExportPlan, ExportSituation, plan_export
from core.planning.forms import Form, Source, choose_principal, make_desired_form, make_exported
from core.planning.identities import Identity
from core.planning.import_identity import pair_definitions
from core.planning.import_plan import Plan, Situation, plan_import
from core.planning.import_rows import Changed
from core.planning.outside import find_absent_by_name
from core.planning.taking import Taken, plan_taking
from core.ports import NamedResource, Ports
from core.reading.access import AccessReader
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


@dataclass(frozen=True, slots=True)
class DesiredForms:
    """Makes the forms of definitions in the workspace of a survey."""

    survey: Survey
    identities: Mapping[Principal, Identity]
    names: Set[str]

    def of_file(self, file: DefinitionFile) -> Form:
        """Return what the job of a file should be."""
        definitions = self.survey.definitions
        source = Source(
            definitions.settings_of(file),
            file.definition.run_as_user_name,
            definitions.values_of(file),
        )
        return self._form(source, self.identities.__getitem__)

    def of_definition(self, definition: Definition) -> Form:
        """Return the same for a live job's definition, in which whoever is named exists."""
        settings, mapped = self.survey.definitions.map_again(definition)
        source = Source(settings, definition.run_as_user_name, mapped)
        return self._form(source, lambda who: self.identities.get(who) or Identity(who))

    def _form(self, source: Source, identify: Callable[[Principal], Identity]) -> Form:
        survey = self.survey
        return make_desired_form(source, survey.mappings, survey.book, self.names, identify)


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
        reading = while_reading(listener)
        self._reader = FullReader(jobs or ports.jobs, settings.threads, reading)
        self._access = AccessReader(jobs or ports.jobs, ports.principals, settings.threads, reading)

    def plan_import(
        self,
        survey: Survey,
        ledger: ImportedLedger,
        memory: Memory,
        *,
        shows_hidden: bool = False,
        keeps_bases: bool = False,
    ) -> Plan:
        """Plan an import: every job that is not equal is read in full.

        Args:
            ledger: that of the memory, with the jobs entered whose creation was announced.
        """
        pairing = pair_definitions(
            survey.contents.files, survey.live, ledger, survey.unproven, survey.exported
        )
        for file in survey.contents.files:
            if file.path in pairing.jobs:
                job_id = str(pairing.jobs[file.path].job_id)
                survey.book.claim(Kind.JOB, NamedResource(job_id, file.definition.job_name))
        situation = Situation(
            contents=survey.contents,
            desired=self._desired_forms(survey).of_file,
            live=survey.live,
            ledger=ledger,
            book=survey.book,
            sees_all_jobs=survey.me.is_admin,
            pause=survey.mappings.pause,
            unproven=survey.unproven,
            filled_in=memory.filled_in,
            exported=survey.exported,
            shows_hidden=shows_hidden,
            selection=survey.mappings.selection,
            principal=survey.me.name,
            written=memory.written,
            keeps_bases=keeps_bases,
        )
        access = self._access.read(
            survey.me,
            survey.mappings,
            survey.contents.files,
            lambda: plan_import(situation).jobs_with_permissions(),
        )
        situation = replace(situation, access=access)

        def plan(known: Inventory[Plan]) -> Plan:
            settled = known.first.settled() if known.first else ()
            return plan_import(
                replace(situation, live=known.live, unread_jobs=known.unread, settled=settled)
            )

        return self._plan(plan, survey)

    def plan_export(self, survey: Survey, memory: Memory) -> ExportPlan:
        """Plan an export: every job to be written is read in full, and its names are looked up."""
        forms = self._desired_forms(survey) if self._settings.reads_mappings else None
        situation = ExportSituation(
            contents=survey.contents,
            live=survey.live,
            ledger=memory.exported,
            imported=memory.imported,
            filled_in=memory.filled_in,
            unproven=survey.unproven,
            book=survey.book,
            sees_all_jobs=survey.me.is_admin,
            as_imported=forms.of_file if forms else lambda _file: None,
            map_again=forms.of_definition if forms else lambda _definition: None,
            pause=survey.mappings.pause,
            ignore_rules=survey.ignore_rules,
            selection=survey.mappings.selection,
        )

        permissions = self._access.read_for_export(
            survey.me,
            survey.mappings,
            survey.contents.files,
            lambda: plan_export(situation).jobs_with_permissions(),
        )
        situation = replace(situation, permissions=permissions)

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

    def plan_taking(
        self,
        survey: Survey,
        row: Changed,
        memory: Memory,
        fields: Collection[str],
    ) -> Taken:
        """Plan what taking some fields of a job makes of its file, after `plan_import`."""
        look_up_unlisted(
            self._ports,
            (row.job,),
            survey.book,
            proves_gone=survey.me.is_admin,
            threads=self._settings.threads,
        )
        forms = self._desired_forms(survey)
        book, pause = survey.book, survey.mappings.pause
        how = AsImported(book, pause, memory.filled_in, forms.of_definition, has_rules=True)
        exported = make_exported(row.job, book)
        return plan_taking(how, row.file.definition, forms.of_file(row.file), exported, fields)

    def _plan(self, plan: Callable[[Inventory[AnyPlan]], AnyPlan], survey: Survey) -> AnyPlan:
        return plan_in_two_passes(
            plan,
            survey.live,
            self._reader,
            trusts_list=not self._settings.full_read,
            salt=secrets.token_hex(8),
        )

    def _desired_forms(self, survey: Survey) -> DesiredForms:
        """Look up the identities of all definitions, and return what makes their desired forms."""
        files, definitions = survey.contents.files, survey.definitions
        look_up(
            self._ports,
            find_mapped_ids(map(definitions.settings_of, files), survey.mappings, survey.book),
            survey.book,
            proves_gone=False,
            threads=self._settings.threads,
        )
        principals: set[Principal] = set()
        for file in files:
            settings, name = definitions.settings_of(file), file.definition.run_as_user_name
            try:
                principals.add(choose_principal(effective_run_as(settings, name), survey.mappings))
            except SyncError:
                continue  # becomes an issue of this definition in make_desired_form
        mapped = principals.intersection(survey.mappings.run_as.values())
        identities = look_up_identities(self._ports.principals, principals, mapped)
        names = {file.definition.job_name for file in files} | find_absent_by_name(
            survey.mappings.selection,
            (file.definition.unpack_settings() for file in files),
        )
        return DesiredForms(survey, identities, frozenset(names))
