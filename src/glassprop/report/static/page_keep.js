// Parts of the page made anew: what is as it was stays untouched, and so what a reader has opened, scrolled to and has
// the focus on. What can be pressed there has its deed as `onclick`, which goes along; a listener would stay behind.

const STAYS = "a,button,select,input,summary,[tabindex]",
  ANEW = "canvas,input,select"; // which hold what none of their attributes says

/** Make a part of the page hold this; only what is another than it was is touched, so that the browser has little to
 *  lay out. @param {Element} box @param {Child[]} content */
function refill(box, ...content) {
  const active = document.activeElement,
    focused = active !== box && isDrawn(active) && box.contains(active) ? stayOf(box, active) : null,
    wide = sumsOf(box, '[data-fold="less"]'),
    wanted = flat(content);
  if (wide.length) for (const node of wanted) if (node instanceof Element) unfold(node, wide);
  match(box, wanted);
  const again = focused && box.querySelectorAll(focused.like)[focused.place];
  if (isDrawn(again) && again !== document.activeElement) again.focus({ preventScroll: true });
}

/** @param {Element} box @param {(Node | string)[]} wanted */
function match(box, wanted) {
  let old = box.firstChild;
  for (const node of wanted) {
    const next = old?.nextSibling ?? null;
    if (old === null) box.append(node);
    else if (typeof node === "string" || node.nodeType === Node.TEXT_NODE) matchText(old, typeof node === "string" ? node : node.nodeValue ?? "");
    else if (isDrawn(old) && isDrawn(node) && old.tagName === node.tagName && !old.matches(ANEW)) {
      matchAttributes(old, node);
      match(old, [...node.childNodes]);
    } else old.replaceWith(node);
    old = next;
  }
  while (old) {
    const next = old.nextSibling;
    old.remove();
    old = next;
  }
}

/** @param {ChildNode} old @param {string} text */
function matchText(old, text) {
  if (old.nodeType !== Node.TEXT_NODE) old.replaceWith(text);
  else if (old.nodeValue !== text) old.nodeValue = text;
}

/** Whether details are open is the reader's affair.
 *  @param {Drawn} old @param {Drawn} node */
function matchAttributes(old, node) {
  for (const { name, value } of node.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  if (old.attributes.length !== node.attributes.length)
    for (const { name } of [...old.attributes]) if (name !== "open" && !node.hasAttribute(name)) old.removeAttribute(name);
  if (old.onclick !== node.onclick) old.onclick = node.onclick;
}

/** @param {unknown} node @returns {node is Drawn} */
const isDrawn = (node) => node instanceof HTMLElement || node instanceof SVGElement;

/** Unfold some tables of what is not in the page yet.
 *  @param {Element} node @param {string[]} wide */
function unfold(node, wide) {
  for (const button of node.querySelectorAll('[data-fold="more"]'))
    if (wide.includes(sumOf(button))) button.parentElement?.dispatchEvent(new Event("unfold"));
}

/** Which table a button folds.
 *  @param {Element} button */
const sumOf = (button) => {
  const found = button.parentElement?.querySelector("table");
  return found ? (found.dataset.sum ?? found.dataset.list ?? "") : "";
};
/** @param {Element} box @param {string} selector */
const sumsOf = (box, selector) => [...box.querySelectorAll(selector)].map(sumOf);

/** Where something with the focus stands, among those that choose the same: their order may be another afterwards.
 *  @param {Element} box @param {Drawn} node */
function stayOf(box, node) {
  const { choose } = node.dataset,
    like = choose ? `[data-choose="${choose}"]` : STAYS;
  return { like, place: [...box.querySelectorAll(like)].indexOf(node) };
}
