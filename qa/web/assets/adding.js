// The Articles tab: files, pages and words that are added, after a look at what they would be.

const PASTED = "pasted"; // what is kept of it is under this name

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
    const more = file.left_out_count - file.left_out.length;
    if (more) lines.append(make("li", `and ${counted(more, "line")} more`));
    left.append(make("summary", `${counted(file.left_out_count, "line")} left out`), lines);
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
  start.append(make("bdi", article.text));
  shown.append(start, make("p", counted(article.words, "word"), { class: "hint" }));
  if (article.copies.length) shown.append(showCopies(article.copies));
  return shown;
}

const MOST_COPIES = 3;

function showCopies(copies) {
  const shown = make("p", "In the archive already, in the same or nearly the same words: ",
    { class: "held" });
  copies.slice(0, MOST_COPIES).forEach((copy, n) => {
    const title = make("button", "", { type: "button", class: "open-title", "data-open": copy.id });
    title.append(make("bdi", copy.title));
    const day = copy.published_at && shownAs("published_at", copy.published_at);
    const from = make("bdi", [copy.publisher, day].filter(Boolean).join(", "));
    shown.append(n ? "; " : "", title, from.textContent ? " · " : "", from);
  });
  if (copies.length > MOST_COPIES) shown.append(`; and ${copies.length - MOST_COPIES} more`);
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
