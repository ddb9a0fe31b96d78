// The value under the pointer, and with the arrow keys.
export function startCharts(root) {
  for (const box of root.querySelectorAll("[data-chart] .plot-box")) start(box);
}

function start(box) {
  const points = [...box.querySelectorAll("[data-tip]")];
  if (points.length === 0) return;
  // The browser's own bubble would cover ours.
  for (const point of points) point.querySelector("title")?.remove();
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("aria-hidden", "true");
  tip.hidden = true;
  box.append(tip);
  const show = (point) => {
    const area = box.getBoundingClientRect();
    const ink = (point.querySelector(".ink") ?? point).getBoundingClientRect();
    tip.textContent = point.dataset.tip;
    tip.hidden = false;
    const half = tip.offsetWidth / 2;
    const centre = ink.left + ink.width / 2 - area.left;
    tip.style.left = `${Math.min(Math.max(centre, half), Math.max(area.width - half, half))}px`;
    tip.style.top = `${Math.max(ink.top - area.top - 6, tip.offsetHeight)}px`;
  };
  for (const point of points) point.addEventListener("pointerenter", () => show(point));
  box.addEventListener("pointerleave", () => { tip.hidden = true; });
}
