// The tab is in the address too: a link opens it, and "back" goes back to the one before.

const FIRST_TAB = "ask";
const tabButtons = () => [...document.querySelectorAll("#tabs [role=tab]")];
const nameOf = (button) => button.id.replace(/-button$/, "");

const tabInAddress = () => new URLSearchParams(location.search).get("tab") ?? FIRST_TAB;

// On a busy machine Gradio makes the tabs, and heeds them, somewhat later than it runs this.
function showTab(tries = 100) {
  const button = tabButtons().find((one) => nameOf(one) === tabInAddress());
  if (button?.getAttribute("aria-selected") === "true") return;
  button?.click();
  if (tries && (button || !tabButtons().length)) setTimeout(showTab, 50, tries - 1);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("#tabs [role=tab]");
  if (!button) return;
  const name = nameOf(button);
  if (name === tabInAddress()) return; // pressed by `showTab`
  history.pushState(null, "", addressWith({ tab: name === FIRST_TAB ? "" : name }));
});

addEventListener("popstate", () => showTab());
showTab();

// Files may be dropped anywhere: the browser would leave the page for them. The Articles tab takes
// them, whose script runs from when it is first shown.
function handOver(files, tries = 100) {
  const dropped = new CustomEvent("files-dropped", { detail: files, cancelable: true });
  const isTaken = !dispatchEvent(dropped);
  if (!isTaken && tries) setTimeout(handOver, 50, files, tries - 1);
}

for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    if (bringsFiles(event)) event.preventDefault();
  });
}

document.addEventListener("drop", (event) => {
  if (!bringsFiles(event)) return;
  event.preventDefault();
  panel.close();
  tabButtons().find((button) => nameOf(button) === "articles")?.click();
  handOver([...event.dataTransfer.files]);
});
