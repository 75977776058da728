// Steps of the optimizer on the rows of the page: one, or one after another; the rate, and the cost as it falls.

const PAUSE = 60, // milliseconds between two pictures
  AT_ONCE = 100; // steps where nothing is to move
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

class Learn {
  /** @param {Play} play */
  constructor(play) {
    this.play = play;
    this.trained = play.live.rate > 0 ? play.live.rate : 0.1;
    this.rate = this.trained;
    /** What the last step did. @type {Taken | null} */
    this.last = null;
    /** @type {ReturnType<typeof setTimeout> | null} */
    this.timer = null;
    /** @type {{ trail: [number, Num][], width: number } | null} */
    this.drawn = null;
    byId("learn").hidden = false;
    this.listen();
    this.tellRate();
    this.showRate();
  }

  get playing() {
    return this.timer !== null;
  }

  listen() {
    const { play } = this;
    const deeds = {
      "take-step": () => this.one(),
      play: () => (this.playing ? this.pause() : this.go()),
      untrained: () => play.begin(() => play.start("untrained")),
    };
    for (const [name, deed] of Object.entries(deeds)) control(name).addEventListener("click", deed);
    const slider = part("#rate", HTMLInputElement),
      field = part("#rate-typed", HTMLInputElement);
    slider.addEventListener("input", () => this.setRate(Number((this.trained * 10 ** Number(slider.value)).toPrecision(2))));
    field.addEventListener("input", () => {
      if (Number(field.value) > 0 && Number.isFinite(Number(field.value))) this.setRate(Number(field.value));
    });
    field.addEventListener("change", () => this.showRate());
    control("rate-trained").addEventListener("click", () => this.setRate(this.trained));
  }

  /** Stop, and forget what the last step did. */
  forget() {
    this.pause();
    this.last = null;
  }

  // --- steps --------------------------------------------------------------------------------------------------------

  one() {
    this.pause();
    this.play.keep("a step");
    this.steps(1);
    this.play.follow();
  }

  /** So many steps on the rows that were asked for; fewer where the cost is no longer a number.
   *  @param {number} count @returns {boolean} whether it can go on */
  steps(count) {
    const { live } = this.play,
      rows = this.rows(),
      before = live.costs(),
      first = live.step({ rows, rate: this.rate });
    let last = first,
      taken = 1;
    for (; taken < count && isKnown(last.after); taken++) last = live.step({ rows, rate: this.rate });
    this.last = { ...last, before: first.before, steps: taken, rows };
    this.play.note(taken, before);
    this.play.nudge.rebase();
    return isKnown(last.after);
  }

  all() {
    return this.play.model.record.examples.map((_, i) => i);
  }
  /** The rows that a step is on. */
  rows() {
    return part("#step-rows", HTMLSelectElement).value === "one" ? [this.play.model.example] : this.all();
  }
  /** What is told of them. @param {number[]} rows */
  costOf(rows) {
    return rows.length > 1 ? `mean cost of ${rows.length} rows` : `C₀ of row ${this.play.model.record.examples[rows[0]].row}`;
  }

  go() {
    const { play } = this,
      from = play.steps,
      before = play.live.costs(this.rows()),
      pace = Number(part("#pace", HTMLSelectElement).value);
    play.keep("play");
    if (still()) {
      this.steps(AT_ONCE * pace);
      return play.follow();
    }
    const next = () => {
      this.timer = setTimeout(next, PAUSE);
      const goesOn = this.steps(pace);
      if (this.last) this.last = { ...this.last, before, steps: play.steps - from };
      if (!goesOn) this.pause();
      play.follow(undefined, true);
    };
    next();
  }

  pause() {
    if (this.timer === null) return;
    clearTimeout(this.timer);
    this.timer = null;
    this.shown();
  }

  // --- what is shown ------------------------------------------------------------------------------------------------

  /** @param {number} rate */
  setRate(rate) {
    this.rate = rate;
    this.showRate();
  }

  /** Where the rate is from that the page begins with. */
  tellRate() {
    const { name, given, chosen, trained_rate } = this.play.live.stepping.record;
    control("rate-trained").textContent = chosen ? "as asked for" : given ? "as trained" : "as at first";
    const from = chosen
      ? [`Steps of ${name}. η = `, num(this.trained, "rate"), " was asked for, so that a step can be seen",
        trained_rate === null ? "." : ["; training’s last was ", num(trained_rate, "trained_rate"), "."]]
      : given
        ? `Steps of ${name}, at the rate with which training ended.`
        : "These weights came without an optimizer: steps are of plain gradient descent.";
    refill(byId("rate-said"), from);
  }

  showRate() {
    const slider = part("#rate", HTMLInputElement),
      field = part("#rate-typed", HTMLInputElement);
    slider.value = String(Math.log10(this.rate / this.trained));
    slider.setAttribute("aria-valuetext", numeral(this.rate));
    if (document.activeElement !== field || Number(field.value) !== this.rate) field.value = String(this.rate);
    control("rate-trained").setAttribute("aria-disabled", String(this.rate === this.trained));
  }

  shown() {
    const { play } = this,
      play_ = control("play");
    play_.textContent = this.playing ? "Pause" : "Play";
    play_.setAttribute("aria-pressed", String(this.playing));
    byId("step-said").setAttribute("aria-live", this.playing ? "off" : "polite");
    refill(byId("step-said"), this.words());
    refill(byId("moved-box"), this.moved());
    const drawn = { trail: play.trail, width: window.innerWidth };
    if (this.drawn?.trail === drawn.trail && this.drawn.width === drawn.width) return;
    this.drawn = drawn;
    drawTrail(byId("trail-box"), play.trail);
  }

  /** The old and the new cost side by side.
   *  @returns {Child[]} */
  words() {
    const { last, play } = this,
      mean = this.costOf(last ? last.rows : this.all());
    if (!last) return play.page.known().cost ? [fact(mean, num(meanOf(play.model.record), "mean"))] : []; // not before the pass
    const gone = less(last.after, last.before),
      steps = last.steps === 1 ? "one step" : `${last.steps} steps`;
    return [
      fact(`${steps}: ${mean}`, [num(last.before, "before"), " → ", num(last.after, "after")]),
      fact("change", num(gone, "gone", 4)),
      isKnown(last.after) ? "" : fact("The cost has no number any more:", "the rate is too large."),
      last.steps === 1 && gone === 0 ? fact(...this.whyNothing()) : "",
    ];
  }

  /** Why a step has left the cost as it was: a larger rate helps only where there is somewhere to go.
   *  @returns {[string, string]} */
  whyNothing() {
    const gradient = this.play.live.gradient(this.last?.rows);
    if (gradient.some((g) => g !== 0)) return ["Too small to see:", "try a larger rate."];
    return ["Nothing to follow:", "every derivative is 0 here, so that no rate leads on."];
  }

  /** The weights that the last step moved most.
   *  @returns {Child} */
  moved() {
    const { last, play } = this,
      { model, words } = play.page;
    const most = (last?.moved ?? []).slice(0, 5);
    if (!most.length) return said("Take a step, and here stand the weights that it moves most.");
    const rows = most.map(({ l, j, k, name, index, from, to }) => ({
      "data-term": `${l}:${j}:${k}`,
      cells: [
        j === null || k === null || !model.has(l, j) || (k >= 0 && !model.has(l - 1, k))
          ? sym(name, l, ...index)
          : words.link({ kind: "weight", l, j, k }, words.edge(l, j, k)),
        num(from, "from"),
        num(to, "to"),
        num(less(to, from), "change", 3),
      ],
    }));
    return table(["moved most by the last step", "from", "to", "change"], rows, { "data-sum": "moved", class: "terms" });
  }
}

/** The mean cost of the rows of the page.
 *  @param {ExplanationRecord} record */
const meanOf = ({ examples }) => product(total(examples.map((e) => e.cost)), 1 / examples.length);

/** @param {Num} x @returns {x is number} */
const isKnown = (x) => x !== null && Number.isFinite(x);

/** The mean cost after every step.
 *  @param {HTMLElement} box @param {[number, Num][]} trail */
function drawTrail(box, trail) {
  /** @type {[number, number][]} */
  const known = trail.flatMap(([step, cost]) => (fits(cost) ? [[step, cost]] : []));
  if (known.length < 2) return refill(box, said("Here the mean cost is drawn as it falls, step by step."));
  const costs = known.map(([, cost]) => cost),
    [low, high] = [Math.min(...costs), Math.max(...costs)],
    log = low > 0 && high / low > 50,
    end = known[known.length - 1][0];
  const { box: chart, x, y } = frame({
    width: Math.max(260, Math.min(roomIn(box) - 4, 560)),
    height: 220,
    xs: [0, Math.max(end, 1)],
    ys: [log ? low : Math.min(0, low), high],
    log,
    xLabel: "step",
    yLabel: log ? "mean cost, log scale" : "mean cost",
    xTicks: end > 1 ? [0, Math.round(end / 2), end] : [0, 1],
  });
  const points = known.map(([step, cost]) => `${x(step).toFixed(1)},${y(cost).toFixed(1)}`);
  chart.append(svg("polyline", { points: points.join(" "), class: "run run-one", "data-trail": known.length }));
  const said_ = `from ${numeral(costs[0])} to ${numeral(costs[costs.length - 1])} in ${end} steps`;
  refill(box, figure("The mean cost of the rows, step by step", chart, said_));
}
