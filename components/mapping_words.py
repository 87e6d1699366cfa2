"""The words of the Mappings tab that its scripts show."""

from collections.abc import Mapping
from typing import Any

from components.forms import Forms, forms
from components.mapping_sections import SECTIONS
from core.mapping.mapping_file import PausePolicy
from core.mapping.use import EntryState

_STATES: Mapping[str, str] = {
    EntryState.FINE: "Fine",
    EntryState.MISSING: "Missing here",
    EntryState.UNUSED: "Unused",
    EntryState.SHADOWED: "Overruled",
}
_CHANGES: Mapping[str, str] = {
    "added": "Added, not saved",
    "changed": "Changed, not saved",
    "removed": "Removed, not saved",
}
_WAYS: Mapping[str, str] = {
    "name": "Name",
    "id": "Id",
    "drop": "Leave it out",
    "user_name": "User",
    "service_principal_name": "Service principal",
    "group_name": "Group",
}
_POLICIES: Mapping[str, str] = {
    PausePolicy.FROM_GIT: "As in Git",
    PausePolicy.KEEP_TARGET: "Keep existing ones",
    PausePolicy.NEW_PAUSED: "Keep existing ones, create new jobs paused",
}

MAPPING_WORDS: Mapping[str, Any] = {
    "sections": [section.as_json() for section in SECTIONS],
    "states": _STATES,
    "changes": _CHANGES,
    "ways": _WAYS,
    "policies": _POLICIES,
}

_STARTER = """{
  // What names and values of the source workspace are here.
}
"""

MAPPING_TEXTS: Mapping[str, str | Forms] = {
    "mappingAdded": "Added: ",
    "mappingAddress": "Address",
    "mappingAddRule": "Add a value",
    "mappingAddTo": "Add to “{section}”",
    "mappingAll": forms("Show the one", "Show all {n}"),
    "mappingAny": "any value",
    "mappingAsTables": "Show as tables",
    "mappingAsText": "Show as text",
    "mappingBad": forms("{n} needs attention", "{n} need attention"),
    "mappingBroken": "The mapping file cannot be read",
    "mappingChange": "Change in “{section}”",
    "mappingChecking": "Checking the unsaved changes …",
    "mappingChoose": "Choose or type a name",
    "mappingChooseFor": "What “{name}” is here",
    "mappingConflict": "Somebody else changed this entry since. Applying replaces that change.",
    "mappingConflicts": forms(
        "{n} entry was changed there as well: look at it before you save.",
        "{n} entries were changed there as well: look at them before you save.",
    ),
    "mappingCreate": "Create",
    "mappingDiff": "This is what changes in {path}. The text before is kept in the state folder.",
    "mappingDiffCut": "There are more changes than can be shown here.",
    "mappingDiffNone": "Nothing changes.",
    "mappingDropped": "(left out)",
    "mappingDropRule": "Remove this value",
    "mappingEntry": "“{section}”",
    "mappingExample": "For example {example}",
    "mappingFieldsHint": "Numbers, true, false, null and lists are JSON; quote a number that is a "
    "text. null removes the field.",
    "mappingForJobs": "{what} (jobs {jobs})",
    "mappingFree": "Choose from the list, or type what it does not have.",
    "mappingGap": forms("{n} unchanged line", "{n} unchanged lines"),
    "mappingGoTo": "Go to line {line}",
    "mappingGroup": "group “{name}”",
    "mappingHere": "Here",
    "mappingId": "id {name}",
    "mappingInFile": "In the file: {name} → {was}",
    "mappingIsFine": "This can be saved.",
    "mappingJobPattern": "Only jobs named",
    "mappingJobs": forms("{n} job", "{n} jobs"),
    "mappingJobsGone": "This list has expired. Reload the mappings to see it.",
    "mappingMasked": "Secrets in this file are hidden. Show them to edit the file; History will "
    "note it.",
    "mappingMaskedLook": "Secrets in this file are hidden.",
    "mappingMaskedReason": "Show the hidden values first.",
    "mappingReveal": "Show hidden values",
    "mappingMend": "The text has a mistake. Mend it first.",
    "mappingMixedRules": "A new value for everything cannot be combined with others.",
    "mappingName": "In Git",
    "mappingNeededBy": "Jobs that use “{name}”",
    "mappingNew": "new value",
    "mappingNoFit": "Fits no definition",
    "mappingNoFile": "There is no mapping file at {path} yet. Add entries below and save, or "
    "create an empty one.",
    "mappingNoFileLook": "There is no mapping file at {path} yet.",
    "mappingNoName": "Say what it is called in Git.",
    "mappingNotInFile": "Not in the file yet.",
    "mappingNoTarget": "Say what it becomes here.",
    "mappingNothingRead": "The mapping file was not read yet.",
    "mappingNothingUnsaved": "There are no unsaved changes.",
    "mappingNotSaved": "not saved",
    "mappingOld": "Something changed in the workspace since this was read. Reload keeps your "
    "changes and applies them to the text as it is now.",
    "mappingOldValue": "Value in Git",
    "mappingPattern": "Pattern",
    "mappingPolicy": "Schedules and triggers",
    "mappingReading": "Reading the mapping file …",
    "mappingRebased": "The file was changed since you began. Your changes are applied to its new "
    "text.",
    "mappingReload": "Reload",
    "mappingRemoved": "Removed: ",
    "mappingRules": "Values",
    "mappingRulesHint": "Without a value in Git, the new one replaces any.",
    "mappingSameOld": "The same value in Git is there twice.",
    "mappingSaved": "in the file; validate again",
    "mappingSavedBy": "{who} saved the file meanwhile. Reload keeps your changes and applies them "
    "to the new text.",
    "mappingSections": "Sections of the mapping file",
    "mappingService": "service principal “{name}”",
    "mappingStarter": _STARTER,
    "mappingTaken": "Another entry of this section has this name.",
    "mappingTestOld": "The mappings were changed after this test.",
    "mappingText": "The mapping file as a text",
    "mappingTodo": forms("{n} name to map", "{n} names to map"),
    "mappingTodoHint": "Choose what each is called here. Nothing is written before you save.",
    "mappingTodoDoneHint": "Test what that changes, then save.",
    "mappingTodoSavedHint": "Validate again to use them.",
    "mappingTodoDone": "All names are mapped",
    "mappingUndo": "Undo",
    "mappingUndoFor": "Undo “{name}”",
    "mappingUnsaved": forms("{n} unsaved change", "{n} unsaved changes"),
    "mappingUnused": forms("{n} is unused", "{n} are unused"),
    "mappingUser": "user “{name}”",
    "mappingWarnings": forms("{n} warning", "{n} warnings"),
    "mappingWay": "What it is",
}
