/* The timeline of a tab: how many jobs start in each quarter of an hour, now and afterwards. */
(() => {
  globalThis.jobsync ??= {};
  const LISTED = 200; // jobs of a bar
  const BUSIEST = 5;
  const found = new Map(); // what the server said, by operation
  const opened = new Map(); // the bar whose jobs are listed, by the name of the tab
  const html = (type, props, ...children) => ({type, props: {...props, children}});
  jobsync.drawTimeline = drawTimeline;
  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {"data-bar": openBar, "data-start": openJob});

  async function drawTimeline(tab) {
    const operation = jobsync.shownOperation(tab.name);
    const {texts} = jobsync.config();
    if (!operation) {
      draw(tab, [sentence(texts.timelineNone)]);
      return;
    }
    const {times, problem} = await timesOf(operation);
    if (jobsync.shownView(tab) !== "timeline") return;
    if (operation !== jobsync.shownOperation(tab.name)) return;
    draw(tab, problem ? [sentence(problem)] : contents(tab, times));
  }

  async function timesOf(operation) {
    const known = found.get(operation);
    if (known && Date.now() - known.at < 60_000) return known;
    const {texts} = jobsync.config();
    try {
      const answer = await fetch(jobsync.addresses.timeline(operation));
      if (answer.status === 404) return {problem: texts.timelineGone};
      if (answer.status === 401 || answer.redirected) return {problem: texts.signedOut};
      if (!answer.ok) return {problem: texts.timelineFailed};
      found.clear();
      found.set(operation, {times: await answer.json(), at: Date.now()});
      return found.get(operation);
    } catch {
      return {problem: texts.timelineFailed};
    }
  }

  function draw(tab, children) {
    jobsync.draw(jobsync.viewPart(tab, ".timeline-view"), html("div", {}, ...children));
  }

  function sentence(text) {
    return html("p", {className: "quiet"}, text);
  }

  /** Returns the sides to be shown: an export changes nothing that starts by itself. */
  function sidesOf(tab, times, ticked) {
    const {texts} = jobsync.config();
    if (!jobsync.fedFrame(tab).dataset.selects) return [{name: texts.timelineHere}];
    const sideOf = row => jobsync.timeline.afterwards(times, row, ticked.has(row.key));
    return [{name: texts.timelineNow}, {name: texts.timelineAfter, sideOf}];
  }

  /** Jobs in a group of their own start as well, and no chip or search is about them. */
  function rowsOf(tab) {
    const {rows, ticked} = jobsync.shownRows(tab);
    return {rows: [...rows, ...jobsync.allRows(tab).apart], ticked};
  }

  function contents(tab, times) {
    const {rows, ticked} = rowsOf(tab);
    const sides = sidesOf(tab, times, ticked);
    const lanes = sides.map(({sideOf}) => jobsync.timeline.lane(times, rows, sideOf));
    const most = Math.max(1, ...lanes.flatMap(({slots}) => slots));
    return [
      ...lanes.map((lane, at) => laneView(times, lane, most, {at, ...sides[at]})),
      listView(tab, times, rows, sides),
      ...notes(times, lanes.at(-1)),
    ];
  }

  function laneView(times, lane, most, {at, name}) {
    const {texts} = jobsync.config();
    const sum = jobsync.words.counted(texts.timelineSum, lane.jobs);
    return html(
      "section",
      {className: "lane", "aria-label": name},
      html(
        "div",
        {className: "lane-head"},
        html("h3", {}, name),
        html("span", {className: "quiet"}, lane.jobs ? sum : texts.timelineQuiet),
      ),
      lane.jobs ? chart(times, lane, most, at) : "",
      lane.jobs ? busiestView(times, lane, at) : "",
    );
  }

  function chart(times, {slots}, most, at) {
    const bars = slots.map((jobs, slot) => bar(times, {jobs, slot, most, at}));
    const hours = slots.map((_, slot) => hour(times, slot));
    return html(
      "div",
      {className: "lane-chart"},
      html("div", {className: "lane-bars"}, ...bars),
      html("div", {className: "lane-hours", "aria-hidden": "true"}, ...hours),
    );
  }

  function bar(times, {jobs, slot, most, at}) {
    if (!jobs) return html("span", {className: "bar-slot"});
    const height = Math.max(3, (100 * jobs) / most);
    const shape = {x: 0, width: 10, y: 100 - height, height};
    const title = barText(times, slot, jobs);
    return html(
      "button",
      {type: "button", className: "bar-slot", title, "aria-label": title, ...barAt(at, slot)},
      html("span", {className: "bar-count"}, jobs * 2 >= most && jobs < 100 ? String(jobs) : ""),
      html(
        "svg",
        {viewBox: "0 0 10 100", preserveAspectRatio: "none", "aria-hidden": "true"},
        html("rect", shape),
      ),
    );
  }

  function barAt(at, slot) {
    return {"data-bar": `${at} ${slot}`};
  }

  function barText(times, slot, jobs) {
    const {texts} = jobsync.config();
    const counted = jobsync.words.counted(texts.timelineJobs, jobs);
    return jobsync.words.fill(texts.timelineBar, {...span(times, slot), jobs: counted});
  }

  function span(times, slot) {
    const [from, to] = [slot, slot + 1].map(each => clock(jobsync.timeline.secondsOf(times, each)));
    return {from, to};
  }

  function clock(seconds) {
    const options = {hour: "2-digit", minute: "2-digit", hourCycle: "h23"};
    return new Date(1000 * seconds).toLocaleTimeString([], options);
  }

  /** Every third hour has its name, midnight that of the day. */
  function hour(times, slot) {
    const at = new Date(1000 * jobsync.timeline.secondsOf(times, slot));
    const isNamed = at.getMinutes() === 0 && at.getHours() % 3 === 0;
    const isDay = at.getHours() === 0;
    const day = () => at.toLocaleDateString([], {weekday: "short", day: "numeric"});
    const text = isDay ? day() : clock(at / 1000);
    const look = at.getHours() % 6 === 0 ? "hour hour-named" : "hour hour-named hour-minor";
    return html("span", {className: isNamed ? look : "hour"}, isNamed ? text : "");
  }

  function busiestView(times, {slots}, at) {
    const buttons = jobsync.timeline
      .busiest(slots, BUSIEST)
      .map(({slot, jobs}) =>
        html(
          "button",
          {type: "button", className: "chip", ...barAt(at, slot)},
          `${clock(jobsync.timeline.secondsOf(times, slot))} `,
          html(
            "span",
            {className: "chip-count"},
            jobsync.words.counted(jobsync.config().texts.timelineJobs, jobs),
          ),
        ),
      );
    const title = html("span", {className: "quiet"}, jobsync.config().texts.timelineBusiest);
    return html("div", {className: "lane-busiest"}, title, ...buttons);
  }

  function openBar(button) {
    const tab = jobsync.tabAround(button);
    const {bar: name} = button.dataset;
    opened.set(tab.name, opened.get(tab.name) === name ? "" : name);
    drawTimeline(tab);
  }

  function listView(tab, times, rows, sides) {
    const name = opened.get(tab.name);
    if (!name) return "";
    const [at, slot] = name.split(" ").map(Number);
    const {name: side, sideOf} = sides[at] || {};
    const starts = jobsync.timeline.startsIn(times, rows, slot, sideOf);
    const {texts} = jobsync.config();
    const {counted, fill} = jobsync.words;
    const jobs = counted(texts.timelineJobs, starts.length);
    const items = starts.slice(0, LISTED).map(start => item(times, start));
    const left = starts.length - items.length;
    return html(
      "section",
      {className: "bar-list"},
      html("h3", {role: "status"}, fill(texts.timelineList, {side, ...span(times, slot), jobs})),
      html("ul", {}, ...items),
      left ? sentence(counted(texts.timelineMore, left)) : "",
    );
  }

  function item(times, {row, minutes}) {
    const at = minutes.map(minute => clock(times.from + 60 * minute)).join(", ");
    const button = {type: "button", className: "link-button", "data-start": row.key};
    return html(
      "li",
      {key: row.key},
      html("span", {className: "bar-time"}, at),
      html("button", button, row.job),
    );
  }

  function openJob(button) {
    const tab = jobsync.tabAround(button);
    const row = rowsOf(tab).rows.find(each => each.key === button.dataset.start);
    if (row) jobsync.openRowOf(tab, row);
  }

  function notes({isCut}, {untimed, paused, unread}) {
    const {texts} = jobsync.config();
    const {counted, fill} = jobsync.words;
    const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    const said = [
      untimed && counted(texts.timelineUntimed, untimed),
      paused && counted(texts.timelinePaused, paused),
      unread && counted(texts.timelineUnread, unread),
      isCut && texts.timelineCut,
      fill(texts.timelineZone, {zone}),
    ];
    return said.filter(Boolean).map(sentence);
  }
})();
