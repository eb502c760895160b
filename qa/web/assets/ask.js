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
const RECENT = "article-qa.recent";
const MOST_RECENT = 8;
const LIST = "article-qa.list"; // the list of questions that this tab of the browser has asked
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

const address = () => addressWith({ ...state, literal: state.literal ? "1" : "" });

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

// ---- recent questions, which only this browser keeps -------------------------------------------

function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(RECENT) ?? "[]");
    return Array.isArray(kept) ? kept.filter((text) => typeof text === "string") : [];
  } catch {
    return [];
  }
}

function keep(questions) {
  try {
    localStorage.setItem(RECENT, JSON.stringify(questions.slice(0, MOST_RECENT)));
  } catch {
    // A browser that keeps nothing: there is nothing to remember then.
  }
}

function remember(question) {
  keep([question, ...recent().filter((other) => other !== question)]);
}

function showRecent() {
  const section = result.querySelector("#recent");
  const questions = recent();
  if (!section) return;
  section.hidden = !questions.length;
  const items = questions.map((question) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.ask = question;
    button.textContent = question;
    item.append(button);
    return item;
  });
  section.querySelector("ul").replaceChildren(...items);
}

// ---- giving on ---------------------------------------------------------------------------------

async function copy(text, button) {
  let copied = false;
  try {
    await navigator.clipboard.writeText(text);
    copied = true;
  } catch {
    // Without HTTPS there is no clipboard but the old way.
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "sr-only";
    root.append(area);
    area.select();
    copied = document.execCommand("copy");
    area.remove();
  }
  flash(button, copied ? "Copied" : "Not copied");
}

// A keyboard that was in it goes on at its head.
function close(menu) {
  const inside = menu.contains(document.activeElement);
  menu.removeAttribute("open");
  if (inside) menu.querySelector("summary").focus({ preventScroll: true });
}

function flash(button, text) {
  button.usualText ??= button.textContent; // pressed twice, it shows another already
  button.textContent = text;
  told.textContent = text;
  setTimeout(() => {
    button.textContent = button.usualText;
    const menu = button.closest("details.menu");
    if (menu) close(menu);
  }, 1200);
}

function download(name, parts, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(parts, { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function exportAs(button) {
  const file = await call("export", { ...state, format: button.dataset.export });
  const menu = button.closest("details.menu");
  menu.querySelector(".notice.error")?.remove();
  if (!file || file.error) {
    button.after(notice(file?.error ?? UNREACHABLE, "error"));
    return;
  }
  download(file.name, [file.text], file.kind);
  close(menu);
}

async function judge(button) {
  const { judge: verdict, article, start, end } = button.dataset;
  const taken = button.getAttribute("aria-pressed") === "true";
  const sent = { ...state, article, start, end, verdict: taken ? "" : verdict };
  const wrong = await call("judge", sent);
  const actions = button.closest(".actions");
  actions.parentElement.querySelector(":scope > .notice.error")?.remove();
  if (wrong !== "") {
    const lost = "the server does not answer";
    actions.after(notice(`Not kept: ${wrong ?? lost}.`, "error"));
    return;
  }
  for (const other of button.parentElement.children) other.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-pressed", String(!taken));
  told.textContent = taken ? "Judgement taken back" : "Judgement kept";
}

// ---- lists of questions ------------------------------------------------------------------------

const batch = root.querySelector("#batch");
const batchState = root.querySelector("#batch-state");

function hint(text) {
  const line = document.createElement("p");
  line.className = "hint";
  line.setAttribute("role", "status");
  line.textContent = text;
  return line;
}

function batchButton(text, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "tool";
  button.textContent = text;
  button.addEventListener("click", act);
  return button;
}

let asking = null; // the list's key

async function startBatch({ files: [file], dataset: { maxBytes } }) {
  if (file.size > maxBytes) {
    const wrong = `${file.name} is over ${maxBytes / 2 ** 20} MiB: split it into several lists.`;
    batchState.replaceChildren(notice(wrong, "error"));
    return;
  }
  batchState.replaceChildren(hint("Reading the list …"));
  const data = await new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1] ?? "");
    reader.onerror = () => resolve(null);
    reader.readAsDataURL(file);
  });
  const started = data === null ? null : await call("batch_start", { ...state, name: file.name, data });
  if (!started || started.error) {
    const why = data === null ? "The file cannot be read" : UNREACHABLE;
    batchState.replaceChildren(notice(started?.error ?? why, "error"));
    return;
  }
  // Another list takes the place of one that is being asked.
  if (asking !== null) call("batch_state", { key: asking, cancel: true });
  keepBatch({ key: started.key, name: file.name });
  followBatch(started.key, file.name);
}

// It is asked on when the page is left or loaded anew: there it is followed again.
function keepBatch(list) {
  try {
    sessionStorage.setItem(LIST, JSON.stringify(list));
  } catch {
    // A browser that keeps nothing: the list is then followed by this page alone.
  }
}

function keptBatch() {
  try {
    return JSON.parse(sessionStorage.getItem(LIST));
  } catch {
    return null;
  }
}

async function followBatch(key, name) {
  asking = key;
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", "Questions asked");
  const line = hint("");
  const stop = batchButton("Cancel", () => call("batch_state", { key, cancel: true }));
  batchState.replaceChildren(bar, line, stop);
  const began = performance.now();
  let before; // what was asked until then
  for (;;) {
    const now = await call("batch_state", { key });
    if (asking !== key) return;
    if (!now) {
      line.textContent = UNREACHABLE;
      await new Promise((resolve) => setTimeout(resolve, 3000));
      continue;
    }
    if (now.error) {
      keepBatch(null);
      batchState.replaceChildren(notice(`${name}: ${now.error}`, "error"));
      return;
    }
    bar.max = now.total;
    bar.value = now.done;
    before ??= now.done;
    const rate = (now.done - before) / Math.max((performance.now() - began) / 1000, 0.1);
    line.textContent = `${name}: ${now.done} of ${now.total} asked, ${now.answered} answered`;
    if (now.running) line.textContent += ` · ${rate.toFixed(rate < 10 ? 1 : 0)} a second`;
    else {
      if (now.cancelled) line.textContent += " · cancelled";
      const failed = now.failed.map((text) => notice(text, "error"));
      const get = batchButton("Download the evidence pack", () => getPack(key));
      batchState.replaceChildren(bar, line, ...failed, get);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

async function getPack(key) {
  const pack = await call("batch_pack", { key });
  if (!pack || pack.error) {
    batchState.append(notice(pack?.error ?? UNREACHABLE, "error"));
    return;
  }
  const bytes = Uint8Array.from(atob(pack.data), (letter) => letter.charCodeAt(0));
  download(pack.name, [bytes], "application/zip");
}

// ---- what is clicked, typed and chosen ---------------------------------------------------------

function undo(chip) {
  const { chip: kind, key } = chip.dataset;
  if (kind === "clue") return change({ without: [...state.without, key] });
  if (kind === "aside") return change({ without: state.without.filter((other) => other !== key) });
  return change({ [key]: key === "literal" ? false : "" });
}

function choose(button) {
  const pressed = button.getAttribute("aria-pressed") === "true";
  const changes = {};
  for (const [name, value] of Object.entries(button.dataset)) {
    if (name.startsWith("set")) changes[name.slice(3).toLowerCase()] = pressed ? "" : value;
  }
  return change(changes);
}

function showCard(number) {
  const card = root.querySelector(`#citation-${number}`);
  if (!card) return;
  card.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
  card.focus({ preventScroll: true });
}

const CLICKS = {
  "[data-ask]": (item) => askNew(item.dataset.ask),
  "[data-chip]": undo,
  "button.value": choose,
  "[data-view]": (item) => change({ show: item.dataset.view === "answer" ? "" : item.dataset.view }),
  "[data-copy]": (item) => copy(decodeURIComponent(item.dataset.copy), item),
  "[data-copy-link]": (item) => copy(location.origin + address(), item),
  "[data-export]": exportAs,
  "[data-judge]": judge,
  "[data-skip]": () => result.focus(),
  "[data-forget]": () => {
    keep([]);
    showRecent();
    box.focus();
  },
  "a[data-citation]": (item) => showCard(item.dataset.citation),
  ".histogram a": (item) => {
    const chosen = state.after === item.dataset.after && state.before === item.dataset.before;
    const { after, before } = chosen ? { after: "", before: "" } : item.dataset;
    return change({ after, before });
  },
};

root.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a link in another tab
  for (const [selector, act] of Object.entries(CLICKS)) {
    const item = event.target.closest(selector);
    if (!item) continue;
    event.preventDefault();
    act(item);
    return;
  }
});

// A day that is typed is another one at every digit: it counts at Enter, or when its field is left.
// One that is picked counts at once.
function settleDay() {
  const field = typedDay;
  typedDay = null;
  const name = field?.dataset.day;
  if (!name || !field.isConnected) return;
  if (field.value !== state[name]) change({ [name]: field.value });
  else if (waiting !== null) drawColumn(waiting);
}

root.addEventListener("keydown", (event) => {
  if (!event.target.dataset?.day) return;
  if (event.key === "Enter") settleDay();
  else if (event.key !== "Tab") typedDay = event.target;
});

root.addEventListener("focusout", (event) => {
  if (event.target === typedDay) settleDay();
  else if (event.target.id === "author" && waiting !== null) drawColumn(waiting);
});

root.addEventListener("change", (event) => {
  const { day, field, side } = event.target.dataset;
  if (event.target === typedDay) return;
  if (day || field) change({ [day ?? field]: event.target.value.trim() });
  else if (side) change({ [side]: event.target.value });
  else if (event.target.matches("[data-literal]")) change({ literal: event.target.checked });
  else if (event.target.id === "batch-file" && event.target.files.length) {
    startBatch(event.target);
    event.target.value = "";
  }
});

root.querySelector("#ask-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (touched.matches) box.blur(); // else the keyboard on the screen covers the answer
  askNew(box.value);
});

function typeAnew() {
  box.focus();
  box.select();
}

document.addEventListener("keydown", (event) => {
  const open = root.querySelector("details.menu[open]");
  if (event.key === "Escape" && open) {
    open.removeAttribute("open");
    open.querySelector("summary").focus();
  }
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (event.key === "/" && plain && !typing && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    if (root.checkVisibility()) typeAnew();
    else {
      document.querySelector("#ask-button").click();
      requestAnimationFrame(typeAnew); // when its tab is shown
    }
  }
});

document.addEventListener("click", (event) => {
  for (const menu of root.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.removeAttribute("open");
  }
});

// A column beside the answer where there is room, else a drawer above it.
function place() {
  drawer.open = wide.matches;
}
wide.addEventListener("change", place);
place();

const followed = keptBatch();
if (followed) {
  batch.open = true;
  followBatch(followed.key, followed.name);
}

box.focus();
showRecent();
if (state.q || FILTERS.some((name) => state[name])) show();
else {
  call("narrow", state).then((column) => {
    if (column !== null && turn === 0) drawColumn(column);
  });
  call("home", state).then((html) => {
    if (html !== null && turn === 0) drawResult(html);
  });
}

// Where no answer stands, a return to the tab shows the archive as it is now: it was empty, say. What
// is typed and not asked yet stays.
let left = false;
new IntersectionObserver((seen) => {
  const isSeen = seen.at(-1).isIntersecting;
  if (isSeen && left && !result.querySelector(".result")) {
    const typed = box.value;
    show();
    box.value = typed;
  }
  left = !isSeen;
}).observe(element);
