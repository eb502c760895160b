// The panel with an article, which is in the address, so that a link opens it. Gradio hands in
// `element`, which holds the panel, and `server`, which calls Python. The HTML that comes back was
// escaped there (qa/web/html.py).

const panel = element.querySelector("dialog");
const content = panel.querySelector(".content");
let opened = 0;
let opener = null;

const PLACE = ["article", "start", "end", "revision"];

function placeInAddress() {
  const given = new URLSearchParams(location.search);
  return Object.fromEntries(PLACE.map((name) => [name, given.get(name) ?? ""]));
}

// Closing it leads no further: it is no page of its own to go back from.
function putInAddress(place) {
  const address = addressWith(Object.fromEntries(PLACE.map((name) => [name, place[name]])));
  if (!isHere(address)) history.replaceState(null, "", address);
}

function openFrom(trigger) {
  if (!panel.contains(trigger)) opener = trigger;
  const { open, start, end, revision } = trigger.dataset;
  const place = { article: open, start, end, revision };
  putInAddress(place);
  return openArticle(place);
}

async function openArticle({ article, start, end, revision }) {
  const turn = ++opened;
  content.innerHTML = '<p class="loading" role="status">Opening the article …</p>';
  if (!panel.open) panel.showModal();
  const html = await reach("open_article", { id: article, start, end, revision });
  if (turn !== opened || !panel.open) return;
  if (!html) {
    content.replaceChildren(notice(UNREACHABLE, "error"));
    return;
  }
  content.innerHTML = html;
  const spot = content.querySelector("mark");
  const goal = spot ?? content.querySelector("h2");
  panel.scrollTop = 0;
  if (!goal) return;
  goal.tabIndex = -1;
  goal.focus({ preventScroll: true });
  if (spot) spot.scrollIntoView({ block: "center" });
}

document.addEventListener("click", (event) => {
  // A row of a table opens its article wherever it is clicked, unless text is being selected.
  const row = event.target.closest("a, button") ? null : event.target.closest("tr[data-row]");
  const trigger = event.target.closest("[data-open]") ?? row?.querySelector("[data-open]");
  if (trigger && (trigger.contains(event.target) || getSelection().isCollapsed)) {
    openFrom(trigger);
  }
});

// Beside the panel; a text that is selected up to its edge was pressed inside.
const isBeside = ({ target, clientX }) =>
  target === panel && clientX < panel.getBoundingClientRect().left;
let pressedBeside = false;

panel.addEventListener("pointerdown", (event) => {
  pressedBeside = isBeside(event);
});

panel.addEventListener("click", (event) => {
  if ((pressedBeside && isBeside(event)) || event.target.closest(".close")) panel.close();
});

panel.addEventListener("close", () => {
  content.replaceChildren();
  putInAddress({});
  if (!opener) return;
  const { open } = opener.dataset; // the list may have been drawn anew
  const isLike = (item) => item.dataset.open === open && item.checkVisibility();
  const like = opener.isConnected ? opener : [...document.querySelectorAll("[data-open]")].find(isLike);
  like?.focus();
});

function showPlace() {
  const place = placeInAddress();
  if (place.article) openArticle(place);
  else panel.close(); // "back" leads to another question, which the article would cover
}

addEventListener("popstate", showPlace);
showPlace();
