/* How cells look. React elements with text in them: nothing from a job ever becomes markup. */
window.jobsyncLabels = {
  export: {new: "Created", changed: "Updated", renamed: "Renamed", unchanged: "Unchanged", deleted: "Removed",
    unmanaged: "Not from this workspace", skipped: "Skipped", error: "Failed"},
  import: {new: "New", changed: "Changed", renamed: "Renamed", deleted: "Deleted", unchanged: "Unchanged",
    unmanaged: "Unmanaged", skipped: "Skipped", error: "Error"},
};
window.dashAgGridFunctions = Object.assign(window.dashAgGridFunctions || {}, {
  statusLabel: (params, name) => (window.jobsyncLabels[name] || window.jobsyncLabels.import)[params.data.status] || params.data.status,
  /* Their cells show more of the row than their value, so they are drawn whenever the row moves. */
  isNeverEqual: () => false,
  isPickable: params => Boolean(params.data && params.data.pick),
});
(function () {
  const element = (...parts) => React.createElement(...parts);
  const cells = window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {};
  const BADGES = {becomes_active: "starts by itself", run_as: "run as", compute: "compute", notifications: "notifications",
    tasks_removed: "tasks removed", active_runs: "runs now", active_runs_unknown: "runs unknown", path_absent: "path absent",
    path_unknown: "path unknown", run_as_role: "role"};
  cells.StatusCell = function (props) {
    const row = props.data, label = window.dashAgGridFunctions.statusLabel(props, props.labels);
    const mark = {done: "✓", failed: "!"}[row.state] || "";
    return element("span", {className: "status status-" + row.status + (row.state === "planned" ? " status-planned" : "")},
      element("span", {className: "dot dot-" + row.status, "aria-hidden": "true"}), label,
      mark && element("span", {className: "status-mark", title: row.state === "done" ? "Done" : "Not done"}, mark));
  };
  cells.JobCell = function (props) {
    const row = props.data;
    return element("span", {className: "job-cell"}, element("span", {className: "job-name"}, row.job || row.file || "—"));
  };
  cells.MessageCell = function (props) {
    const row = props.data, badges = (row.risks || []).filter((code, at, all) => all.indexOf(code) === at);
    return element("span", {className: "message-cell"},
      badges.map(code => element("span", {className: "badge-risk", key: code}, BADGES[code] || code.replaceAll("_", " "))),
      element("span", {className: row.status === "error" ? "message-error" : ""}, props.value));
  };
  cells.PauseCell = props => props.value ? element("span", {className: "pause pause-" + props.value}, props.value) : null;
  cells.OutcomeCell = props => element("span", {className: "status"},
    element("span", {className: "dot dot-" + props.data.tone, "aria-hidden": "true"}), props.value);
})();
