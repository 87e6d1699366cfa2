/* The lines of a detailed log: moment (three words), level, text. */
(() => {
  globalThis.jobsync ??= {};
  jobsync.logLines = {parse, isShown};

  function parse(text) {
    return text
      .split("\n")
      .filter(Boolean)
      .map(line => ({text: line, level: (line.split(/\s+/)[3] || "").toLowerCase()}));
  }

  /**
   * @param {{text: string, level: string}} line
   * @param {string} least `all`, `warning` or `error`
   */
  function isShown(line, least, search) {
    const levels = {warning: ["warning", "error"], error: ["error"]}[least];
    const isLevel = !levels || levels.includes(line.level);
    return isLevel && line.text.toLowerCase().includes(search.toLowerCase());
  }
})();
