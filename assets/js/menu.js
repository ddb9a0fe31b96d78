// Menus close when something else is pressed, and with Escape. The choice of
// theme and language is taken at once.
export function startMenus() {
  const menus = document.querySelectorAll("details.user, details.menu");
  document.addEventListener("click", (event) => {
    for (const menu of menus) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus) {
      if (!menu.open) continue;
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
  for (const theme of document.querySelectorAll(".preferences select[name=theme]")) {
    theme.addEventListener("change", () => { document.documentElement.dataset.theme = theme.value; });
  }
}
