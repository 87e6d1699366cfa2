/* What the borders and arrows of the graph mean, below it. */
(() => {
  globalThis.jobsync ??= {};
  const html = (type, props) => ({type, props});
  jobsync.drawGraphKeys = drawGraphKeys;

  function drawGraphKeys(place, {rows, arrows}) {
    const {texts} = jobsync.config();
    const statuses = jobsync.graph.legend(rows).map(statusKey);
    const names = {runs: texts.graphRuns, triggers: texts.graphTriggers};
    const kinds = [...new Set(arrows.map(({kind}) => kind))].sort();
    jobsync.draw(
      place,
      html("div", {
        className: "graph-legend",
        children: [...statuses, ...kinds.map(kind => arrowKey(kind, names[kind]))],
      }),
    );
  }

  function statusKey({status, label}) {
    const mark = jobsync.config().graph.marks[status] || "";
    const children = `${mark} ${label}`.trim();
    return html("span", {className: `graph-key graph-key-${status}`, children});
  }

  function arrowKey(kind, name) {
    const line = html("span", {className: `graph-line graph-line-${kind}`, "aria-hidden": "true"});
    return html("span", {className: "graph-arrow", children: [line, name]});
  }
})();
