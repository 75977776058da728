// Embeddings by tables: of the code r of a category come the numbers of row r.

WALKS.category = {
  // E39
  weigh(layer, own, x) {
    const z = passedOn(layer, x);
    for (const { k, place, first, many } of embeddedOf(layer)) {
      for (let m = 0; m < many; m++) z[first + m] = own[`t${place}`][x[k] * many + m];
    }
    return z;
  },
  // of a code there is no derivative
  byInput: (layer, _, delta) => passedBack(layer, delta),
  // E40
  fill(layer, gradient, _, delta, x) {
    for (const { k, place, first, many } of embeddedOf(layer)) {
      for (let m = 0; m < many; m++) gradient[`t${place}`][x[k] * many + m] += delta[first + m];
    }
  },
  place: () => null,
  edges: (layer) => passedEdges(layer),
  entries: (layer, j, x) => {
    const of = embeddedInto(layer, j);
    return of ? [{ name: `t${of.place}`, index: [x[of.k], j - of.first] }] : [];
  },
};
