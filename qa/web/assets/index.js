// The Index tab. Gradio hands in `element` and `server` (qa/web/index_tab.py); the HTML that comes
// back was escaped there.

const OFTEN_MS = 400;
const place = element.querySelector("[data-overview]");
let shown;
let timer;

async function draw() {
  const told = await server.overview({});
  if (!told) return;
  if (shown !== told.html) {
    place.innerHTML = told.html;
    shown = told.html;
  }
  follow();
}

async function follow() {
  clearTimeout(timer);
  const health = await server.health({});
  const told = place.querySelector("[data-health]");
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
  await server.verify({});
  follow();
});

new IntersectionObserver((seen) => {
  if (seen.some((entry) => entry.isIntersecting)) draw();
}).observe(element);
