/* The jobs and the arrows between them: which are drawn, what a job needs, and where parts stand. */

/**
 * @typedef {object} Arrow from what comes first to what comes after it
 * @property {string} from key of a row
 * @property {string} to key of a row
 * @property {string} kind runs or triggers
 */
(() => {
  globalThis.jobsync ??= {};
  const MOST = 1500; // jobs that are drawn at once
  jobsync.graph = {MOST, arrowsOf, reached, drawn, packed, inColumns, legend, shortened};

  /** Returns the arrows between these rows; of two rows with a name, the first one counts. */
  function arrowsOf(rows) {
    const keys = keysByName(rows);
    const arrows = [];
    for (const {key, runs = [], triggered_by: triggeredBy = []} of rows) {
      for (const name of runs) add(arrows, key, keys.get(name), "runs");
      for (const name of triggeredBy) add(arrows, keys.get(name), key, "triggers");
    }
    return arrows;
  }

  function keysByName(rows) {
    const keys = new Map();
    for (const row of rows) {
      if (row.job && !keys.has(row.job)) keys.set(row.job, row.key);
    }
    return keys;
  }

  function add(arrows, from, to, kind) {
    if (from !== undefined && to !== undefined) arrows.push({from, to, kind});
  }

  /**
   * Returns the keys of a job and of all that it needs, or of all that need it, through any number.
   * A job needs what it runs and what triggers it.
   * @param {"needs" | "needed"} direction
   */
  function reached(rows, key, direction) {
    const next = steps(rows, direction);
    const found = new Set([key]);
    for (const each of found) {
      for (const other of next.get(each) || []) found.add(other); // grows while it is walked
    }
    return found;
  }

  /** Returns the keys that one step leads to, by the key where it starts. */
  function steps(rows, direction) {
    const next = new Map();
    for (const {from, to, kind} of arrowsOf(rows)) {
      const [needing, needed] = kind === "runs" ? [from, to] : [to, from];
      const [start, end] = direction === "needs" ? [needing, needed] : [needed, needing];
      if (!next.has(start)) next.set(start, []);
      next.get(start).push(end);
    }
    return next;
  }

  /**
   * Returns what is drawn of these rows: all of them, or only those with arrows, or none.
   * `others` are rows that are drawn only where an arrow joins them to one of `rows`.
   */
  function drawn(rows, others = [], most = MOST) {
    const named = rows.filter(row => row.job);
    const own = new Set(named.map(row => row.key));
    const arrows = arrowsOf([...named, ...others]).filter(
      arrow => own.has(arrow.from) || own.has(arrow.to),
    );
    const joined = new Set(arrows.flatMap(({from, to}) => [from, to]));
    const beside = others.filter(row => joined.has(row.key));
    if (named.length + beside.length <= most) {
      return {rows: [...named, ...beside], arrows, left: 0, many: 0};
    }
    const kept = [...named.filter(row => joined.has(row.key)), ...beside];
    if (kept.length <= most) {
      return {rows: kept, arrows, left: named.length + beside.length - kept.length, many: 0};
    }
    return {rows: [], arrows: [], left: 0, many: kept.length};
  }

  /**
   * Puts boxes side by side and below each other, within a width where that is possible.
   * @param {{width: number, height: number}[]} boxes
   * @returns {{places: {x: number, y: number}[], height: number}} their left upper corners
   */
  function packed(boxes, width, gap) {
    const places = [];
    let x = 0;
    let y = 0;
    let shelf = 0; // the height of the present row of boxes
    const order = boxes.map((_, at) => at).sort((a, b) => boxes[b].height - boxes[a].height);
    for (const at of order) {
      const box = boxes[at];
      if (x > 0 && x + box.width > width) {
        x = 0;
        y += shelf + gap;
        shelf = 0;
      }
      places[at] = {x, y};
      x += box.width + gap;
      shelf = Math.max(shelf, box.height);
    }
    return {places, height: boxes.length ? y + shelf : 0};
  }

  /** Returns the place of each of so many equal cells: rows from the left, as many as fit. */
  function inColumns(count, width, cell) {
    const columns = Math.max(1, Math.floor(width / cell.width));
    return Array.from({length: count}, (_, at) => ({
      x: (at % columns) * cell.width,
      y: Math.floor(at / columns) * cell.height,
    }));
  }

  /** Returns a text that is no wider, its end left out where it would be. */
  function shortened(text, width, widthOf) {
    const whole = widthOf(text);
    if (whole <= width) return text;
    const letters = [...text];
    let count = Math.floor((letters.length * width) / whole);
    const part = () => `${letters.slice(0, count).join("")}…`;
    while (count > 1 && widthOf(part()) > width) count -= 1;
    return part();
  }

  /** Returns the status and the word of each kind of row, as they come. */
  function legend(rows) {
    const words = new Map(rows.map(row => [`${row.status} ${row.label}`, row]));
    return [...words.values()].map(({status, label}) => ({status, label}));
  }
})();
