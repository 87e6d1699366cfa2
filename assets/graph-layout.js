/* Where the jobs of a graph stand: each group of joined jobs in layers from left to right, the groups
   beside and below each other, jobs without arrows in a block below them. */
(() => {
  globalThis.jobsync ??= {};
  const GAP = 36;
  const MARGIN = 24;
  const FARTHEST = 0.75; // how small a job is drawn at first, 1 for full size: names are to be read
  /* Tight-tree takes a quarter of the time of the library's own choice, and looks alike. */
  const LAYERS = {name: "dagre", rankDir: "LR", ranker: "tight-tree", nodeSep: 12, rankSep: 56};
  const QUIET = {animate: false, fit: false};
  jobsync.graphLayout = {arrange, fit};

  function arrange(cy) {
    const groups = cy.elements().components();
    const joined = groups.filter(group => group.length > 1);
    const alone = cy.nodes().filter(node => node.connectedEdges().empty());
    const width = Math.max(cy.width() - 2 * MARGIN, 400);
    cy.batch(() => {
      for (const group of joined) group.layout({...LAYERS, ...QUIET}).run();
      const below = placeGroups(joined, width);
      placeAlone(alone, width, below);
    });
    look(cy);
  }

  function placeGroups(groups, width) {
    const boxes = groups.map(boxOf);
    const sizes = boxes.map(({w, h}) => ({width: w, height: h}));
    const {places, height} = jobsync.graph.packed(sizes, width, GAP);
    for (const [at, group] of groups.entries()) {
      const by = {x: places[at].x - boxes[at].x1, y: places[at].y - boxes[at].y1};
      group.nodes().shift(by);
    }
    return groups.length ? height + GAP : 0;
  }

  /** Returns where a group stands, by the middles of its jobs: arrows do not count. */
  function boxOf(group) {
    const {WIDTH, HEIGHT} = jobsync.graphLooks;
    const places = group.nodes().map(node => node.position());
    const [xs, ys] = [places.map(({x}) => x), places.map(({y}) => y)];
    const x1 = Math.min(...xs) - WIDTH / 2;
    const y1 = Math.min(...ys) - HEIGHT / 2;
    return {x1, y1, w: Math.max(...xs) + WIDTH / 2 - x1, h: Math.max(...ys) + HEIGHT / 2 - y1};
  }

  function placeAlone(nodes, width, below) {
    const {WIDTH, HEIGHT} = jobsync.graphLooks;
    const cell = {width: WIDTH + 14, height: HEIGHT + 12};
    const places = jobsync.graph.inColumns(nodes.length, width, cell);
    for (const [at, {x, y}] of places.entries()) {
      nodes[at].position({x: x + WIDTH / 2, y: below + y + HEIGHT / 2});
    }
  }

  /** Shows the beginning, as large as its width allows; what is low is in the middle. */
  function look(cy) {
    const {x1, y1, w, h} = boxOf(cy.nodes());
    const zoom = Math.min(1, Math.max(FARTHEST, (cy.width() - 2 * MARGIN) / w));
    const left = Math.max(MARGIN, (cy.width() - w * zoom) / 2);
    const top = Math.max(MARGIN, (cy.height() - h * zoom) / 2);
    cy.viewport({zoom, pan: {x: left - x1 * zoom, y: top - y1 * zoom}});
  }

  function fit(cy) {
    cy.fit(undefined, MARGIN);
  }
})();
