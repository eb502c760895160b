// The Articles tab besides its list (list.js) and what is added (adding.js): what changes by itself,
// and what is done to an article.

const OFTEN_MS = 400;
const SELDOM_MS = 5000;

let following = false; // a sync that was started here
let timer;

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
