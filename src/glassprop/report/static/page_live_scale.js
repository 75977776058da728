// Layers of factors: z_k = s_k a_k.

WALKS.scale = {
  // E29
  weigh: (_, { s }, x) => x.map((value, k) => value * s[k]),
  // E31
  byInput: (_, { s }, delta) => delta.map((d, k) => d * s[k]),
  // E30
  fill(_, gradient, __, delta, x) {
    for (let k = 0; k < x.length; k++) gradient.s[k] += delta[k] * x[k];
  },
  place: (_, j, k) => (j === k ? ["s", j] : null),
  edges: () => null,
  entries: () => [],
};
