/* The graph of a tab's jobs: drawn when it is opened, by a library that is loaded then. */
(() => {
  globalThis.jobsync ??= {};
  const begun = new Map(); // promises of graphs, by the name of their tab
  const graphs = new Map();
  let loading = null;
  Object.assign(jobsync, {drawGraph, recolourGraphs});
  jobsync.controls ??= {};
  Object.assign(jobsync.controls, {"data-focus": focus, "data-zoom": zoom});

  /**
   * @typedef {object} Graph
   * @property {object} cy the library's own
   * @property {string} shape of what is drawn, so that only what moved is drawn anew
   * @property {{key: string, direction: string} | null} focus
   * @property {string} selected the key of a row, empty for none
   * @property {Map<string, object>} rows those that are drawn
   */

  async function drawGraph(tab) {
    const graph = await graphOf(tab);
    if (!graph || jobsync.shownView(tab) !== "graph") return;
    const wanted = whatToDraw(tab, graph);
    graph.rows = new Map(wanted.rows.map(row => [row.key, row]));
    jobsync.drawGraphKeys(jobsync.viewPart(tab, ".graph-keys"), wanted);
    say(tab, graph, wanted);
    const shape = JSON.stringify([[...graph.rows.keys()], wanted.arrows]);
    if (shape === graph.shape) update(graph);
    else replace(graph, wanted);
    graph.shape = shape;
    mark(graph);
    showSelected(tab, graph);
  }

  async function graphOf(tab) {
    loading ??= jobsync.loadScript(jobsync.addresses.below(jobsync.config().graph.script));
    try {
      await loading;
    } catch {
      loading = null; // the next time may do
      note(tab, jobsync.config().texts.graphFailed);
      return null;
    }
    if (!begun.has(tab.name)) begun.set(tab.name, begin(tab));
    const graph = await begun.get(tab.name);
    graphs.set(tab.name, graph);
    return graph;
  }

  function begin(tab) {
    return new Promise(resolve => {
      const ready = ({cy}) => resolve(open(tab, cy));
      const props = {
        id: `${tab.name}-cytoscape`,
        className: "graph-inner",
        elements: [],
        stylesheet: jobsync.graphLooks.styles(),
        layout: {name: "preset", ready},
        autoRefreshLayout: false,
        autoungrabify: true,
        minZoom: 0.05,
        maxZoom: 2.5,
        style: null,
        setProps: () => {},
      };
      const place = jobsync.viewPart(tab, ".graph-canvas");
      const element = React.createElement(quietly(dash_cytoscape.Cytoscape), props);
      ReactDOM.createRoot(place).render(element);
    });
  }

  /** Its own default of the wheel would make the library warn of a custom one in the console. */
  function quietly(component) {
    component.defaultProps = {...component.defaultProps, wheelSensitivity: undefined};
    return component;
  }

  function open(tab, cy) {
    const graph = {cy, shape: "", focus: null, selected: "", rows: new Map()};
    const place = jobsync.viewPart(tab, ".graph-canvas");
    cy.on("tap", "node", ({target}) => {
      graph.selected = target.id();
      mark(graph);
      showSelected(tab, graph);
      jobsync.openRowOf(tab, graph.rows.get(graph.selected));
    });
    cy.on("tap", event => {
      if (event.target !== cy) return;
      graph.selected = "";
      mark(graph);
      showSelected(tab, graph);
    });
    place.addEventListener("pointerdown", () => cy.resize(), true); // it may have moved
    cy.on("mouseover", "node", ({target}) => {
      place.title = graph.rows.get(target.id())?.job || "";
    });
    cy.on("mouseout", "node", () => place.removeAttribute("title"));
    return graph;
  }

  /** What a job needs is drawn whether or not the search hides it. */
  function whatToDraw(tab, graph) {
    const {main, apart} = jobsync.allRows(tab);
    if (graph.focus && ![...main, ...apart].some(row => row.key === graph.focus.key)) {
      graph.focus = null; // of an operation that is no longer shown
    }
    if (!graph.focus) return jobsync.graph.drawn(jobsync.shownRows(tab).rows, apart);
    const keys = jobsync.graph.reached([...main, ...apart], graph.focus.key, graph.focus.direction);
    return jobsync.graph.drawn([...main, ...apart].filter(row => keys.has(row.key)));
  }

  function replace(graph, {rows, arrows}) {
    const {cy} = graph;
    const nodes = rows.map(row => ({group: "nodes", data: dataOf(row)}));
    const edges = arrows.map(({from, to, kind}, at) => ({
      group: "edges",
      data: {id: `arrow ${at}`, source: from, target: to, kind},
    }));
    cy.batch(() => {
      cy.elements().remove();
      cy.add([...nodes, ...edges]);
    });
    cy.resize();
    if (rows.length) jobsync.graphLayout.arrange(cy);
  }

  function update({cy, rows}) {
    cy.resize();
    cy.batch(() => {
      for (const row of rows.values()) cy.getElementById(row.key).data(dataOf(row));
    });
  }

  function dataOf(row) {
    const status = row.state === "failed" ? "error" : row.status;
    return {id: row.key, label: jobsync.graphLooks.label(row), status};
  }

  /** The selected job stands out, and so do its neighbours. */
  function mark(graph) {
    const {cy} = graph;
    if (!graph.rows.has(graph.selected)) graph.selected = "";
    cy.batch(() => {
      cy.elements().removeClass("is-far is-near").unselect();
      if (!graph.selected) return;
      const node = cy.getElementById(graph.selected);
      const near = node.closedNeighborhood();
      node.select();
      near.edges().addClass("is-near");
      if (near.length > 1 && !graph.focus) cy.elements().difference(near).addClass("is-far");
    });
  }

  function note(tab, text) {
    jobsync.viewPart(tab, ".graph-note").textContent = text;
  }

  function say(tab, graph, {rows, arrows, left, many}) {
    const {texts} = jobsync.config();
    const {counted, fill} = jobsync.words;
    const jobs = counted(texts.graphJobs, rows.length);
    const what = `${jobs}, ${counted(texts.graphArrows, arrows.length)}`;
    const place = jobsync.viewPart(tab, ".graph-canvas");
    place.setAttribute("aria-label", fill(texts.graphLabel, {what}));
    place.hidden = !rows.length;
    if (many) note(tab, counted(texts.graphMany, many));
    else if (!rows.length) note(tab, texts.graphNone);
    else if (graph.focus) note(tab, focusText(graph));
    else note(tab, left ? `${what}. ${counted(texts.graphLeft, left)}` : what);
  }

  function focusText({focus: {key, direction}, rows}) {
    const {texts} = jobsync.config();
    const job = rows.get(key)?.job || "";
    const others = rows.size - 1;
    const isNeeds = direction === "needs";
    if (!others) {
      return jobsync.words.fill(isNeeds ? texts.graphNeedsNone : texts.graphNeededNone, {job});
    }
    return jobsync.words.counted(isNeeds ? texts.graphNeeds : texts.graphNeeded, others, {job});
  }

  /** Says which buttons may be pressed: two are about the selected job. */
  function showSelected(tab, graph) {
    for (const button of jobsync.viewPart(tab, ".graph-tools").querySelectorAll("[data-focus]")) {
      if (button.dataset.focus === "all") button.hidden = !graph.focus;
      else button.disabled = !graph.selected;
    }
  }

  /** From the graph's own tools it is about the selected job, from the side panel about its row. */
  async function focus(button) {
    const tab = jobsync.currentTab();
    const {focus: direction, key} = button.dataset;
    jobsync.closePanel();
    if (jobsync.shownView(tab) !== "graph") jobsync.showView(tab, "graph");
    const graph = await graphOf(tab);
    if (!graph) return;
    const about = key || graph.selected;
    graph.focus = direction === "all" ? null : {key: about, direction};
    if (graph.focus) graph.selected = about;
    await drawGraph(tab);
  }

  function zoom(button) {
    const graph = graphs.get(jobsync.tabAround(button).name);
    const cy = graph?.cy;
    if (!cy) return;
    if (button.dataset.zoom === "fit") jobsync.graphLayout.fit(cy);
    else {
      const level = cy.zoom() * (button.dataset.zoom === "in" ? 1.3 : 1 / 1.3);
      cy.zoom({level, renderedPosition: {x: cy.width() / 2, y: cy.height() / 2}});
    }
  }

  function recolourGraphs() {
    for (const {cy} of graphs.values()) cy?.style(jobsync.graphLooks.styles());
  }
})();
