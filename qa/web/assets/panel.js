// The page's scripts are one function that runs once, when the page has been set up; the parts stand
// in the order of `qa.web.theme.SCRIPTS`. Gradio hands in `element`, which holds the panel, and
// `server`, which calls Python. The HTML that comes back was escaped there (qa/web/html.py).

const calm = matchMedia("(prefers-reduced-motion: reduce)");

// The panel with an article.

const panel = element.querySelector("dialog");
const content = panel.querySelector(".content");
let opened = 0;
let opener = null;

async function openArticle(trigger) {
  const turn = ++opened;
  const { open, start, end, revision } = trigger.dataset;
  if (!panel.contains(trigger)) opener = trigger;
  content.innerHTML = '<p class="loading" role="status">Opening the article …</p>';
  if (!panel.open) panel.showModal();
  const html = await server.open_article({ id: open, start, end, revision: revision ?? "" });
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

document.addEventListener("click", (event) => {
  // A row of a table opens its article wherever it is clicked, unless text is being selected.
  const row = event.target.closest("a, button") ? null : event.target.closest("tr[data-row]");
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

// "Back" leads to another question, which the article would cover.
addEventListener("popstate", () => panel.close());
