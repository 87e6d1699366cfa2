/* The mapping file as it will be once it is saved: its entries, and the edits that are not saved yet.
   An edit is about one entry, which it names as the file does. */

/**
 * @typedef {object} Entry of the file
 * @property {string} section
 * @property {string} name
 * @property {unknown} value
 * @property {number} jobs how many definitions use it
 * @property {string} state fine, missing, unused or shadowed
 * @property {number | null} line
 *
 * @typedef {object} Edit
 * @property {string} section
 * @property {string} name of the entry in the file; of a new one, its own
 * @property {string} newName empty when the name stays
 * @property {unknown} value what it will hold; nothing when it is removed
 * @property {boolean} isRemoved
 * @property {unknown} before what the file held when it was made; nothing for a new entry
 */
(() => {
  globalThis.jobsync ??= {};
  const isEqual = (one, other) => jobsync.mappingValues.isEqual(one, other);
  const BAD = ["missing", "shadowed"];
  jobsync.mappings = {
    keyOf,
    staged,
    without,
    rebased,
    rowsOf,
    tallies,
    toSend,
    pending,
    isTaken,
    readDraft,
  };

  function keyOf({section, name}) {
    return JSON.stringify([section, name]);
  }

  const byKey = items => new Map(items.map(item => [keyOf(item), item]));

  /** Whether another entry of the section will have a name. */
  function isTaken({section, name}, own, entries, edits) {
    if (name === own) return false;
    return rowsOf(section, entries, edits).some(
      row => row.change !== "removed" && (row.newName || row.name) === name && row.name !== own,
    );
  }

  /**
   * Returns the edits with one more. One that leaves the file as it is goes away.
   * @param {Edit[]} edits
   * @param {Edit} edit
   */
  function staged(edits, edit, entries) {
    const key = keyOf(edit);
    const entry = byKey(entries).get(key);
    const earlier = edits.find(each => keyOf(each) === key);
    const others = edits.filter(each => each !== earlier);
    const made = {newName: "", isRemoved: false, ...edit};
    made.before = earlier ? earlier.before : entry?.value;
    if (!entry) return stagedNew(others, made);
    return changes(made, entry) ? [...others, made] : others;
  }

  /** A new entry has no other name than its own, and is gone once it is removed. */
  function stagedNew(others, edit) {
    if (edit.isRemoved) return others;
    const name = edit.newName || edit.name;
    return [...others, {...edit, name, newName: "", before: undefined}];
  }

  function changes({isRemoved, newName, name, value}, entry) {
    return isRemoved || Boolean(newName && newName !== name) || !isEqual(value, entry.value);
  }

  function without(edits, key) {
    return edits.filter(edit => keyOf(edit) !== key);
  }

  /**
   * Returns the edits as they are upon another text of the file: those that somebody else made as well
   * are done; those whose entry changed meanwhile keep what they were made upon, and so are in conflict.
   */
  function rebased(edits, entries) {
    const known = byKey(entries);
    return edits.filter(edit => isOpen(edit, known)).map(edit => asNew(edit, known));
  }

  function isOpen(edit, known) {
    const entry = known.get(keyOf(edit));
    if (edit.isRemoved) return Boolean(entry);
    if (edit.newName) {
      const renamed = known.get(keyOf({...edit, name: edit.newName}));
      return !(renamed && !entry && isEqual(renamed.value, edit.value));
    }
    return !(entry && isEqual(entry.value, edit.value));
  }

  /** What somebody else removed is added again, under the name that it was to have. */
  function asNew(edit, known) {
    if (known.has(keyOf(edit)) || edit.before === undefined) return edit;
    return {...edit, name: edit.newName || edit.name, newName: ""};
  }

  /** Returns the rows of a section's table: the entries in the order of the file, then the new ones. */
  function rowsOf(section, entries, edits) {
    const mine = byKey(edits.filter(edit => edit.section === section));
    const known = entries.filter(entry => entry.section === section);
    const keys = new Set(known.map(keyOf));
    const added = [...mine.values()].filter(edit => !keys.has(keyOf(edit)));
    return [
      ...known.map(entry => rowOf(entry, mine.get(keyOf(entry)))),
      ...added.map(edit =>
        rowOf({...edit, jobs: 0, state: "", line: null, value: undefined}, edit),
      ),
    ];
  }

  function rowOf(entry, edit) {
    const {section, name, jobs, state, line} = entry;
    const row = {key: keyOf(entry), section, name, jobs, state, line, at: entry.at ?? -1};
    if (!edit) return {...row, value: entry.value, before: entry.value, newName: "", change: ""};
    return {
      ...row,
      value: edit.isRemoved ? entry.value : edit.value,
      before: entry.value,
      newName: edit.newName,
      change: changeOf(edit, entry),
      isConflict: !isEqual(edit.before, entry.value),
    };
  }

  function changeOf(edit, entry) {
    if (edit.isRemoved) return "removed";
    return entry.value === undefined ? "added" : "changed";
  }

  /** Counts by section: all entries, those that need a look, those that nobody uses, the unsaved. */
  function tallies(entries, edits) {
    const found = new Map();
    const of = section => {
      if (!found.has(section)) found.set(section, {all: 0, bad: 0, unused: 0, unsaved: 0});
      return found.get(section);
    };
    for (const entry of entries) {
      const tally = of(entry.section);
      tally.all += 1;
      if (BAD.includes(entry.state)) tally.bad += 1;
      const isPattern = entry.section.startsWith("jobs."); // it may fit jobs that have no definition
      if (entry.state === "unused" && !isPattern) tally.unused += 1;
    }
    for (const edit of edits) of(edit.section).unsaved += 1;
    return found;
  }

  /** Returns the edits as callbacks/mappings.py takes them. */
  function toSend(edits) {
    return edits.map(({section, name, newName, value, isRemoved}) => ({
      section,
      name,
      new_name: newName,
      ...(isRemoved ? {removed: true} : {value: value ?? null}),
    }));
  }

  /** Returns the names to map: with the edit that maps each, or the value that the file has by now. */
  function pending(unmapped, edits, entries) {
    const mine = byKey(edits);
    const known = byKey(entries);
    return unmapped
      .filter(({section}) => section)
      .map(name => {
        const entry = known.get(keyOf(name));
        const isDone = Boolean(entry) && entry.state !== "missing";
        return {...name, edit: mine.get(keyOf(name)), isDone, value: entry?.value};
      });
  }

  /** Returns what the browser remembered of the unsaved edits; whatever else it holds is nothing. */
  function readDraft(kept) {
    const edits = Array.isArray(kept?.edits) ? kept.edits.filter(isEdit) : [];
    const text = typeof kept?.text === "string" ? kept.text : null;
    return {edits, text};
  }

  function isEdit(edit) {
    return typeof edit?.section === "string" && typeof edit?.name === "string";
  }
})();
