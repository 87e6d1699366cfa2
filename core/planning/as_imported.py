"""What importing a definition makes of a job here, held against the live job."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from core.comparing.diff import FieldChange
from core.comparing.filled_in import Comparison, Habits, compare
from core.definitions.definition import Definition
from core.jobsettings.places import meets_any
from core.json_text import JobSettings, Prints
from core.mapping.mapping_file import PausePolicy
from core.mapping.name_book import NameBook
from core.mapping.pause import apply_pause_policy
from core.planning.conflicts import explain_disproof
from core.planning.forms import Exported, Form, make_live_form, take_identity
from core.planning.unmapping import Unmapped, unmap
from core.ports import LiveJob


@dataclass(frozen=True, slots=True)
class AsImported:
    """Compares live jobs with mapped definitions, as an import does.

    `map_again` maps a definition that is in no file yet; None where mappings do not apply. With
    `has_rules`, what a workspace may fill in is no difference in a job that was never written.
    """

    book: NameBook
    pause: PausePolicy
    filled_in: Mapping[int, Prints]
    map_again: Callable[[Definition], Form | None]
    has_rules: bool = False

    def equals(self, job: LiveJob, form: Form | None) -> bool:
        """Whether the job is what importing its file made of it; what people changed counts."""
        if form is None or form.issues:
            return False
        return not self._compare(job, form).changes

    def differences(self, job: LiveJob, form: Form) -> tuple[FieldChange, ...]:
        """Return what an import of a definition with this form would change."""
        return self._compare(job, form).changes

    def live_settings(self, job: LiveJob) -> JobSettings:
        """Return a live job's settings as they are compared."""
        return make_live_form(job, self.book).settings

    def is_mapped(self, job: LiveJob, form: Form) -> bool:
        """Whether the mapping file makes the job different from its definition."""
        return bool(form.mapped) or self._paused(job, form) != form.settings

    def undo(self, git: Definition, form: Form, exported: Exported) -> Unmapped:
        """Write into a definition what differs from it here, if mapping gives this job again.

        Args:
            git: the definition as its file has it.
            form: what mapping makes of it.
        """
        job = exported.job
        mapped = replace(form, settings=self._paused(job, form))
        changes = self._compare(job, form).changes
        unmapped = unmap(git, mapped, exported, changes)
        # A default that depends on what changed elsewhere is seen only in the result.
        more = () if unmapped.issues else self._left_over(job, unmapped)
        if more:
            unmapped = unmap(git, mapped, exported, (*changes, *more))
        if unmapped.issues:
            return unmapped
        others = [change.path for change in self._left_over(job, unmapped)]
        return replace(unmapped, issues=(explain_disproof(others),)) if others else unmapped

    def find_undone(self, job: LiveJob, definition: Definition) -> tuple[str, ...]:
        """Return where mapping would undo what an export writes, such as a new address."""
        form = self.map_again(definition)
        if form is None or not form.mapped:
            return ()
        places = [value.path for value in form.mapped]
        paths = [change.path for change in self._compare(job, form).changes]
        return tuple(path for path in paths if meets_any(path, places))

    def _left_over(self, job: LiveJob, unmapped: Unmapped) -> tuple[FieldChange, ...]:
        """Return where mapping a definition again gives something else than this job."""
        form = self.map_again(unmapped.definition)
        changes = self._compare(job, form).changes if form else ()
        return tuple(change for change in changes if not unmapped.explains(change.path))

    def _compare(self, job: LiveJob, form: Form) -> Comparison:
        """Compare the whole job, as an import does: also what an export leaves to policies."""
        live = take_identity(make_live_form(job, self.book).settings, job, form.settings)
        desired = apply_pause_policy(form.settings, live, self.pause)
        habits = Habits(
            self.filled_in.get(job.job_id), has_rules=self.has_rules, fixed_by=self.book.fixed_by
        )
        return compare(live, desired, habits)

    def _paused(self, job: LiveJob, form: Form) -> JobSettings:
        """Return the mapped settings as the policy for schedules has them."""
        if self.pause is PausePolicy.FROM_GIT:
            return form.settings
        live = make_live_form(job, self.book).settings
        return apply_pause_policy(form.settings, live, self.pause)
