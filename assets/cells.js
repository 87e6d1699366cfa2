/* How cells look. React elements with text in them: nothing from a job ever becomes markup. */
(() => {
  globalThis.jobsync ??= {};
  const MARKS = {done: "✓", failed: "!"};
  const element = (...parts) => React.createElement(...parts);
  const dot = tone => element("span", {className: `dot dot-${tone}`, "aria-hidden": "true"});

  window.dashAgGridFunctions = Object.assign(window.dashAgGridFunctions || {}, {
    /* Their cells show more of the row than their value, so they are drawn whenever the row moves. */
    isNeverEqual: () => false,
    changedWhere: origin => jobsync.config().origins[origin] || "",
    isPickable: params => Boolean(params.data?.pick),
    localTime: text => jobsync.times.local(text),
    shortTime: text => jobsync.times.short(text),
    utcTime: text => jobsync.times.utc(text),
    byTime: (one, other, _node, _other, isDescending) =>
      jobsync.times.compare(one, other, isDescending),
    byNextRun,
  });

  window.dashAgGridComponentFunctions = Object.assign(window.dashAgGridComponentFunctions || {}, {
    StatusCell,
    JobCell,
    MessageCell,
    PauseCell,
    OutcomeCell,
    MappingNameCell,
    MappingTargetCell,
    MappingUseCell,
    MappingStateCell,
  });

  /** Orders schedules by when they fire next, and what has no next run by its words. */
  function byNextRun(one, other, node, otherNode, isDescending) {
    const [first, second] = [node, otherNode].map(each => each.data?.next_run || "");
    const order = jobsync.times.compare(first, second, isDescending);
    return order || (one || "").localeCompare(other || "");
  }

  function StatusCell({data, value}) {
    const planned = data.state === "planned" ? " status-planned" : "";
    return element(
      "span",
      {className: `status status-${data.status}${planned}`},
      dot(data.status),
      value,
      mark(data.state),
    );
  }

  function mark(state) {
    if (!MARKS[state]) return "";
    const {done, notDone} = jobsync.config().texts;
    const title = state === "done" ? done : notDone;
    return element("span", {className: "status-mark", title}, MARKS[state]);
  }

  function JobCell({data}) {
    const name = data.job || data.file || "—";
    return element("span", {className: "job-cell"}, element("span", {className: "job-name"}, name));
  }

  function MessageCell({data, value}) {
    const look = data.status === "error" ? "message-error" : "";
    return element(
      "span",
      {className: "message-cell"},
      data.doubt ? badgeOf("doubt", jobsync.config().texts.doubt) : null,
      [...new Set(data.risks || [])].map(badge),
      element("span", {className: look}, value),
    );
  }

  /** A risk of a newer version has no badge yet. */
  function badge(code) {
    const text = jobsync.config().badges[code] || code.replaceAll("_", " ");
    return badgeOf(code, text);
  }

  function badgeOf(key, text) {
    return element("span", {className: "badge-risk", key}, text);
  }

  function PauseCell({value}) {
    return value ? element("span", {className: `pause pause-${value}`}, value) : null;
  }

  function MappingNameCell({data, value}) {
    const look = data.change ? `mapping-cell mapping-${data.change}` : "mapping-cell";
    const renamed = data.newName ? [element("s", {key: "old"}, value), " "] : [];
    return element("span", {className: look}, ...renamed, data.newName || value);
  }

  function MappingTargetCell({data, value}) {
    const isOther = data.change === "changed" && data.earlier !== value;
    const earlier = isOther
      ? [element("s", {key: "old", className: "quiet"}, data.earlier), " "]
      : [];
    const look = data.change ? `mapping-cell mapping-${data.change}` : "mapping-cell";
    return element("span", {className: look}, ...earlier, value);
  }

  function MappingUseCell({value}) {
    const {mappingJobs} = jobsync.config().texts;
    if (!value) return element("span", {className: "use-cell quiet"}, "—");
    return element(
      "span",
      {className: "use-cell cell-link"},
      jobsync.words.counted(mappingJobs, value),
    );
  }

  function MappingStateCell({data, value}) {
    const tone = data.change ? "unsaved" : data.state;
    return element(
      "span",
      {className: `status mapping-state-${tone}`},
      dot(`mapping-${tone}`),
      value,
    );
  }

  function OutcomeCell({data, value}) {
    return element("span", {className: "status"}, dot(data.tone), value);
  }
})();
