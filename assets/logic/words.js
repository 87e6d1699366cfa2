/* Puts values into the texts that come from Python: components/script_config.py. */
(() => {
  globalThis.jobsync ??= {};
  jobsync.words = {fill, counted};

  /** Replaces each `{name}` that `values` has; what a value itself says stays as it is. */
  function fill(template, values) {
    return template.replace(/\{(\w+)\}/g, (whole, name) =>
      Object.hasOwn(values, name) ? String(values[name]) : whole,
    );
  }

  /**
   * Takes the form for a number, with the number as `{n}`.
   * @param {{one: string, other: string}} forms
   */
  function counted(forms, n, values = {}) {
    return fill(n === 1 ? forms.one : forms.other, {...values, n: n.toLocaleString("en")});
  }
})();
