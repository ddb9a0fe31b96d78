// Keeps the regions marked data-live true while the page is open: the same page
// is fetched again and only what changed is exchanged. Regions in which somebody
// types are left alone; focus, open details and scrolling are kept.
import { startCharts } from "./chart.js";

// What the server said last for each region: what scripts add since is no change.
const seen = new WeakMap();

// Call this before anything else touches the page.
export function startLive(onChange) {
  const every = Number(document.body.dataset.liveEvery);
  if (!every) return;
  for (const region of document.querySelectorAll("[data-live]")) seen.set(region, region.innerHTML);
  let failures = 0;
  const later = () => setTimeout(round, Math.min(every * 1000 * 2 ** failures, 60000));
  async function round() {
    if (document.hidden) {
      document.addEventListener("visibilitychange", round, { once: true });
      return;
    }
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, credentials: "same-origin" });
      // Signed out meanwhile: the page says so better than we could.
      if (answer.redirected) return location.reload();
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      exchange(fresh, onChange);
      failures = 0;
      if (!fresh.body.dataset.liveEvery) return;
    } catch {
      failures = Math.min(failures + 1, 5);
    }
    later();
  }
  later();
}

function exchange(fresh, onChange) {
  for (const old of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(old.id);
    if (!next || seen.get(old) === next.innerHTML) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    if (focused && /^(INPUT|TEXTAREA|SELECT)$/.test(focused.tagName)) continue;
    const html = next.innerHTML;
    const open = opened(old);
    const scrolled = [...old.querySelectorAll("pre")].map((pre) => [pre.scrollTop, pre.scrollTop + pre.clientHeight >= pre.scrollHeight - 4]);
    const place = focused ? [...old.querySelectorAll("a, button, summary")].indexOf(focused) : -1;
    old.replaceChildren(...next.childNodes);
    seen.set(old, html);
    for (const index of open) old.querySelectorAll("details")[index]?.setAttribute("open", "");
    old.querySelectorAll("pre").forEach((pre, index) => {
      const [top, atEnd] = scrolled[index] ?? [0, true];
      pre.scrollTop = atEnd ? pre.scrollHeight : top;
    });
    if (place >= 0) old.querySelectorAll("a, button, summary")[place]?.focus();
    startCharts(old);
    onChange(old);
  }
}

function opened(region) {
  return [...region.querySelectorAll("details")].flatMap((details, index) => (details.open ? [index] : []));
}
