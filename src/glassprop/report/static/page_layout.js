// Where the drawing puts things: layers from left to right where there is room for that, else from top to bottom.

const HEAD = 46, // above the neurons: what the layers are called
  LETTERS = 16, // of a name that are written at most
  NARROW = 420, // a window, or a part of one
  ROOM = 64, // from layer to layer at least, for layers to stand side by side
  BOX = { width: 58, height: 46 }, // of C₀
  TARGET = { width: 46, height: 18 }; // of y

/** Room around a circle: its bias above, its δ below. */
const AROUND = 30;

class Layout {
  /** columns: the numbers of the neurons drawn, by layer; extra: 1 where a line "… more" is drawn below them.
   *  @param {{ width: number, columns: number[][], extra: number[], names: [number, number] }} what
   *  names: how wide those of inputs and of outputs are at most */
  constructor({ width, columns, extra, names }) {
    this.columns = columns;
    this.extra = extra;
    this.depth = columns.length - 1;
    this.width = Math.max(width, 280);
    this.most = Math.max(...columns.map((column, l) => column.length + extra[l]));
    this.names = names;
    this.radius = this.most > 6 ? 19 : 24;
    const r = this.radius,
      first = this.names[0] + r + 12,
      last = Math.max(TARGET.width, this.names[1]) + r + 12;
    /** Whether the names of inputs stand above them, not beside. */
    this.above = (this.width - first - last - BOX.width - 46) / this.depth < 104;
    this.left = this.above ? r + 12 : first;
    this.right = (this.above ? r + 10 + TARGET.width : last) + BOX.width + (this.above ? 32 : 46);
    this.spacing = (this.width - this.left - this.right) / this.depth;
    this.across = this.spacing < ROOM || this.width < NARROW;
    this.gap = 0;
    this.height = 0;
    this.costAt = { x: 0, y: 0 };
    if (this.across) this.down();
    else this.beside();
  }

  /** Layers side by side. */
  beside() {
    if (this.above && this.spacing < 96) this.radius = Math.min(this.radius, this.spacing < 80 ? 18 : 20);
    const r = this.radius,
      least = 2 * r + AROUND + (this.above ? 6 : 0);
    this.gap = Math.max(least, Math.min(118, 340 / this.most)); // few neurons get room
    this.height = HEAD + this.most * this.gap + 22;
    this.costAt = { x: this.width - BOX.width / 2 - 2, y: HEAD + (this.most * this.gap) / 2 + 8 };
  }

  /** Layers one below the other, for narrow windows. */
  down() {
    this.radius = 20;
    const r = this.radius;
    this.above = true;
    this.width = Math.max(this.width, this.most * (2 * r + 8));
    this.gap = 2 * r + 100;
    this.height = HEAD + this.depth * this.gap + 2 * r + 118 + BOX.height;
    this.costAt = { x: this.width / 2, y: this.height - BOX.height / 2 - 4 };
  }

  /** How far apart neurons of a layer stand, where layers stand one below the other.
   *  @param {number} l */
  step(l) {
    return Math.min(112, this.width / (this.columns[l].length + this.extra[l]));
  }

  /** The middle of what stands at a place of a layer, counted from 0.
   *  @param {number} l @param {number} place */
  at(l, place) {
    const count = this.columns[l].length + this.extra[l],
      off = place - (count - 1) / 2;
    return this.across
      ? { x: this.width / 2 + off * this.step(l), y: HEAD + this.radius + 26 + l * this.gap }
      : { x: this.left + l * this.spacing, y: HEAD + (this.most * this.gap) / 2 + 8 + off * this.gap };
  }
  /** @param {number} l @param {number} n */
  of(l, n) {
    return this.at(l, this.columns[l].indexOf(n));
  }

  /** Where a line from one circle meets another.
   *  @param {{ x: number, y: number }} from @param {{ x: number, y: number }} to */
  between(from, to) {
    const r = this.radius;
    return this.across
      ? { x1: from.x, y1: from.y + r, x2: to.x, y2: to.y - r }
      : { x1: from.x + r, y1: from.y, x2: to.x - r, y2: to.y };
  }

  /** Where y of an output stands: beside its circle, under its name.
   *  @param {number} n */
  target(n) {
    const { x, y } = this.of(this.depth, n),
      r = this.radius;
    return this.across
      ? { x: Math.min(this.width - 25, Math.max(25, x + (x < this.width / 2 - 1 ? -20 : 20))), y: y + r + 50 }
      : { x: x + r + 10 + TARGET.width / 2, y: y + 5 + TARGET.height / 2 };
  }
  /** The lines into C₀, from an output and from its y: one from the output leaves straight on, between its name and y.
   *  @param {number} n */
  toCost(n) {
    const { x, y } = this.of(this.depth, n),
      r = this.radius,
      target = this.target(n),
      { x: cx, y: cy } = this.costAt;
    return this.across
      ? {
          a: [[x, y + r], [cx, cy - BOX.height / 2]],
          y: [[target.x, target.y + TARGET.height / 2], [cx, cy - BOX.height / 2]],
        }
      : {
          a: [[x + r, y], [target.x + TARGET.width / 2, y], [cx - BOX.width / 2, cy - 5]],
          y: [[target.x + TARGET.width / 2, target.y], [cx - BOX.width / 2, cy + 5]],
        };
  }

  /** Where the number of a line stands: near its start, where lines part; two that start together are staggered.
   *  @param {{ x1: number, y1: number, x2: number, y2: number }} line @param {number} place of its end in its layer */
  onLine({ x1, y1, x2, y2 }, place) {
    const share = this.across ? 0.36 + 0.16 * (place % 2) : Math.min(0.5, Math.max(0.27, 22 / (x2 - x1)));
    return { x: x1 + share * (x2 - x1), y: y1 + share * (y2 - y1) - 4 };
  }
  /** Whether there is room for a number on every line into a layer, not on a few alone.
   *  @param {number} l */
  roomy(l) {
    return this.across ? Math.min(this.step(l - 1), this.step(l)) > 62 : this.spacing - 2 * this.radius > 58;
  }

  /** How many neurons of a layer fit into the width, where layers stand one below the other.
   *  @param {number} width */
  static fits(width) {
    return Math.max(3, Math.floor(width / 48) - 1);
  }
}
