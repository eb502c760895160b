// The Articles tab. Gradio hands in `element` (its HTML: qa/web/articles_html.py), `props.root` (the
// path before all others), `server` (qa/web/articles_handlers.py) and `trigger`. HTML that comes from
// the server was escaped there; what is built here is built from text.

const OFTEN_MS = 400;
const SELDOM_MS = 5000;
const TYPING_MS = 150;
const PASTED = "pasted"; // what is kept of it is under this name

const part = (name) => element.querySelector(`[data-${name}]`);
const list = part("list");
const find = part("find");
const sorting = part("sorting");
const wanted = { query: "", sort: "published_at", descending: true, offset: 0 };
let turn = 0;
let generation;
let following = false; // a sync that was started here
let timer;

// ---- the list: the last that was asked for stands, whatever comes later ----------------------

// How to find again what has the focus there, when it is drawn anew.
function focusedInList() {
  const at = document.activeElement;
  if (!list.contains(at)) return null;
  const name = at.getAttributeNames().find((one) => one === "href" || one.startsWith("data-"));
  return name ? `[${name}="${CSS.escape(at.getAttribute(name))}"]` : null;
}

async function refresh(focus) {
  takeTyped();
  const mine = ++turn;
  list.setAttribute("aria-busy", "true");
  const found = await reach("list_articles", { ...wanted });
  if (mine !== turn) return;
  list.setAttribute("aria-busy", "false");
  if (!found) {
    list.replaceChildren(notice(UNREACHABLE, "error"));
    generation = undefined; // so that the next look that succeeds lists them
    return;
  }
  generation = found.generation;
  const held = focusedInList();
  list.innerHTML = found.html;
  if (focus) list.querySelector(focus)?.focus();
  else if (held) list.querySelector(held)?.focus({ preventScroll: true });
  narrow(mine);
}

// What can be chosen from follows the list; a choice that is being made is not pulled away.

const narrowing = part("narrow");

async function narrow(mine) {
  const html = await reach("narrow", { ...wanted });
  if (mine !== turn || html === null) return;
  const field = document.activeElement?.closest("[data-narrow] select")?.dataset.field;
  put("narrow", html);
  if (field) narrowing.querySelector(`[data-field="${field}"]`)?.focus();
}

narrowing.addEventListener("change", (event) => {
  const { field } = event.target.dataset;
  if (!field) return;
  Object.assign(wanted, { [field]: event.target.value, offset: 0 });
  refresh();
});

// Whoever types and at once sorts or turns a page means what is typed: a list of it drawn a moment
// later would take them back to its first page.

let typing;
find.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(refresh, TYPING_MS);
});

function takeTyped() {
  clearTimeout(typing);
  if (wanted.query !== find.value) Object.assign(wanted, { query: find.value, offset: 0 });
}

function sortBy(sort, descending, focus) {
  Object.assign(wanted, { sort, descending, offset: 0 });
  sorting.value = `${sort} ${descending ? "desc" : "asc"}`;
  refresh(focus);
}

sorting.addEventListener("change", () => {
  const [sort, order] = sorting.value.split(" ");
  sortBy(sort, order === "desc");
});

// ---- what changes by itself --------------------------------------------------------------------

function put(name, html) {
  const place = part(name);
  if (!place || place.dataset.html === html) return;
  const open = place.querySelector("details")?.open;
  place.innerHTML = html;
  place.dataset.html = html;
  const details = place.querySelector("details");
  if (details && open !== undefined) details.open = open;
}

// The button to stop it stays, so that it can be pressed.
function putProgress(html) {
  const place = part("progress");
  const fresh = make("div", "");
  fresh.innerHTML = html;
  const [stop, next] = [place, fresh].map((area) => area?.querySelector("[data-cancel]"));
  if (!stop || !next) {
    put("progress", html);
    return;
  }
  for (const what of ["progress", ".ways span"]) {
    place.querySelector(what).replaceWith(fresh.querySelector(what));
  }
  stop.disabled = next.disabled;
  stop.textContent = next.textContent;
  place.dataset.html = html;
}

async function look() {
  clearTimeout(timer);
  if (element.isConnected) timer = setTimeout(look, following ? OFTEN_MS : SELDOM_MS);
  if (document.hidden || !element.checkVisibility()) return;
  const seen = await reach("look");
  if (!seen) {
    if (following) put("progress", notice(UNREACHABLE, "error").outerHTML);
    return; // else the list tells it when it is next asked for
  }
  put("problems", seen.problems);
  put("deleted", seen.deleted);
  if (seen.running) {
    putProgress(seen.sync);
    if (!following) hurry();
  } else if (following) {
    following = false;
    put("progress", "");
    report(seen.sync);
  }
  // What is being asked of a row is not pulled away.
  const isAsking = list.querySelector("tr:not(.going) .confirm");
  if (seen.generation !== generation && !isAsking) {
    await refresh();
    trigger("submit"); // the head, the filters and the examples
  }
}

function hurry() {
  following = true;
  clearTimeout(timer);
  timer = setTimeout(look, OFTEN_MS / 4);
}

function report(html, ...before) {
  const place = part("report");
  if (!place) return;
  if (following || !html) place.replaceChildren(...before);
  const told = document.createElement("div");
  told.innerHTML = html;
  place.append(...told.childNodes);
}

// ---- adding --------------------------------------------------------------------------------------

const adding = part("adding");
const preview = part("preview");
let chosen = null; // what the preview shows: what it is called, and how it is added

function make(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

const counted = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;

async function sendFiles(path, files) {
  const unread = await unreadable(files);
  if (unread) {
    const why = "it is a folder, or was moved or changed since it was chosen";
    return { error: `${unread.name} cannot be read: ${why}. Choose the files themselves.` };
  }
  const body = new FormData();
  for (const file of files) body.append("files", file, file.name);
  return send(path, { body });
}

// The first that the browser cannot read, else nothing: sending it would fail without a reason.
async function unreadable(files) {
  for (const file of files) {
    try {
      await file.slice(0, 1).arrayBuffer();
    } catch {
      return file;
    }
  }
  return null;
}

function sendJson(path, value) {
  const headers = { "content-type": "application/json" };
  return send(path, { headers, body: JSON.stringify(value) });
}

async function send(path, request) {
  try {
    const response = await fetch(`${props.root}${path}`, { method: "POST", ...request });
    if (response.status === 401) signInAgain();
    const told = await response.json();
    return response.ok ? told : { error: told.error?.message ?? `status ${response.status}` };
  } catch {
    return { error: UNREACHABLE };
  }
}

function tooMuch(files) {
  const { maxFiles, maxBytes } = adding.dataset;
  if (files.length > maxFiles) {
    return `Choose at most ${maxFiles} files at a time, not ${files.length}.`;
  }
  const large = files.find((file) => file.size > maxBytes);
  return large
    ? `${large.name} is over ${maxBytes / 2 ** 20} MiB, too large to send: put it into the folder of the articles.`
    : "";
}

function understandFiles(files, done) {
  if (!files.length) return;
  const wrong = tooMuch(files);
  if (wrong) {
    preview.replaceChildren(notice(wrong, "error"));
    return;
  }
  const name = counted(files.length, "file");
  understand(`Reading ${name} …`, () => sendFiles("/api/v1/preview", files), () => {
    preview.replaceChildren(notice(`Sending ${name} …`, "note"));
    return sendFiles("/api/v1/upload?wait=false", files);
  }, done);
}

// What is added is what the server fetched and showed; it keeps it under a key.
function understandAddress(url) {
  understand(`Fetching ${url} …`, () => sendJson("/api/v1/fetch", { url }), ({ key }) =>
    sendJson("/api/v1/add", { key, wait: false }), () => empty(part("url"), url));
}

// What was added need not be sent again; what was typed meanwhile stays.
function empty(field, sent) {
  if (field.value.trim() === sent.trim()) field.form.reset();
}

async function understand(doing, look, keep, done) {
  const mine = { keep, done };
  chosen = mine;
  part("report").replaceChildren();
  preview.replaceChildren(notice(doing, "note"));
  const told = await look();
  if (chosen !== mine) return;
  mine.told = told;
  if (told.error) {
    preview.replaceChildren(notice(told.error, "error"));
    return;
  }
  const articles = told.files.reduce((sum, file) => sum + file.count, 0);
  const ways = make("p", "", { class: "ways" });
  if (articles) {
    ways.append(make("button", `Add ${counted(articles, "article")}`,
      { type: "button", class: "main", "data-add": "" }));
  }
  ways.append(make("button", articles ? "Do not add" : "Close",
    { type: "button", "data-discard": "" }));
  const shown = make("section", "", { class: "preview", "aria-label": "What was understood" });
  shown.append(...told.files.map(showFile), ways);
  preview.replaceChildren(shown);
  ways.querySelector("button").focus({ preventScroll: true });
  ways.scrollIntoView({ block: "nearest" });
}

function showFile(file) {
  const shown = make("div", "", { class: file.count ? "file-seen" : "file-seen refused" });
  const head = make("h3", "");
  head.append(make("bdi", file.name), `: ${counted(file.count, "article")}`);
  shown.append(head);
  for (const article of file.articles) shown.append(showArticle(article));
  if (file.count > file.articles.length) {
    shown.append(make("p", `and ${file.count - file.articles.length} more`, { class: "hint" }));
  }
  for (const problem of file.problems) {
    const line = problem.line === null ? "" : `line ${problem.line}: `;
    shown.append(make("p", line + problem.reason, { class: "wrong" }));
  }
  if (file.left_out.length) {
    const left = make("details", "", { class: "left-out" });
    const lines = make("ul", "");
    lines.append(...file.left_out.map((line) => make("li", line)));
    left.append(make("summary", `${counted(file.left_out.length, "line")} left out`), lines);
    shown.append(left);
  }
  return shown;
}

const FIELDS = [
  ["publisher", "Publisher"],
  ["author", "Author"],
  ["published_at", "Date"],
  ["age", "Age as written"],
  ["agency", "Agency"],
  ["language", "Language"],
  ["url", "Address"],
];
// The day as it is written, wherever the reader is.
const DAYS = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
const LANGUAGES = new Intl.DisplayNames(["en"], { type: "language" });

function shownAs(name, value) {
  if (name === "published_at") return DAYS.format(new Date(`${value.slice(0, 10)}T00:00Z`));
  if (name !== "language") return value;
  try {
    return LANGUAGES.of(value);
  } catch {
    return value; // no tag of a language
  }
}

function showArticle(article) {
  const shown = make("article", "", { class: "seen" });
  const title = make("h4", "");
  title.append(make("bdi", article.title));
  const fields = make("dl", "");
  for (const [name, label] of FIELDS) {
    if (!article[name]) continue;
    const value = make("dd", "");
    value.append(make("bdi", shownAs(name, article[name])));
    const origin = article.provenance[name];
    const trust = article.date_confidence[name];
    const from = trust ? `${origin}, ${trust}` : origin;
    if (origin) value.append(make("span", ` from ${from}`, { class: "hint" }));
    fields.append(make("dt", label), value);
  }
  const missing = ["publisher", "author", "published_at"]
    .filter((name) => !article[name])
    .map((name) => ({ publisher: "publisher", author: "author", published_at: "date" })[name]);
  shown.append(title, fields);
  if (missing.length) shown.append(make("p", `No ${missing.join(", no ")} found.`, { class: "hint" }));
  const start = make("p", "", { class: "start" });
  start.append(make("bdi", `${article.text.trim()} …`));
  shown.append(start, make("p", counted(article.words, "word"), { class: "hint" }));
  return shown;
}

function outcome(file) {
  const shown = make("li", "", { class: file.stored_as ? "stored" : "refused" });
  shown.append(make("bdi", file.name, { class: "file" }));
  if (!file.stored_as) {
    const reasons = file.problems.map((p) => (p.line === null ? "" : `line ${p.line}: `) + p.reason);
    shown.append(" was ", make("strong", "not added"), `: ${reasons.join("; ")}`);
  } else if (!file.new) {
    shown.append(" is in the archive already, with the same content, as ",
      make("bdi", file.stored_as));
  } else {
    shown.append(" was added");
    if (file.stored_as !== file.name) shown.append(" as ", make("bdi", file.stored_as));
    shown.append(`: ${counted(file.articles, "article")}`);
    if (file.problems.length) shown.append(`, ${counted(file.problems.length, "problem")}`);
  }
  return shown;
}

async function add(button) {
  button.disabled = true;
  const mine = chosen;
  const seen = button.closest(".preview");
  const told = await mine.keep(mine.told);
  const isLast = chosen === mine; // else other files are being looked at meanwhile
  if (told.error) {
    (isLast ? preview : part("report")).replaceChildren(notice(told.error, "error"));
    if (isLast) {
      preview.append(seen); // so that it can be tried again
      button.disabled = false;
      button.focus();
    }
    return;
  }
  mine.done?.();
  if (isLast) discard();
  const outcomes = make("ul", "", { class: "plain uploads", role: "status" });
  outcomes.append(...told.files.map(outcome));
  part("report").replaceChildren(outcomes);
  if (isLast) part("report").scrollIntoView({ block: "center" }); // a long preview has just gone
  if (isLast) refocus();
  if (told.files.some((file) => file.new)) hurry();
}

function discard() {
  chosen = null;
  preview.replaceChildren();
  part("files").value = "";
}

function unfold(button, form, field) {
  form.hidden = !form.hidden;
  button.setAttribute("aria-expanded", String(!form.hidden));
  if (!form.hidden) field.focus();
}

if (adding) {
  part("files").addEventListener("change", (event) => {
    const files = [...event.target.files];
    event.target.value = ""; // so that the same one can be chosen again
    understandFiles(files);
  });

  part("paste-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = part("text").value;
    const file = new File([text], `pasted${part("kind").value}`);
    understandFiles([file], () => empty(part("text"), text));
  });

  // A text that is being pasted is there again behind the page that signs in, once.
  addEventListener("session-ended", () => sessionStorage.setItem(PASTED, part("text").value));
  const pasted = sessionStorage.getItem(PASTED);
  sessionStorage.removeItem(PASTED);
  if (pasted) {
    unfold(part("paste"), part("paste-form"), part("text"));
    part("text").value = pasted;
  }

  part("address-form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    understandAddress(part("url").value.trim());
  });

  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      if (bringsFiles(event)) adding.classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) adding.classList.remove("over");
  });
}

// Wherever on the page they were dropped.
addEventListener("files-dropped", (event) => {
  event.preventDefault(); // they are taken
  if (adding) {
    adding.classList.remove("over");
    understandFiles(event.detail);
  } else {
    const wrong = notice("This server is read-only; nothing can be added.", "error");
    list.parentElement.querySelector(":scope > .notice")?.remove();
    list.before(wrong);
  }
});

// ---- buttons ---------------------------------------------------------------------------------------

function confirmDeletion(button) {
  const cell = button.closest("td");
  const ask = make("span", "Delete?", { class: "confirm", role: "group",
    "aria-label": "Delete this article?" });
  const yes = make("button", "Delete", { type: "button", class: "bad", "data-sure": "" });
  yes.dataset.id = button.dataset.delete;
  ask.append(yes, make("button", "Keep", { type: "button", "data-keep": "" }));
  button.hidden = true;
  cell.append(ask);
  ask.querySelector("[data-keep]").focus();
}

function keep(cell) {
  cell.querySelector(".confirm").remove();
  const button = cell.querySelector("[data-delete]");
  button.hidden = false;
  button.focus();
}

// What was done, or what went wrong; whether anything was done.
function reportCall(told) {
  const place = part("report");
  if (told === null) place.replaceChildren(notice(UNREACHABLE, "error"));
  else place.innerHTML = told;
  place.scrollIntoView({ block: "nearest" });
  return told !== null && !place.querySelector(".notice.error");
}

async function change(name, button, argument) {
  button.disabled = true;
  const told = await reach(name, argument);
  reportCall(told);
  button.disabled = false;
  if (told !== null) await look(); // also where it failed: the list may show what is gone
  refocus();
}

// A file that is gone is told here: the browser would only say that its download failed.
async function download(link) {
  const wrong = await reach("missing", { id: new URL(link.href).searchParams.get("article_id") });
  if (wrong === "") {
    leave(link);
    return;
  }
  reportCall(wrong);
  look();
}

function leave(link) {
  const plain = link.cloneNode(); // of nothing that is listened to
  document.body.append(plain);
  plain.click();
  plain.remove();
}

// What was pressed may be gone: then reading goes on where it is told what came of it.
function refocus() {
  if (document.activeElement !== document.body) return;
  part("report").tabIndex = -1;
  part("report").focus({ preventScroll: true });
}

const clicks = {
  sort: (at) => {
    const { sort } = at.dataset;
    const again = sort === wanted.sort;
    sortBy(sort, again ? !wanted.descending : sort === "published_at", `[data-sort="${sort}"]`);
  },
  offset: (at) => {
    wanted.offset = Number(at.dataset.offset);
    refresh("table.articles .open-title");
    list.scrollIntoView({ block: "start" });
  },
  delete: confirmDeletion,
  keep: (at) => keep(at.closest("td")),
  sure: async (at) => {
    const row = at.closest("tr");
    row.classList.add("going");
    await change("delete", at, { id: at.dataset.id });
    row.classList.remove("going");
    part("report").querySelector("[data-restore]")?.focus({ preventScroll: true });
  },
  restore: (at) => change("restore", at, { id: at.dataset.restore }),
  update: async () => {
    part("report").replaceChildren();
    if (reportCall(await reach("sync"))) hurry();
  },
  cancel: async (at) => {
    at.disabled = true;
    if ((await reach("cancel")) === null) {
      at.disabled = false;
      reportCall(null);
    }
  },
  paste: (at) => unfold(at, part("paste-form"), part("text")),
  address: (at) => unfold(at, part("address-form"), part("url")),
  add,
  discard: () => {
    discard();
    part("files").focus();
  },
};

element.addEventListener("click", (event) => {
  const link = event.target.closest("a[download]");
  if (link) {
    event.preventDefault();
    download(link);
    return;
  }
  const at = event.target.closest("button");
  if (!at || !element.contains(at)) return;
  for (const [name, act] of Object.entries(clicks)) {
    if (name in at.dataset) {
      act(at);
      return;
    }
  }
});

element.addEventListener("keydown", (event) => {
  const cell = event.target.closest("td");
  if (event.key === "Escape" && cell?.querySelector(".confirm")) keep(cell);
});

// ---- the beginning: when the tab is first seen, and at every return to it ----------------------

new IntersectionObserver((seen) => {
  if (seen.some((entry) => entry.isIntersecting)) look();
}).observe(element);
