/* A field with a list of what there is: which of it is offered for what was typed. */
(() => {
  globalThis.jobsync ??= {};
  const SHOWN = 50;
  jobsync.choices = {offered, moved};

  /**
   * Returns the labels to offer: those that begin with the text first, then those that hold all of its
   * words; without a text the best ones first.
   * @param {string[]} labels
   * @param {string[]} best
   */
  function offered(labels, text, best = []) {
    const typed = text.trim().toLowerCase();
    if (!typed) return [...new Set([...best, ...labels.slice(0, SHOWN)])].slice(0, SHOWN);
    const words = typed.split(/\s+/);
    const found = labels.filter(label => holds(label.toLowerCase(), words));
    const begins = label => label.toLowerCase().startsWith(typed);
    return [...found.filter(begins), ...found.filter(label => !begins(label))].slice(0, SHOWN);
  }

  function holds(name, words) {
    return words.every(word => name.includes(word));
  }

  /** Returns which option is active after an arrow key; -1 for none. */
  function moved(active, step, count) {
    if (!count) return -1;
    if (active < 0) return step > 0 ? 0 : count - 1;
    return (active + step + count) % count;
  }
})();
