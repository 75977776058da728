// What a reader has opened, scrolled to and has the focus on, kept where a part of the page is made anew.

const STAYS = "a,button,select,input,summary,[tabindex]";

/** Fill a part of the page; the same things in it stay unfolded, open, scrolled and focused as they were.
 *  @param {HTMLElement} box @param {Child[]} content */
function refill(box, content) {
  const { scrollTop, scrollLeft } = box,
    active = document.activeElement,
    focused = active instanceof HTMLElement && box.contains(active) ? stayOf(box, active) : null,
    wide = sumsOf(box, '[data-fold="less"]'),
    opened = [...box.querySelectorAll("details")].map((part) => part.open);
  box.replaceChildren(...flat(content));
  for (const button of box.querySelectorAll('[data-fold="more"]'))
    if (wide.includes(sumOf(button))) button.parentElement?.dispatchEvent(new Event("unfold"));
  box.querySelectorAll("details").forEach((part, i) => (part.open = opened[i] ?? false));
  box.scrollTop = scrollTop;
  box.scrollLeft = scrollLeft;
  const again = focused && box.querySelectorAll(focused.like)[focused.place];
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
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
 *  @param {HTMLElement} box @param {HTMLElement} node */
function stayOf(box, node) {
  const { choose } = node.dataset,
    like = choose ? `[data-choose="${choose}"]` : STAYS;
  return { like, place: [...box.querySelectorAll(like)].indexOf(node) };
}
