// Dense layers: z = W a + b.

WALKS.dense = {
  // E1, E14
  weigh({ n, n_in }, { w, b }, x) {
    const z = new Float64Array(n);
    for (let j = 0, at = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n_in; k++) sum += w[at++] * x[k];
      z[j] = sum + b[j];
    }
    return z;
  },
  // E18
  byInput({ n, n_in }, { w }, delta) {
    const g = new Float64Array(n_in);
    for (let j = 0, at = 0; j < n; j++) {
      for (let k = 0; k < n_in; k++) g[k] += w[at++] * delta[j];
    }
    return g;
  },
  // E16, E17
  fill({ n, n_in }, gradient, _, delta, x) {
    for (let j = 0, at = 0; j < n; j++) {
      for (let k = 0; k < n_in; k++) gradient.w[at++] += delta[j] * x[k];
      gradient.b[j] += delta[j];
    }
  },
  place: ({ n_in }, j, k) => (k < 0 ? ["b", j] : ["w", j * n_in + k]),
  edges: () => null,
  entries: () => [],
};
