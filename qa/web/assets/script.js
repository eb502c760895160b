// Runs once, when the page has been set up. Gradio hands in `element`, which holds the panel, and
// `server`, which calls Python. The HTML that comes back was escaped there (qa/web/html.py).

const panel = element.querySelector("dialog");
const content = panel.querySelector(".content");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let opened = 0;
let opener = null;

async function openArticle(trigger) {
  const turn = ++opened;
  const { open, start, end } = trigger.dataset;
  opener = trigger;
  content.innerHTML = '<p class="loading" role="status">Opening the article …</p>';
  if (!panel.open) panel.showModal();
  const html = await server.open_article({ id: open, start, end });
  if (turn !== opened || !panel.open) return;
  if (!html) {
    content.innerHTML =
      '<p class="notice error" role="alert">The server does not answer. Is it still running?</p>';
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

function showCard(reference) {
  const card = document.getElementById(`citation-${reference.dataset.citation}`);
  if (!card) return;
  card.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
  card.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const reference = event.target.closest("a[data-citation]");
  if (reference) {
    event.preventDefault();
    showCard(reference);
    return;
  }
  // A row of the table opens its article wherever it is clicked, unless text is being selected.
  const row = event.target.closest("tr[data-row]");
  const trigger = event.target.closest("[data-open]") ?? row?.querySelector("[data-open]");
  if (trigger && (trigger.contains(event.target) || getSelection().isCollapsed)) {
    openArticle(trigger);
  }
});

panel.addEventListener("click", (event) => {
  if (event.target === panel || event.target.closest(".close")) panel.close();
});

panel.addEventListener("close", () => {
  content.replaceChildren();
  if (opener?.isConnected) opener.focus();
});

// The date fields exist only once the drawer of the filters has been opened.
const drawer = new MutationObserver(() => {
  const fields = document.querySelectorAll("#after input, #before input");
  for (const field of fields) field.type = "date";
  if (fields.length === 2) drawer.disconnect();
});
drawer.observe(document.body, { childList: true, subtree: true });
