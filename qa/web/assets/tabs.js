// The tab is in the address too: a link opens it, and "back" goes back to the one before.

const FIRST_TAB = "ask";
const tabButtons = () => [...document.querySelectorAll("#tabs [role=tab]")];
const nameOf = (button) => button.id.replace(/-button$/, "");

function showTab() {
  const wanted = new URLSearchParams(location.search).get("tab") ?? FIRST_TAB;
  const button = tabButtons().find((one) => nameOf(one) === wanted);
  if (button?.getAttribute("aria-selected") === "false") button.click();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("#tabs [role=tab]");
  if (!button) return;
  const name = nameOf(button);
  const address = addressWith({ tab: name === FIRST_TAB ? "" : name });
  if (!isHere(address)) history.pushState(null, "", address);
});

addEventListener("popstate", showTab);
showTab();
