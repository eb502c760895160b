// The tab is in the address too: a link opens it, and "back" goes back to the one before.

const FIRST_TAB = "ask";
const tabButtons = () => [...document.querySelectorAll("#tabs [role=tab]")];
const nameOf = (button) => button.id.replace(/-button$/, "");

const tabInAddress = () => new URLSearchParams(location.search).get("tab") ?? FIRST_TAB;

function showTab() {
  const button = tabButtons().find((one) => nameOf(one) === tabInAddress());
  if (button?.getAttribute("aria-selected") === "false") button.click();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("#tabs [role=tab]");
  if (!button) return;
  const name = nameOf(button);
  if (name === tabInAddress()) return; // pressed by `showTab`
  history.pushState(null, "", addressWith({ tab: name === FIRST_TAB ? "" : name }));
});

addEventListener("popstate", showTab);
showTab();
