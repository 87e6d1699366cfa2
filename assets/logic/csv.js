/* CSV of what a grid shows. The rule and its reasons are those of core/reporting/csv_text.py. */
(() => {
  globalThis.jobsync ??= {};
  jobsync.csv = {fileName, cell};

  /** Spreadsheets take these as the beginning of a formula; the second half are full-width forms. */
  const FORMULA = /^[=+\-@\t\r\n\0＝＋－＠]/;
  const LIKE_A_NUMBER = /^(?=.*[0-9０-９])[0-9０-９ \u00a0.,:;/%()eE-]+$/;

  function fileName(workspace, what, now) {
    const place = workspace.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^-+|-+$/g, "");
    const moment = now.toISOString().replace(/[-:]|\.\d+/g, "");
    return `${place || "workspace"}-${what}-shown-${moment}.csv`;
  }

  /** Returns a cell that no spreadsheet calculates, and whose digits stay unless it is a number. */
  function cell(value) {
    const text = value === null || value === undefined ? "" : String(value);
    if (typeof value === "number") return text;
    if (FORMULA.test(text)) return `'${text}`;
    return LIKE_A_NUMBER.test(text) ? `${text}\t` : text;
  }
})();
