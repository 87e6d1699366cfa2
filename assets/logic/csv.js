/* CSV of what a grid shows. */
(() => {
  globalThis.jobsync ??= {};
  jobsync.csv = {fileName, cell};

  /** Spreadsheets take these as the beginning of a formula; the second half are full-width forms. */
  const FORMULA = /^[=+\-@\t\r\n\0＝＋－＠]/;

  function fileName(workspace, what, now) {
    const place = workspace.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^-+|-+$/g, "");
    const moment = now.toISOString().replace(/[-:]|\.\d+/g, "");
    return `${place || "workspace"}-${what}-shown-${moment}.csv`;
  }

  /** Returns the text of a cell, never one that a spreadsheet would calculate. */
  function cell(value) {
    const text = value === null || value === undefined ? "" : String(value);
    return FORMULA.test(text) ? `'${text}` : text;
  }
})();
