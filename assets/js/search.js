// The key "/" goes to the search box, Escape leaves it.
export function startSearch() {
  const box = document.getElementById("search");
  if (!box) return;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.activeElement === box) box.blur();
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target;
    if (at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName))) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}
