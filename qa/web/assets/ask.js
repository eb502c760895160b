// The Ask tab. Gradio hands in `element` and `server`, which calls qa/web/ask_handlers.py. The HTML
// that comes back was escaped there. What is asked is in the address bar, so that a link opens the
// same question, and "back" goes back to the one before.

const root = element.querySelector("#ask-root");
const box = root.querySelector("#question-box");
const result = root.querySelector("#result");
const narrow = root.querySelector("#narrow");
const drawer = root.querySelector("#narrow-drawer");
const told = root.querySelector("#told");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const touched = matchMedia("(pointer: coarse)");
const wide = matchMedia("(min-width: 900px)");
const LONGEST = Number(box.dataset.longest);
const FILTERS = ["publisher", "author", "after", "before", "language", "agency", "as_of"];
const FIELDS = ["q", ...FILTERS, "show", "left", "right"];
const TITLE = document.title;

let state = fromAddress();
let turn = 0;
let typedDay = null; // its field
let waiting = null; // a column of filters that is not drawn yet
// So that the server gives up what this page has gone on from.
const PAGE = Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => n.toString(36)).join("");

// ---- the question in the address ---------------------------------------------------------------

function fromAddress() {
  const given = new URLSearchParams(location.search);
  const read = Object.fromEntries(FIELDS.map((name) => [name, given.get(name) ?? ""]));
  return { ...read, without: given.getAll("without"), literal: given.get("literal") === "1" };
}

const address = (others) => addressWith({ ...state, literal: state.literal ? "1" : "" }, others);

function change(changes) {
  state = { ...state, ...changes };
  // Asked again, it is no other page to go back from.
  if (!isHere(address())) history.pushState(null, "", address());
  return show();
}

function askNew(question) {
  const q = question.trim();
  return q.length > LONGEST ? refuse(q) : change({ q, without: [], show: "" });
}

// Cut to what can be asked, it would be another question.
function refuse({ length }) {
  turn += 1;
  stopWaiting();
  const [n, most] = [length, LONGEST].map((number) => number.toLocaleString("en"));
  const wrong = `The question has ${n} characters; ${most} at most can be asked. Shorten it.`;
  drawResult(notice(wrong, "error").outerHTML);
}

addEventListener("popstate", () => {
  const given = fromAddress();
  if (JSON.stringify(given) === JSON.stringify(state)) return; // another tab, or an article
  state = given;
  show();
});

// ---- asking ------------------------------------------------------------------------------------

const call = (name, sent) => reach(name, { ...sent, page: PAGE, turn });

// A question asked while another is being answered takes its place: what comes late is dropped.
async function show() {
  const mine = ++turn;
  const kept = markOf(result); // before it is hidden, which takes the focus away
  waiting = null;
  box.value = state.q;
  document.title = state.q ? `${state.q} – ${TITLE}` : TITLE;
  markFilters();
  if (state.q.length > LONGEST) return refuse(state.q); // of a link
  const view = !state.q ? "home" : { timeline: "timeline", compare: "compare" }[state.show] ?? "ask";
  if (view !== "home") {
    result.classList.add("pending");
    result.setAttribute("aria-busy", "true");
    told.textContent = "";
  }
  const html = await call(view, state);
  if (mine !== turn) return;
  stopWaiting();
  drawResult(html ?? notice(UNREACHABLE, "error").outerHTML, kept ?? markOf(result));
  if (view !== "home") {
    remember(state.q);
    told.textContent = summary();
  }
  const column = await call("narrow", state);
  if (mine === turn && column !== null) drawColumn(column);
}

function stopWaiting() {
  result.classList.remove("pending");
  result.removeAttribute("aria-busy");
}

function drawResult(html, kept = markOf(result)) {
  result.innerHTML = html;
  showRecent();
  refocus(result, kept, ".asked");
}

// The column of filters; a day or a name that is being typed in it is not pulled away.
const isUnsent = (field) => field?.id === "author" && field.value.trim() !== state.author;

function drawColumn(column) {
  waiting = typedDay?.isConnected || isUnsent(document.activeElement) ? column : null;
  if (waiting !== null) return;
  const place = markOf(narrow);
  const named = (rest) => rest.parentElement.getAttribute("aria-labelledby");
  const open = [...narrow.querySelectorAll(".rest[open]")].map(named);
  narrow.innerHTML = column;
  for (const rest of narrow.querySelectorAll(".rest")) rest.open = open.includes(named(rest));
  refocus(narrow, place, "h2");
}

function summary() {
  const absent = result.querySelector(".absent h2");
  const quoted = result.querySelector(".answer p bdi");
  const view = result.querySelector(".timeline h2, .compare");
  return (absent ?? quoted ?? view)?.textContent.slice(0, 300) ?? "";
}

// What had the focus is drawn anew: its like gets it back.
function markOf(area) {
  const focused = document.activeElement;
  return area.contains(focused) ? signature(focused) : null;
}

function signature(item) {
  const names = item.getAttributeNames().filter((n) => n === "id" || n.startsWith("data-"));
  const values = names.map((name) => `${name}=${item.getAttribute(name)}`);
  return [item.localName, ...values].join("|");
}

function refocus(area, mark, otherwise) {
  if (mark === null || document.activeElement !== document.body) return;
  const like = [...area.querySelectorAll("button, a, input, select, summary")].find(
    (item) => signature(item) === mark,
  );
  const goal = like ?? area.querySelector(otherwise);
  if (!goal) return;
  if (!like) goal.tabIndex = -1;
  goal.focus({ preventScroll: true });
}

function markFilters() {
  const number = FILTERS.filter((name) => state[name]).length + (state.literal ? 1 : 0);
  root.querySelector("#set").textContent = number ? ` (${number} set)` : "";
}
