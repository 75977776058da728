// The ways from a neuron's z to the cost, the largest first (E15): what a chosen weight is lit by.

const MOST_WAYS = 5,
  MOST_TRIES = 4000;

/** What a way can do from z of a neuron, or from its a: each move with its factor, where it comes out, and the line.
 *  @param {Model} m @param {WayNode} node @returns {Move[]} */
function movesFrom(m, { l, n, z }) {
  if (z && l === m.depth) return [{ factor: m.delta(l, n), to: null, line: null }];
  if (z) {
    if (!m.mixes(l)) return [{ factor: m.slope(l, n), to: { l, n, z: false }, line: null }];
    const J = m.now.jacobian[l];
    if (!J) return [{ factor: m.delta(l, n), to: null, line: null }];
    return m.record.shown[l].map((i, place) => ({ factor: J[place][m.spot(l, n)], to: { l, n: i, z: false }, line: null }));
  }
  if (l === m.depth) return [{ factor: m.byA(l, n), to: null, line: null }];
  /** @type {Move[]} */
  const moves = m.record.shown[l + 1]
    .filter((j) => m.joins(l + 1, j, n))
    .map((j) => ({ factor: m.w(l + 1, j, n), to: { l: l + 1, n: j, z: true }, line: { l: l + 1, j, k: n } }));
  if (m.layer(l + 1).residual && m.has(l + 1, n)) moves.push({ factor: 1, to: { l: l + 1, n, z: false }, line: null });
  return moves;
}

/** The largest ways, by best-first search: what a way can come to at most is its product so far times the largest rest.
 *  @param {Model} m @param {number} l @param {number} j @returns {Way[]} */
function waysFrom(m, l, j, most = MOST_WAYS) {
  /** @type {Map<string, number>} */
  const bounds = new Map();
  /** @param {WayNode} node @returns {number} */
  const bound = (node) => {
    const key = `${node.l}:${node.n}:${node.z}`,
      known = bounds.get(key);
    if (known !== undefined) return known;
    const best = Math.max(0, ...movesFrom(m, node).map(({ factor, to }) => Math.abs(factor ?? 0) * (to ? bound(to) : 1)));
    bounds.set(key, best);
    return best;
  };
  /** @type {{ at: WayNode | null, way: Way, most: number }[]} */
  const open = [{ at: { l, n: j, z: true }, way: { nodes: [[l, j]], lines: [], product: 1 }, most: bound({ l, n: j, z: true }) }];
  /** @type {Way[]} */
  const found = [];
  for (let tries = 0; open.length && found.length < most && tries < MOST_TRIES; tries++) {
    const best = open.reduce((at, one, i) => (one.most > open[at].most ? i : at), 0),
      [{ at, way, most: reach }] = open.splice(best, 1);
    if (at === null) found.push(way);
    else if (reach > 0)
      for (const { factor, to, line } of movesFrom(m, at)) {
        const value = way.product * (factor ?? 0);
        if (value === 0) continue;
        /** @type {[number, number][]} */
        const nodes = to && (line || !to.z) && !way.nodes.some(([a, b]) => a === to.l && b === to.n) ? [...way.nodes, [to.l, to.n]] : way.nodes;
        open.push({
          at: to,
          way: { nodes, lines: line ? [...way.lines, line] : way.lines, product: value },
          most: Math.abs(value) * (to ? bound(to) : 1),
        });
      }
  }
  return found;
}
