/* Menus close by a click elsewhere and by Escape. */
(() => {
  const OPEN = "details.menu-holder[open]";

  document.addEventListener("click", event => {
    for (const menu of document.querySelectorAll(OPEN)) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", event => {
    const menu = event.key === "Escape" && document.querySelector(OPEN);
    if (!menu) return;
    menu.open = false;
    event.preventDefault(); // one key closes one thing
    menu.querySelector("summary").focus();
  });
})();
