// The Index tab. Gradio hands in `element` and `server` (qa/web/index_tab.py); the HTML that comes
// back was escaped there.

const OFTEN_MS = 400;
const place = element.querySelector("[data-overview]");
let shown;
let timer;

const lost = (area) => area.replaceChildren(notice(UNREACHABLE, "error"));

async function draw() {
  const told = await reach("overview");
  if (!told) {
    if (!shown) lost(place);
    return;
  }
  if (shown !== told.html) {
    place.innerHTML = told.html;
    shown = told.html;
  }
  follow();
}

async function follow() {
  clearTimeout(timer);
  const health = await reach("health");
  const told = place.querySelector("[data-health]");
  if (!health && place.querySelector("[data-health] progress")) timer = setTimeout(follow, 5000);
  if (!health || !told) return;
  if (told.dataset.html !== health.html) {
    told.innerHTML = health.html;
    told.dataset.html = health.html;
  }
  if (health.running) timer = setTimeout(follow, OFTEN_MS);
}

element.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-verify]");
  if (!button) return;
  button.disabled = true;
  const health = place.querySelector("[data-health]");
  if ((await reach("verify")) !== null) return follow();
  const again = button.closest(".ways");
  lost(health);
  health.append(again);
  delete health.dataset.html;
  button.disabled = false;
  button.focus();
});

new IntersectionObserver((seen) => {
  if (seen.some((entry) => entry.isIntersecting)) draw();
}).observe(element);
