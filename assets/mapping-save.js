/* The dialog that shows what a save changes in the file; and the file as a text, where it is broken. */
(() => {
  globalThis.jobsync ??= {};
  const html = (type, props) => ({type, props});
  const AROUND = 6; // lines above the mistake
  let drawn = ""; // which text the field was filled with
  let openings = 0;
  Object.assign(jobsync, {isMappingText, drawMappingText});

  const texts = () => jobsync.config().texts;

  // The difference

  function openSave() {
    const {draft} = jobsync.mapping;
    if (!draft || draft.problem) return;
    jobsync.draw(jobsync.role("mapping-diff"), difference(draft.diff, draft.isCut));
    jobsync.role("mapping-save-dialog").showModal();
  }

  function difference(lines, isCut) {
    const {mappingDiff, mappingDiffCut, mappingDiffNone} = texts();
    const path = jobsync.mapping.info.path;
    const rows = lines.map(line => html("Div", lineProps(line)));
    const more = isCut ? [html("P", {className: "quiet", children: mappingDiffCut})] : [];
    const nothing = lines.length ? [] : [html("P", {children: mappingDiffNone})];
    return html("Div", {
      children: [
        html("P", {children: jobsync.words.fill(mappingDiff, {path})}),
        html("Div", {
          className: "diff",
          role: "figure",
          tabIndex: 0,
          "aria-label": path,
          children: rows,
        }),
        ...nothing,
        ...more,
      ],
    });
  }

  function lineProps({kind, text, old, number}) {
    const marks = {added: "+", removed: "−", same: " ", gap: "⋯"};
    const {mappingAdded, mappingRemoved, mappingGap} = texts();
    const isGap = kind === "gap";
    const content = isGap ? jobsync.words.counted(mappingGap, Number(text)) : text || " ";
    const said = {added: mappingAdded, removed: mappingRemoved}[kind];
    const hidden = said ? [html("Span", {className: "visually-hidden", children: said})] : [];
    return {
      className: `diff-line diff-${kind}`,
      children: [
        html("Span", {className: "diff-number", children: String(number || old || "")}),
        html("Span", {className: "diff-mark", "aria-hidden": "true", children: marks[kind]}),
        ...hidden,
        html(isGap ? "Span" : "Code", {children: content}),
      ],
    };
  }

  // The file as a text

  /** Whether the file is shown as a text: it cannot be read, or is being written as one. */
  function isMappingText() {
    const {info, text, isText} = jobsync.mapping;
    return Boolean(info?.path) && (Boolean(info.problem) || text !== null || isText);
  }

  function drawMappingText({isShown, isNew}) {
    const place = jobsync.role("mapping-text");
    place.hidden = !isShown;
    if (!isShown) {
      drawn = "";
      jobsync.draw(place, null);
      return;
    }
    const {info, reading} = jobsync.mapping;
    const isFirst = drawn !== reading || isNew;
    if (isFirst) openings += 1;
    drawn = reading;
    jobsync.draw(place, card(info));
    number();
    if (isFirst) place.querySelector("textarea").scrollTop = 0;
    if (isFirst && problem().line) moveTo(problem());
  }

  /** Returns what is wrong with the text: as the file was read, or as it is written by now. */
  function problem() {
    const {info, text, draft} = jobsync.mapping;
    if (text !== null) return draft?.problem || {message: "", line: 0, column: 0};
    return {message: info.problem, line: info.problem_line, column: info.problem_column};
  }

  function card(info) {
    const {mappingBroken, mappingIsFine, mappingText, mappingGoTo} = texts();
    const {message, line} = problem();
    const {draft, text} = jobsync.mapping;
    const isFine = text !== null && draft && !draft.problem;
    const goTo = html("Button", {
      type: "button",
      className: "button button-quiet",
      "data-mapping-mistake": "true",
      children: jobsync.words.fill(mappingGoTo, {line}),
    });
    return html("Div", {
      className: "card text-card",
      children: [
        html("Div", {
          className: "text-head",
          children: [
            html("H3", {children: info.problem && !isFine ? mappingBroken : mappingText}),
            ...(line ? [goTo] : []),
          ],
        }),
        html("Pre", {
          className: isFine ? "text-fine" : "text-problem",
          role: "status",
          children: isFine ? mappingIsFine : message,
        }),
        editor(info, mappingText),
      ],
    });
  }

  function editor(info, label) {
    return html("Div", {
      className: "text-editor",
      key: openings,
      children: [
        html("Pre", {className: "text-lines", "aria-hidden": "true", "data-text-lines": "true"}),
        html("Textarea", {
          className: "text-field",
          "data-mapping-text": "true",
          "aria-label": label,
          readOnly: !jobsync.mappingEdits(),
          spellCheck: false,
          wrap: "off",
          defaultValue: jobsync.mapping.text ?? info.text,
        }),
      ],
    });
  }

  const field = () => jobsync.role("mapping-text").querySelector("textarea");

  function number() {
    const lines = jobsync.role("mapping-text").querySelector("[data-text-lines]");
    const count = field().value.split("\n").length;
    if (lines.childElementCount || lines.dataset.count === String(count)) return;
    lines.dataset.count = String(count);
    lines.textContent = Array.from({length: count}, (_, at) => at + 1).join("\n");
  }

  function moveTo({line, column}) {
    const area = field();
    const before = area.value.split("\n").slice(0, line - 1);
    const at = before.join("\n").length + (line > 1 ? 1 : 0) + Math.max(0, column - 1);
    const height = Number.parseFloat(getComputedStyle(area).lineHeight);
    area.setSelectionRange(at, at);
    area.scrollTop = Math.max(0, (line - AROUND) * height);
    area.focus({preventScroll: true});
  }

  document.addEventListener("input", event => {
    if (!event.target.matches("[data-mapping-text]")) return;
    jobsync.editMappingText(event.target.value);
    number();
  });
  document.addEventListener(
    "scroll",
    event => {
      if (!event.target.matches?.("[data-mapping-text]")) return;
      event.target.previousElementSibling.scrollTop = event.target.scrollTop;
    },
    true,
  );

  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {
    "data-mapping-save": openSave,
    "data-mapping-mistake": () => moveTo(problem()),
  });
})();
