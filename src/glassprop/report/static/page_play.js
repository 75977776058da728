// What people do to the live network, and how it is undone: each deed, what stood before it, and the page that follows.

const MOST_UNDONE = 50,
  MOST_TRAIL = 2000; // points of the curve of costs; then every other one is dropped

/** What can be undone: what was done, and what stood before it.
 *  @typedef {{ what: string, before: ReturnType<Live["snapshot"]>, trail: [number, Num][], steps: number }} Done */

class Play {
  /** @param {Page} page @param {Live} live */
  constructor(page, live) {
    this.page = page;
    this.live = live;
    /** What can be undone. @type {Done[]} */
    this.done = [];
    /** Goes up whenever anything but the one number that is nudged has changed. */
    this.turn = 0;
    /** How many steps were taken since the weights were last set to a start. */
    this.steps = 0;
    /** The mean cost over the page's rows: [step, cost]. @type {[number, Num][]} */
    this.trail = [[0, live.costs()]];
    /** The inputs of each example as the table has them. */
    this.rows = live.xs.map((x) => [...x]);
    /** Whether numbers change many times a second: by hand, or as it plays. */
    this.moving = false;
    /** The number that was nudged last. @type {string | undefined} */
    this.nudged = undefined;
    this.nudge = new Nudge(this);
    /** Steps of training; none where there is no target. */
    this.learn = predicts(page.model) ? null : new Learn(this);
    control("undo").addEventListener("click", () => this.begin(() => this.undo()));
    control("reset").addEventListener("click", () => this.begin(() => this.start("reset")));
    this.slice = new Slice(this);
    this.plane = mapOf(this);
    dragging(this);
    // a number that is taken hold of stays where it is
    byId("nudge").addEventListener("pointerdown", () => this.learn?.pause(), true);
    byId("nudge").addEventListener("keydown", ({ key }) => key !== "Tab" && this.learn?.pause(), true);
    byId("live").hidden = false;
    byId("arithmetic").textContent = "This page computes all of its numbers itself, by the formulas that it shows.";
  }

  get model() {
    return this.page.model;
  }

  /** Note what stands now, so that what comes next can be undone.
   *  @param {string} what as the button says it */
  keep(what) {
    this.learn?.pause(); // what is done by hand ends play
    this.done.push({ what, before: this.live.snapshot(), trail: this.trail, steps: this.steps });
    if (this.done.length > MOST_UNDONE) this.done.shift();
  }

  /** Stop, forget what the last step did, and do something else.
   *  @param {() => void} deed */
  begin(deed) {
    this.learn?.forget();
    deed();
  }

  undo() {
    const last = this.done.pop();
    if (!last) return;
    this.live.restore(last.before);
    this.trail = last.trail;
    this.steps = last.steps;
    this.nudge.rebase();
    this.follow();
  }

  /** Begin anew: with the weights that were trained, or with untrained ones.
   *  @param {"reset" | "untrained"} how */
  start(how) {
    this.keep(how);
    this.live[how]();
    this.steps = 0;
    this.trail = [[0, this.live.costs()]];
    this.nudge.rebase();
    this.follow();
  }

  /** Write down what a step, or several, came to.
   *  @param {number} steps @param {Num} before the mean cost of all rows */
  note(steps, before) {
    const [at, last] = this.trail[this.trail.length - 1];
    /** @type {[number, Num][]} */
    const nudged = last === before ? [] : [[at, before]]; // since the last step, by hand
    this.steps += steps;
    const all = [...this.trail, ...nudged, /** @type {[number, Num]} */ ([this.steps, this.live.costs()])];
    this.trail = all.length > MOST_TRAIL ? all.filter((_, i) => i % 2 === 0 || i === all.length - 1) : all;
  }

  /** The record takes the live numbers, and the page is drawn with them.
   *  @param {string} [only] the parameter that is nudged @param {boolean} moving */
  follow(only, moving = false) {
    this.moving = moving;
    if (!only || only !== this.nudged) this.turn++;
    this.nudged = only;
    this.live.renew();
    this.page.all();
    this.moving = false;
  }

  /** What *Back* would undo. */
  undone() {
    const last = this.done[this.done.length - 1],
      undo = control("undo");
    undo.setAttribute("aria-disabled", String(!last));
    undo.setAttribute("aria-label", last ? `Back: undo ${last.what}` : "Back: nothing to undo");
    undo.title = last ? `undo ${last.what}` : "";
  }

  /** What is chosen or shown has changed, or the numbers have. */
  shown() {
    this.nudge.shown();
    this.learn?.shown();
    this.undone();
    this.slice.draw();
    this.plane?.draw();
  }
}
