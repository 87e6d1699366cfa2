/* How the graph looks: its colours are the page's variables, which change with the theme. */
(() => {
  globalThis.jobsync ??= {};
  const WIDTH = 196; // of a job, in pixels at full size
  const HEIGHT = 30;
  const FONT_SIZE = 12;
  let measure = null; // measures texts
  jobsync.graphLooks = {WIDTH, HEIGHT, styles, label};

  /* By status: the variable of its colour, and its border. Colour is not the only sign. */
  const BORDERS = {
    new: {colour: "good", "border-width": 2},
    changed: {colour: "warn", "border-width": 3, "border-style": "double"},
    renamed: {colour: "purple", "border-width": 2},
    deleted: {colour: "bad", "border-width": 2, "border-style": "dashed"},
    error: {colour: "bad", "border-width": 3, shape: "cut-rectangle"},
    unmanaged: {colour: "text-quiet", "border-style": "dashed"},
    skipped: {colour: "text-quiet", "border-style": "dotted"},
    excluded: {colour: "text-quiet", "border-style": "dotted", shape: "rectangle"},
  };

  function variable(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  }

  function label(row) {
    const mark = row.state === "done" ? "✓" : jobsync.config().graph.marks[row.status];
    return shortened(mark ? `${mark} ${row.job}` : row.job);
  }

  /** The library would measure a name letter by letter, which takes seconds for a thousand. */
  function shortened(text) {
    measure ??= beginMeasuring();
    return jobsync.graph.shortened(text, WIDTH - 20, part => measure.measureText(part).width);
  }

  function beginMeasuring() {
    const context = document.createElement("canvas").getContext("2d");
    context.font = `${FONT_SIZE}px ${variable("font")}`;
    return context;
  }

  function styles() {
    const statuses = Object.entries(BORDERS).map(([status, {colour, ...border}]) => ({
      selector: `node[status="${status}"]`,
      style: {"border-color": variable(colour), ...border},
    }));
    return [{selector: "node", style: node()}, ...statuses, ...edges(), ...states()];
  }

  function node() {
    return {
      shape: "round-rectangle",
      width: WIDTH,
      height: HEIGHT,
      label: "data(label)",
      "font-family": variable("font"),
      "font-size": FONT_SIZE,
      color: variable("text"),
      "text-valign": "center",
      "text-halign": "center",
      "min-zoomed-font-size": 5,
      "background-color": variable("surface"),
      "border-width": 1,
      "border-color": variable("line-strong"),
    };
  }

  function edges() {
    const colour = variable("text-quiet");
    const runs = {
      width: 1.4,
      "curve-style": "bezier",
      "line-color": colour,
      "target-arrow-color": colour,
      "target-arrow-shape": "triangle",
      "arrow-scale": 0.9,
      opacity: 0.75,
    };
    const triggers = {"line-style": "dashed", "target-arrow-shape": "vee"};
    return [
      {selector: "edge", style: runs},
      {selector: 'edge[kind="triggers"]', style: triggers},
    ];
  }

  function states() {
    const accent = variable("accent");
    return [
      {selector: "node:active", style: {"overlay-opacity": 0.06}},
      {selector: ".is-far", style: {opacity: 0.25}},
      {
        selector: "node:selected",
        style: {"background-color": variable("accent-soft"), "border-color": accent},
      },
      {
        selector: "edge.is-near",
        style: {width: 2.2, opacity: 1, "line-color": accent, "target-arrow-color": accent},
      },
    ];
  }
})();
