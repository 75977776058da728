// The integral of a gradient along a straight line, part by part, on as many points as it takes (E46).

const GAP = 1e-3, // of the difference between the two ends: what of it the parts may miss
  AIM = 0.1, // of that gap, so that each part is as good as their sum
  ROUNDING = 1e-13, // of the sizes of what is added up: nothing can be nearer
  HALF_NODES = [0.1834346424956498, 0.525532409916329, 0.7966664774136267, 0.9602898564975363],
  HALF_WEIGHTS = [0.362683783378362, 0.3137066458778873, 0.22238103445337448, 0.10122853629037626],
  NODES = [...HALF_NODES.map((x) => -x).reverse(), ...HALF_NODES],
  WEIGHTS = [...HALF_WEIGHTS.toReversed(), ...HALF_WEIGHTS];

/** By Gauss's rule on pieces of the line, halved where they miss most: a piece knows what it misses, for f at its ends
 *  says what its parts add up to. along: from a point of the line, 0 to 1, to f there and what each part adds to df/dt.
 *  @param {(t: number) => { value: number; moves: Float64Array }} along @param {number} most points
 *  @returns {{ begin: number; end: number; parts: Float64Array; points: number }} */
function integrated(along, most) {
  const [begin, end] = [along(0).value, along(1).value];
  let pieces = [pieceOf(along, 0, 1, begin, end)],
    points = NODES.length;
  for (;;) {
    const missed = pieces.map(missedBy),
      all = missed.reduce((so, x) => so + x, 0),
      size = pieces.reduce((so, { sums }) => so + sums.reduce((sum, x) => sum + Math.abs(x), 0), 0),
      floor = ROUNDING * (Math.abs(begin) + Math.abs(end) + size),
      goal = Math.max(AIM * GAP * Math.abs(end - begin), floor),
      some = missed.map((x) => x > goal / (2 * missed.length)),
      more = 2 * NODES.length * some.filter(Boolean).length;
    if (!(all > goal) || points + more > most) break;
    const halved = pieces.filter((_, n) => some[n]),
      middles = halved.map(({ from, to }) => (from + to) / 2),
      values = middles.map((t) => along(t).value);
    pieces = [
      ...pieces.filter((_, n) => !some[n]),
      ...halved.map((one, n) => pieceOf(along, one.from, middles[n], one.low, values[n])),
      ...halved.map((one, n) => pieceOf(along, middles[n], one.to, values[n], one.high)),
    ];
    points += more;
  }
  const parts = new Float64Array(pieces[0].sums.length);
  for (const { sums } of pieces) sums.forEach((x, k) => parts[k] += x);
  return { begin, end, parts, points };
}

/** A piece of the line: its ends, f there, and the integral over it, by parts.
 *  @param {(t: number) => { value: number; moves: Float64Array }} along
 *  @param {number} from @param {number} to @param {number} low @param {number} high */
function pieceOf(along, from, to, low, high) {
  const half = (to - from) / 2,
    middle = (from + to) / 2,
    all = NODES.map((x) => along(middle + half * x).moves),
    sums = all[0].map((_, k) => half * all.reduce((sum, moves, n) => sum + moves[k] * WEIGHTS[n], 0));
  return { from, to, low, high, sums };
}

/** @param {ReturnType<typeof pieceOf>} piece */
const missedBy = ({ low, high, sums }) => Math.abs(high - low - sums.reduce((so, x) => so + x, 0));
