/* Which jobs start by themselves in each quarter of an hour of the next day, now and afterwards. */

/**
 * @typedef {object} Found what /feed/timeline/<operation> answers
 * @property {number} from the present quarter of an hour, in seconds since the epoch
 * @property {(number[] | null)[]} times minutes after `from` of each schedule, null when unreadable
 * @property {Object<string, [Side, Side]>} rows both sides of each row by its key: now, afterwards
 * @property {boolean} isCut
 *
 * @typedef {[number[], number, number]} Side numbers of its schedules, what starts without a time,
 *   and what is paused
 */
(() => {
  globalThis.jobsync ??= {};
  const MINUTES = 15;
  const SLOTS = 97; // of a day that begins within the first one
  jobsync.timeline = {SLOTS, afterwards, lane, startsIn, busiest, secondsOf};

  const NOW = 0;
  const AFTER = 1;
  const NOTHING = [[], 0, 0];

  /** Returns what starts a row's job when what is selected was carried out. */
  function afterwards(found, row, isSelected) {
    if (row.state === "done") return row.status === "deleted" ? NOTHING : side(found, row, AFTER);
    const isLeft = row.state === "failed" || row.state === "not_started";
    const isNotPicked = row.pick === "import" && !isSelected;
    return side(found, row, isLeft || isNotPicked ? NOW : AFTER);
  }

  function side(found, row, which) {
    return Object.hasOwn(found.rows, row.key) ? found.rows[row.key][which] : NOTHING;
  }

  /**
   * Returns how many jobs start in each slot, and what has no slot.
   * @param {Found} found
   * @param {(row: object) => Side} sideOf now where it is left out
   */
  function lane(found, rows, sideOf = row => side(found, row, NOW)) {
    const slots = new Array(SLOTS).fill(0);
    const sum = {slots, jobs: 0, untimed: 0, paused: 0, unread: 0};
    for (const row of rows) {
      const [schedules, untimed, paused] = sideOf(row);
      const taken = new Set(minutesOf(found, schedules).map(slotOf));
      for (const slot of taken) slots[slot] += 1;
      sum.jobs += taken.size ? 1 : 0;
      sum.untimed += untimed;
      sum.paused += paused;
      sum.unread += schedules.filter(number => found.times[number] === null).length;
    }
    return sum;
  }

  /** Returns the jobs that start in a slot, each with the minutes, by time and name. */
  function startsIn(found, rows, slot, sideOf = row => side(found, row, NOW)) {
    return rows
      .map(row => ({
        row,
        minutes: minutesOf(found, sideOf(row)[0]).filter(minute => slotOf(minute) === slot),
      }))
      .filter(({minutes}) => minutes.length)
      .sort((a, b) => a.minutes[0] - b.minutes[0] || a.row.job.localeCompare(b.row.job));
  }

  function minutesOf(found, schedules) {
    const all = schedules.flatMap(number => found.times[number] || []);
    return schedules.length < 2 ? all : [...new Set(all)].sort((a, b) => a - b);
  }

  function slotOf(minute) {
    return Math.floor(minute / MINUTES);
  }

  /** Returns the slots in which most jobs start, the busiest first. */
  function busiest(slots, most) {
    return slots
      .map((jobs, slot) => ({slot, jobs}))
      .filter(({jobs}) => jobs)
      .sort((a, b) => b.jobs - a.jobs || a.slot - b.slot)
      .slice(0, most);
  }

  function secondsOf(found, slot) {
    return found.from + slot * MINUTES * 60;
  }
})();
