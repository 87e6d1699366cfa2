/* Draws the Mappings tab: the file, what is wrong with it, what is to be mapped, sections and table. */
(() => {
  globalThis.jobsync ??= {};
  const FEW = 10; // names to map that are shown at first
  const NAMED_JOBS = 2;
  const html = (type, props) => ({type, props});
  const row = (className, ...children) => html("Div", {className, children});
  let isWhole = false; // whether all names to map are shown
  Object.assign(jobsync, {drawMappings, mappingSection, mappingEdits, wantMapping, linkedButton});

  const drawnAt = role => jobsync.role(role);
  const fill = (template, values) => jobsync.words.fill(template, values);
  const counted = (forms, n, values) => jobsync.words.counted(forms, n, values);
  const texts = () => jobsync.config().texts;

  /** Whether the user may change the file at all. */
  const mayEdit = () => document.querySelector("[data-edits]").dataset.edits === "true";

  /** Whether the file can be changed as it is shown: what is masked would be saved as the mask. */
  function mappingEdits() {
    return mayEdit() && !jobsync.mapping.info?.is_masked;
  }

  function mappingSection(place) {
    return jobsync.config().mapping.sections.find(section => section.place === place);
  }

  /** @param {{isNew?: boolean}} options whether other data came, so that what is typed is not kept */
  function drawMappings({isNew = false} = {}) {
    const {info} = jobsync.mapping;
    if (!drawnAt("mapping-file")) return;
    drawHead();
    jobsync.draw(drawnAt("mapping-notices"), html("Div", {children: notices()}));
    const isText = jobsync.isMappingText();
    const hasTables = Boolean(info?.path) && !isText;
    drawTodo(hasTables);
    drawnAt("mapping-body").hidden = !hasTables;
    jobsync.drawMappingText({isShown: isText, isNew});
    if (hasTables) drawTables();
    if (info) showWanted();
  }

  // The file

  function drawHead() {
    const {info} = jobsync.mapping;
    jobsync.draw(drawnAt("mapping-file"), row("mapping-file-line", ...fileLine(info)));
    for (const name of ["data-mapping-undo", "data-mapping-discard"]) {
      const button = document.querySelector(`.pane [${name}]`);
      if (button) button.hidden = !jobsync.isMappingUnsaved();
    }
    markTab();
    drawButtons();
  }

  /** What was chosen and not saved is seen on every tab: a validation does not use it. */
  function markTab() {
    const link = document.getElementById(jobsync.config().tabs.find(isMappings).nav);
    link.toggleAttribute("data-unsaved", jobsync.isMappingUnsaved());
    link.title = jobsync.isMappingUnsaved() ? counted(texts().mappingUnsaved, unsavedCount()) : "";
  }

  const isMappings = tab => tab.name === "mappings";

  function unsavedCount() {
    return jobsync.mapping.text === null ? jobsync.mapping.edits.length : 1;
  }

  function fileLine(info) {
    if (!info) {
      const hasFailed = jobsync.mapping.news?.hasFailed;
      const text = hasFailed ? texts().mappingNothingRead : texts().mappingReading;
      return [html("Span", {className: "quiet", children: text})];
    }
    const unsaved = unsavedCount();
    const note = unsaved ? counted(texts().mappingUnsaved, unsaved) : "";
    return [
      html("Code", {children: info.path}),
      html("Span", {
        className: unsaved ? "badge-unsaved" : "",
        role: "status",
        children: note,
      }),
      ...textToggle(info),
    ];
  }

  /** Leads to the text and back, where that loses nothing. */
  function textToggle(info) {
    const {text, edits, isText, draft} = jobsync.mapping;
    const isPossible = info.exists && !info.problem && text === null;
    if (!isPossible || (edits.length && (!draft || draft.problem))) return [];
    const {mappingAsText, mappingAsTables} = texts();
    const label = isText ? mappingAsTables : mappingAsText;
    return [linkedButton(label, {"data-mapping-as-text": "true"})];
  }

  function drawButtons() {
    if (!mayEdit()) return;
    const reasons = {};
    for (const kind of ["test", "save"]) {
      const reason = jobsync.mappingAction(kind);
      reasons[kind] = reason;
      const button = document.querySelector(`[data-mapping-starts="${kind}"]`);
      if (button) jobsync.setProps(button.id, {disabled: Boolean(reason), title: reason});
    }
    const {news, info} = jobsync.mapping;
    const shown = news?.reasons.save || (info && jobsync.isMappingUnsaved() ? reasons.save : "");
    const isBusy = shown === texts().mappingChecking;
    jobsync.setProps(drawnAt("mapping-reason").id, {children: isBusy ? "" : shown});
  }

  // Notices

  function notices() {
    const {info, news, draft} = jobsync.mapping;
    if (!info) return [];
    return [
      ...(isOutdated(news) ? [changedNotice()] : []),
      ...(news?.tested && draft?.version && draft.version !== news.tested
        ? [notice("warn", texts().mappingTestOld)]
        : []),
      ...fileNotices(info),
      ...(jobsync.mapping.isRebased ? [notice("warn", rebasedText())] : []),
      ...(draft?.problem && !jobsync.isMappingText() ? [notice("bad", draft.problem.message)] : []),
      ...warnings(draft?.warnings ?? info.warnings ?? []),
      ...(info.notes ?? []).map(note => notice("warn", note.message)),
    ];
  }

  function isOutdated(news) {
    const isOld = Boolean(news?.isOld) || jobsync.mapping.isHeld;
    return isOld && jobsync.isMappingUnsaved() && !news.isReading;
  }

  function changedNotice() {
    const {savedBy} = jobsync.mapping.news;
    const {mappingSavedBy, mappingOld} = texts();
    const text = savedBy ? fill(mappingSavedBy, {who: savedBy}) : mappingOld;
    return notice(
      "warn mapping-notice-changed",
      text,
      button(texts().mappingReload, {"data-mapping-reload": "true"}),
    );
  }

  function maskedNotice() {
    const {mappingMasked, mappingMaskedLook, mappingReveal} = texts();
    if (!mayEdit()) return notice("", mappingMaskedLook);
    return notice("warn", mappingMasked, button(mappingReveal, {"data-mapping-reveal": "true"}));
  }

  function fileNotices(info) {
    if (info.is_masked) return [maskedNotice()];
    if (info.problem) return [];
    if (info.exists || jobsync.mapping.text !== null) return [];
    const {mappingNoFile, mappingNoFileLook, mappingCreate} = texts();
    if (!mappingEdits()) return [notice("", fill(mappingNoFileLook, {path: info.path}))];
    const create = button(mappingCreate, {"data-mapping-create": "true"});
    return [notice("", fill(mappingNoFile, {path: info.path}), create)];
  }

  function rebasedText() {
    const conflicts = allRows().filter(each => each.isConflict).length;
    const {mappingRebased, mappingConflicts} = texts();
    return conflicts ? `${mappingRebased} ${counted(mappingConflicts, conflicts)}` : mappingRebased;
  }

  function allRows() {
    const {info, edits} = jobsync.mapping;
    const places = [...new Set(edits.map(edit => edit.section))];
    return places.flatMap(place => jobsync.mappings.rowsOf(place, info.entries, edits));
  }

  function warnings(found) {
    if (!found.length) return [];
    const items = found.map(({message}) => html("Li", {children: message}));
    return [
      html("Details", {
        className: "mapping-notice mapping-notice-warn",
        children: [
          html("Summary", {children: counted(texts().mappingWarnings, found.length)}),
          html("Ul", {children: items}),
        ],
      }),
    ];
  }

  function notice(tone, text, ...more) {
    return row(
      `mapping-notice mapping-notice-${tone || "plain"}`,
      html("Span", {className: "mapping-notice-text", children: text}),
      ...more,
    );
  }

  function button(label, props) {
    return html("Button", {type: "button", className: "button", children: label, ...props});
  }

  function linkedButton(label, props) {
    return button(label, {className: "link-button", ...props});
  }

  // What is to be mapped

  function drawTodo(isShown) {
    const {unmapped, edits, info} = jobsync.mapping;
    const pending = isShown ? jobsync.mappings.pending(unmapped, edits, info.entries) : [];
    const shown = isWhole ? pending : pending.slice(0, FEW);
    const place = drawnAt("mapping-todo");
    place.hidden = !pending.length;
    jobsync.draw(place, pending.length ? todoCard(pending, shown) : null);
  }

  function todoCard(pending, shown) {
    const open = pending.filter(name => !name.edit && !name.isDone).length;
    const {mappingTodo, mappingTodoDone, mappingAll} = texts();
    const title = open ? counted(mappingTodo, open) : mappingTodoDone;
    const rest = pending.length - shown.length;
    const more = counted(mappingAll, pending.length);
    return html("Section", {
      className: "card todo",
      "aria-label": title,
      children: [
        html("H3", {children: title}),
        html("P", {className: "quiet todo-hint", children: todoHint(pending, open)}),
        row("todo-list", ...shown.map(todoRow)),
        ...(rest > 0 ? [button(more, {"data-mapping-all": "true"})] : []),
      ],
    });
  }

  function todoHint(pending, open) {
    const {mappingTodoHint, mappingTodoDoneHint, mappingTodoSavedHint} = texts();
    if (!mappingEdits()) return "";
    if (open) return mappingTodoHint;
    return pending.some(name => name.edit) ? mappingTodoDoneHint : mappingTodoSavedHint;
  }

  function todoRow(name) {
    const key = jobsync.mappings.keyOf(name);
    return html("Div", {
      key,
      className: "todo-row",
      "data-entry": key,
      children: [
        html("Span", {className: "todo-kind", children: name.kind}),
        html("Strong", {className: "todo-name", children: name.name}),
        neededBy(name, key),
        ...(name.edit || name.isDone ? [todoDone(name, key)] : todoChoice(name, key)),
      ],
    });
  }

  function neededBy({jobs}, key) {
    const {mappingJobs} = texts();
    const few = jobs.length <= NAMED_JOBS ? jobs.join(", ") : counted(mappingJobs, jobs.length);
    return linkedButton(few, {"data-mapping-needed": key, title: jobs.slice(0, 20).join("\n")});
  }

  function todoDone(name, key) {
    const {mappingUndo, mappingUndoFor, mappingNotSaved, mappingSaved} = texts();
    const label = fill(mappingUndoFor, {name: name.name});
    const {shape} = mappingSection(name.section);
    const value = name.edit ? name.edit.value : name.value;
    const shown = jobsync.mappingValues.shown(value, shape, texts(), choices(name.section));
    const note = name.edit ? mappingNotSaved : mappingSaved;
    return row(
      "todo-done",
      html("Span", {className: "todo-target", children: `→ ${shown}`}),
      html("Span", {className: name.edit ? "badge-unsaved" : "quiet", children: note}),
      ...(name.edit && mappingEdits()
        ? [linkedButton(mappingUndo, {"data-mapping-undo-key": key, "aria-label": label})]
        : []),
    );
  }

  function todoChoice(name, key) {
    const {mappingChoose, mappingChooseFor} = texts();
    if (!mappingEdits()) {
      return [html("Span", {className: "quiet", children: name.candidates.join(", ")})];
    }
    jobsync.offerChoices(key, () => offered(name));
    const candidates = name.candidates.map(candidate =>
      button(candidate, {
        className: "chip",
        "data-mapping-candidate": key,
        value: candidate,
        title: candidate,
      }),
    );
    const label = fill(mappingChooseFor, {name: name.name});
    const field = jobsync.choiceField({
      source: key,
      placeholder: mappingChoose,
      "aria-label": label,
      list: `todo-${jobsync.mapping.unmapped.indexOf(unmappedOf(key))}`,
    });
    return [row("todo-candidates", ...candidates), field];
  }

  function offered({section, candidates}) {
    const labels = choices(section).map(choice => choice.label);
    return {labels, best: candidates.filter(candidate => labels.includes(candidate))};
  }

  const choices = section =>
    jobsync.mappingValues.choicesOf(jobsync.mapping.info.choices?.[section]);

  const unmappedOf = key =>
    jobsync.mapping.unmapped.find(name => jobsync.mappings.keyOf(name) === key);

  /** Maps a name, and leads to the next one: what had the focus is gone. */
  function mapTo({section, name}, value) {
    jobsync.stageMapping({section, name, value});
    choose(section);
    const todo = drawnAt("mapping-todo");
    const next = todo.querySelector("input") || todo.querySelector(".todo-done button");
    setTimeout(() => next?.focus({preventScroll: true}), 0);
  }

  document.addEventListener("jobsync-chosen", event => {
    const name = unmappedOf(event.target.dataset.choices);
    const text = event.target.value.trim();
    if (!name || !text) return;
    event.preventDefault(); // else Enter presses what has the focus next
    const {shape} = mappingSection(name.section);
    mapTo(name, jobsync.mappingValues.chosenValue(text, shape, choices(name.section)));
  });

  // Sections and their table

  function drawTables() {
    const {info, edits} = jobsync.mapping;
    const {sections} = jobsync.config().mapping;
    jobsync.mapping.section ||= firstSection(sections, info.entries);
    const tallies = jobsync.mappings.tallies(info.entries, edits);
    jobsync.draw(drawnAt("mapping-sections"), sectionList(sections, tallies));
    const section = mappingSection(jobsync.mapping.section);
    jobsync.draw(
      drawnAt("mapping-title"),
      row(
        "mapping-title-lines",
        html("H3", {children: section.title}),
        html("P", {className: "quiet", children: section.hint}),
      ),
    );
    const add = document.querySelector("[data-mapping-add]");
    if (add) {
      const title = info.is_masked ? texts().mappingMaskedReason : "";
      Object.assign(add, {hidden: section.shape === "shown", disabled: info.is_masked, title});
    }
    drawRows(section);
  }

  function firstSection(sections, entries) {
    const found = sections.find(({place}) => entries.some(entry => entry.section === place));
    return (found || sections[0]).place;
  }

  let inGrid = {}; // what the rows of the grid were made of: each poll of the feed draws anew

  function drawRows({place, shape}) {
    const {info, edits} = jobsync.mapping;
    if (inGrid.info === info && inGrid.edits === edits && inGrid.place === place) return;
    const words = jobsync.config().mapping;
    const offered = choices(place);
    const shown = value => jobsync.mappingValues.shown(value, shape, texts(), offered);
    const isPattern = each => shape === "pattern" && each.state === "unused";
    const stateOf = each => (isPattern(each) ? texts().mappingNoFit : words.states[each.state]);
    const rows = jobsync.mappings.rowsOf(place, info.entries, edits).map(each => ({
      ...each,
      target: shown(each.value),
      earlier: shown(each.before),
      label: words.changes[each.change] || stateOf(each) || "",
    }));
    const id = grid();
    if (!jobsync.gridApi(id)) {
      setTimeout(() => jobsync.drawMappings(), 50);
      return;
    }
    jobsync.setProps(id, {rowData: rows});
    inGrid = {info, edits, place};
  }

  const grid = () => document.querySelector('[data-opens="mapping"]').dataset.rowsOf;

  function sectionList(sections, tallies) {
    const groups = [...new Set(sections.map(section => section.group))];
    const inGroup = group => sections.filter(section => section.group === group);
    const tallyOf = ({place}) => tallies.get(place) || {all: 0, bad: 0, unused: 0, unsaved: 0};
    const lists = groups.flatMap(group => [
      html("H3", {children: group}),
      html("Ul", {children: inGroup(group).map(each => sectionItem(each, tallyOf(each)))}),
    ]);
    const options = groups.map(group =>
      html("Optgroup", {
        label: group,
        children: inGroup(group).map(each =>
          html("Option", {value: each.place, children: optionText(each, tallyOf(each))}),
        ),
      }),
    );
    const label = texts().mappingSections;
    return html("Div", {
      children: [
        html("Nav", {className: "section-list card", "aria-label": label, children: lists}),
        html("Select", {
          className: "form-select section-select",
          "aria-label": label,
          "data-mapping-select": "true",
          value: jobsync.mapping.section,
          onChange: event => choose(event.target.value),
          children: options,
        }),
      ],
    });
  }

  function optionText({title}, {all, unsaved}) {
    return `${title}${all ? ` (${all})` : ""}${unsaved ? " •" : ""}`;
  }

  function sectionItem({place, title}, tally) {
    const isCurrent = place === jobsync.mapping.section;
    const props = isCurrent ? {"aria-current": "true"} : {};
    const {mappingUnsaved, mappingBad, mappingUnused} = texts();
    const badges = [
      badge("bad", tally.bad, mappingBad),
      badge("unused", tally.unused, mappingUnused),
      badge("unsaved", tally.unsaved, mappingUnsaved),
    ];
    const children = [
      html("Span", {className: "section-title", children: title}),
      ...badges.filter(Boolean),
      html("Span", {className: "section-count", children: tally.all ? String(tally.all) : ""}),
    ];
    const look = tally.all || tally.unsaved ? "section-item" : "section-item section-empty";
    return html("Li", {
      children: button(children, {className: look, "data-mapping-section": place, ...props}),
    });
  }

  function badge(tone, count, forms) {
    if (!count) return null;
    const title = counted(forms, count);
    return html("Span", {
      className: `section-badge section-badge-${tone}`,
      title,
      children: [
        html("Span", {"aria-hidden": "true", children: String(count)}),
        html("Span", {className: "visually-hidden", children: title}),
      ],
    });
  }

  function choose(place) {
    jobsync.mapping.section = place;
    drawMappings();
  }

  // What the address names

  function wantMapping(wanted) {
    jobsync.mapping.wanted = wanted;
    if (jobsync.mapping.info && wanted) drawMappings();
  }

  /** Leads to an entry: its row, else the name to map, else a form that adds it. */
  function showWanted() {
    const {wanted, info, edits, unmapped, news, validation} = jobsync.mapping;
    if (!wanted || !mappingSection(wanted.section) || jobsync.isMappingText()) return;
    if (news?.validation && validation !== news.validation) return; // still on its way
    jobsync.mapping.wanted = null;
    jobsync.mapping.section = wanted.section;
    const key = jobsync.mappings.keyOf(wanted);
    const pending = jobsync.mappings.pending(unmapped, edits, info.entries);
    const open = pending.find(name => jobsync.mappings.keyOf(name) === key && !name.edit);
    if (open && !open.isDone) {
      isWhole ||= pending.indexOf(open) >= FEW;
      drawMappings();
      focusTodo(key);
      return;
    }
    const rows = jobsync.mappings.rowsOf(wanted.section, info.entries, edits);
    const isThere = rows.some(each => each.key === key);
    drawMappings();
    if (isThere) focusRow(key);
    else if (mappingEdits() && wanted.name) jobsync.openMappingDialog(wanted);
  }

  function focusTodo(key) {
    const found = [...document.querySelectorAll("[data-entry]")].find(
      each => each.dataset.entry === key,
    );
    found.scrollIntoView({block: "center"});
    (found.querySelector("input") || found.querySelector("button")).focus();
  }

  function focusRow(key) {
    const id = grid();
    jobsync.whenDrawn(
      () => jobsync.gridApi(id)?.getRowNode(key),
      () => {
        const api = jobsync.gridApi(id);
        const node = api.getRowNode(key);
        api.ensureNodeVisible(node, "middle");
        api.setFocusedCell(node.rowIndex, "name");
      },
    );
  }

  // Controls

  function showJobs({name, jobs}) {
    const items = jobs.map(job => html("Li", {children: job}));
    const title = fill(texts().mappingNeededBy, {name});
    jobsync.showInPanel(title, html("Ul", {className: "job-list", children: items}));
  }

  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {
    "data-mapping-section": pressed => choose(pressed.dataset.mappingSection),
    "data-mapping-needed": pressed => showJobs(unmappedOf(pressed.dataset.mappingNeeded)),
    "data-mapping-undo-key": pressed => jobsync.undoMapping(pressed.dataset.mappingUndoKey),
    "data-mapping-candidate": pressed => {
      const name = unmappedOf(pressed.dataset.mappingCandidate);
      mapTo(name, jobsync.mappingValues.candidateValue(name, pressed.value));
    },
    "data-mapping-all": () => {
      isWhole = true;
      drawMappings();
    },
    "data-map-section": pressed => {
      const {mapSection, mapName} = pressed.dataset;
      jobsync.go(jobsync.addresses.mapping(mapSection, mapName));
    },
    "data-go-tab": pressed => jobsync.go(jobsync.addresses.tab(pressed.dataset.goTab)),
  });
})();
