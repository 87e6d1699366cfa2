/* The dialog that adds, changes or removes one entry of the mapping file; and the jobs that use one. */
(() => {
  globalThis.jobsync ??= {};
  const html = (type, props) => ({type, props});
  const row = (className, ...children) => html("Div", {className, children});
  const CHOICES = "entry";
  let shown = null; // {section, name, row} of what the dialog is about
  let form = null; // a MappingForm
  let openings = 0;
  Object.assign(jobsync, {openMappingDialog, dialogOf});
  jobsync.openers ??= {};
  jobsync.openers.mapping = (clicked, column) => {
    if (column === "jobs" && clicked.jobs) openJobs(clicked);
    else openMappingDialog(clicked);
  };

  const texts = () => jobsync.config().texts;
  const part = role => jobsync.role(role);

  function dialogOf(element) {
    return element.closest("dialog");
  }

  function openJobs({name, at}) {
    const {mappingNeededBy, mappingJobsGone} = texts();
    const title = jobsync.words.fill(mappingNeededBy, {name});
    const address = jobsync.addresses.mappingJobs(jobsync.mapping.reading, at);
    jobsync.openPanel(title, address, mappingJobsGone, text => JSON.parse(text));
  }

  /** @param {{section: string, name: string}} wanted an entry, or the name of one to add */
  function openMappingDialog({section, name}) {
    const {info, edits} = jobsync.mapping;
    const {shape} = jobsync.mappingSection(section);
    const key = jobsync.mappings.keyOf({section, name});
    const rows = jobsync.mappings.rowsOf(section, info.entries, edits);
    const found = rows.find(each => each.key === key);
    shown = {section, shape, name, row: found};
    form = jobsync.mappingValues.formOf(found?.value, shape);
    if (jobsync.mappingValues.hasRules(shape) && !form.rules.length) addRule();
    openings += 1;
    draw("");
    part("mapping-dialog").showModal();
    firstField().focus();
  }

  function firstField() {
    const body = part("mapping-form");
    const fields = [...body.querySelectorAll("input, select")].filter(field => !field.disabled);
    const target = fields.find(field => field.dataset.field === "target");
    return fields.find(field => !field.value) || target || fields[0] || closer();
  }

  const closer = () => part("mapping-dialog").querySelector("[data-close-dialog]");

  function draw(problem) {
    const {section, row: found} = shown;
    const {title} = jobsync.mappingSection(section);
    const {mappingAddTo, mappingChange, mappingEntry} = texts();
    const isChanged = Boolean(found) && found.change !== "added";
    const editing = isChanged ? mappingChange : mappingAddTo;
    const heading = isLocked() ? mappingEntry : editing;
    part("mapping-dialog-title").textContent = jobsync.words.fill(heading, {section: title});
    const isEdited = !isLocked();
    show("data-mapping-remove", isEdited && Boolean(found) && found.change !== "removed");
    show("data-mapping-undo-row", isEdited && Boolean(found?.change));
    show("data-mapping-apply", isEdited);
    const body = html("Div", {key: openings, children: [...fields(), ...facts(), wrong(problem)]});
    jobsync.draw(part("mapping-form"), body);
  }

  function show(control, isShown) {
    part("mapping-dialog").querySelector(`[${control}]`).hidden = !isShown;
  }

  function wrong(problem) {
    return html("P", {className: "form-problem", role: "alert", children: problem});
  }

  // The fields

  function fields() {
    const {shape} = shown;
    if (shape === "policy") return [policyField()];
    if (shape === "pattern") return [nameField()];
    const {hasRules} = jobsync.mappingValues;
    return [nameField(), ...(hasRules(shape) ? [ruleFields()] : targetFields())];
  }

  function field(label, input, hint) {
    const words = html("Span", {className: "field-label", children: label});
    const children = [html("Label", {className: "field", children: [words, input]})];
    if (hint) children.push(html("Span", {className: "quiet field-hint", children: hint}));
    return html("Div", {className: "field", children});
  }

  const isLocked = () => !jobsync.mappingEdits() || shown?.shape === "shown";

  function input(props) {
    return html("Input", {
      className: "form-control",
      type: "text",
      autoComplete: "off",
      spellCheck: false,
      disabled: isLocked(),
      ...props,
    });
  }

  function nameField() {
    const {section, row: found, name} = shown;
    const {example, shape} = jobsync.mappingSection(section);
    const {mappingName, mappingPattern, mappingExample} = texts();
    const hint = example ? jobsync.words.fill(mappingExample, {example}) : "";
    const value = found?.newName || name || "";
    const label = shape === "pattern" ? mappingPattern : mappingName;
    return field(label, input({"data-field": "name", defaultValue: value}), hint);
  }

  function select(name, options, value, label) {
    return html("Select", {
      className: "form-select",
      "data-field": name,
      "aria-label": label,
      disabled: isLocked(),
      defaultValue: value,
      children: options.map(([key, words]) => html("Option", {value: key, children: words})),
    });
  }

  function policyField() {
    const {policies} = jobsync.config().mapping;
    const options = Object.entries(policies);
    const {mappingPolicy} = texts();
    return field(mappingPolicy, select("target", options, form.target, mappingPolicy));
  }

  function targetFields() {
    const {shape, section} = shown;
    const {ways} = jobsync.config().mapping;
    const {mappingHere, mappingWay, mappingFree, mappingAddress} = texts();
    const names = jobsync.mappingValues.waysOf(shape);
    const choices = choicesOf(section);
    jobsync.offerChoices(CHOICES, () => ({labels: choices.map(({label}) => label), best: []}));
    const target = {"data-field": "target", defaultValue: form.target, disabled: isLocked()};
    const isDropped = form.way === "drop";
    const box = choices.length
      ? jobsync.choiceField({source: CHOICES, "aria-label": mappingHere, list: CHOICES, ...target})
      : input({"aria-label": mappingHere, ...target});
    const isAddress = way => shape === "email" && way === "name";
    const wayOptions = (names || []).map(way => [way, isAddress(way) ? mappingAddress : ways[way]]);
    const parts = [
      ...(names ? [select("way", wayOptions, form.way, mappingWay)] : []),
      ...(isDropped ? [] : [box]),
    ];
    return [
      html("Div", {
        className: "field",
        children: [
          html("Span", {className: "field-label", children: mappingHere}),
          row("field-parts", ...parts),
          html("Span", {
            className: "quiet field-hint",
            children: choices.length && !isLocked() ? mappingFree : "",
          }),
        ],
      }),
    ];
  }

  const choicesOf = section =>
    jobsync.mappingValues.choicesOf(jobsync.mapping.info.choices?.[section]);

  function ruleFields() {
    const {shape} = shown;
    const {mappingRules, mappingAddRule, mappingFieldsHint, mappingRulesHint} = texts();
    const isFields = shape === "fields";
    const add = html("Button", {
      type: "button",
      className: "button button-quiet",
      "data-mapping-add-rule": "true",
      children: mappingAddRule,
    });
    return html("Div", {
      className: "field",
      role: "group",
      "aria-label": mappingRules,
      children: [
        html("Span", {className: "field-label", children: mappingRules}),
        ...form.rules.map((rule, at) => ruleRow(rule, at, isFields)),
        ...(isLocked() ? [] : [add]),
        html("Span", {
          className: "quiet field-hint",
          children: isFields ? mappingFieldsHint : mappingRulesHint,
        }),
      ],
    });
  }

  function ruleRow(rule, at, isFields) {
    const {mappingOldValue, mappingAny, mappingNew} = texts();
    const {mappingJobPattern, mappingDropRule} = texts();
    const cell = (part, label, placeholder) =>
      input({
        "data-rule": String(at),
        "data-part": part,
        "aria-label": label,
        placeholder,
        defaultValue: rule[part],
      });
    const drop = html("Button", {
      type: "button",
      className: "button-icon",
      title: mappingDropRule,
      "aria-label": mappingDropRule,
      "data-mapping-drop-rule": String(at),
      children: html("Span", {className: "icon icon-close", "aria-hidden": "true"}),
    });
    return html("Div", {
      key: `${form.number ?? 0}:${at}`,
      className: isFields ? "rule rule-fields" : "rule",
      children: [
        cell("from", mappingOldValue, mappingAny),
        html("Span", {className: "rule-arrow", "aria-hidden": "true", children: "→"}),
        cell("to", mappingNew, mappingNew),
        ...(isFields ? [cell("jobs", mappingJobPattern, mappingJobPattern)] : []),
        ...(isLocked() || form.rules.length < 2 ? [] : [drop]),
      ],
    });
  }

  function addRule() {
    form = {...form, rules: [...form.rules, {from: "", to: "", jobs: ""}]};
  }

  // What there is to know besides

  function facts() {
    const {row: found, shape} = shown;
    if (!found?.change) return [];
    const {mappingInFile, mappingConflict, mappingNotInFile} = texts();
    const was = jobsync.mappingValues.shown(found.before, shape, texts());
    const inFile = found.before === undefined ? mappingNotInFile : mappingInFile;
    const text = jobsync.words.fill(inFile, {name: found.name, was});
    const conflict = found.isConflict ? [html("P", {children: mappingConflict})] : [];
    return [row("field-facts", html("P", {className: "quiet", children: text}), ...conflict)];
  }

  // What the user does

  function gather() {
    const body = part("mapping-form");
    const value = name => body.querySelector(`[data-field="${name}"]`)?.value.trim();
    const rules = form.rules.map(rule => ({...rule}));
    for (const cell of body.querySelectorAll("[data-rule]")) {
      rules[Number(cell.dataset.rule)][cell.dataset.part] = cell.value.trim();
    }
    const way = value("way") ?? form.way;
    form = {...form, way, target: value("target") ?? form.target, rules};
    return value("name") ?? shown.name;
  }

  function redraw() {
    form = {...form, number: (form.number ?? 0) + 1};
    draw("");
  }

  document.addEventListener("change", event => {
    if (event.target.dataset.field !== "way") return;
    shown.name = shown.row ? shown.name : gather();
    gather();
    redraw();
  });

  /** What is chosen from the list may be an id or an identity, and says so. */
  document.addEventListener("jobsync-chosen", event => {
    if (event.target.dataset.choices !== CHOICES) return;
    const {shape, section} = shown;
    const choices = choicesOf(section);
    const text = event.target.value.trim();
    if (!text || !choices.some(({label}) => label === text)) return;
    const value = jobsync.mappingValues.chosenValue(text, shape, choices);
    const chosen = jobsync.mappingValues.formOf(value, shape);
    event.target.value = chosen.target;
    const way = part("mapping-form").querySelector('[data-field="way"]');
    if (way) way.value = chosen.way;
  });

  function apply() {
    const {section, shape} = shown;
    const name = gather();
    const {value, problem} = jobsync.mappingValues.valueIn(form, shape, texts());
    const wrongName = nameProblem(name);
    if (wrongName || problem) {
      draw(wrongName || problem);
      return;
    }
    const old = shown.row ? shown.row.name : name;
    jobsync.stageMapping({section, name: old, newName: name === old ? "" : name, value});
    close();
  }

  function nameProblem(name) {
    const {section, shape, row: found} = shown;
    const {mappingNoName, mappingTaken} = texts();
    if (!name && shape !== "policy") return mappingNoName;
    const {info, edits} = jobsync.mapping;
    const own = found ? found.name : "";
    const isTaken = jobsync.mappings.isTaken({section, name}, own, info.entries, edits);
    return isTaken && name !== found?.newName ? mappingTaken : "";
  }

  function close() {
    part("mapping-dialog").close();
  }

  document.addEventListener("keydown", event => {
    if (event.key !== "Enter" || event.defaultPrevented) return;
    if (event.target.matches?.("dialog[open] input") && !isLocked()) apply();
  });

  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {
    "data-mapping-add": () => openMappingDialog({section: jobsync.mapping.section, name: ""}),
    "data-mapping-apply": apply,
    "data-mapping-remove": () => {
      const {section, row: found} = shown;
      jobsync.stageMapping({section, name: found.name, isRemoved: true});
      close();
    },
    "data-mapping-undo-row": () => {
      jobsync.undoMapping(shown.row.key);
      close();
    },
    "data-mapping-add-rule": () => {
      gather();
      addRule();
      redraw();
    },
    "data-mapping-drop-rule": pressed => {
      gather();
      form.rules.splice(Number(pressed.dataset.mappingDropRule), 1);
      redraw();
    },
    "data-close-dialog": pressed => dialogOf(pressed).close(),
  });
})();
