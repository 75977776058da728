// A picture that is shown smaller than it is opens alone, in its own size, by a click or by Enter; not one that leads elsewhere.
function mark() {
  for (const picture of document.querySelectorAll(".bd-article img")) {
    const smaller = picture.naturalWidth > picture.clientWidth + 1 && picture.clientWidth > 0;
    if (picture.closest("a, .sphx-glr-thumbcontainer")) continue;
    picture.classList.toggle("opens", smaller);
    picture.tabIndex = smaller ? 0 : -1;
    picture.title = smaller ? "Opens in its own size" : "";
  }
}
function open(event) {
  const picture = event.target;
  const asked = event.type === "click" || event.key === "Enter";
  if (asked && picture instanceof HTMLImageElement && picture.classList.contains("opens")) location.assign(picture.src);
}
addEventListener("load", mark);
addEventListener("resize", mark);
document.addEventListener("click", open);
document.addEventListener("keydown", open);
