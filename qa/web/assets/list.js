// The Articles tab's list. Gradio hands in `element` (its HTML: qa/web/articles_html.py), `props.root`
// (the path before all others), `server` (qa/web/articles_handlers.py) and `trigger`. HTML that comes
// from the server was escaped there; what is built in these scripts is built from text.

const TYPING_MS = 150;

const part = (name) => element.querySelector(`[data-${name}]`);
const list = part("list");
const find = part("find");
const sorting = part("sorting");

// ---- the list in the address: a link opens it, and so does the same page loaded anew -----------

const IN_ADDRESS = "list-";
const UNASKED = { query: "", sort: "published_at", descending: true, offset: 0 };

let wanted;
want(listInAddress());
history.replaceState(null, "", listAddress()); // without what it had to no avail

function want(given) {
  wanted = given;
  find.value = wanted.query;
  sorting.value = order(wanted);
  if (sorting.value) return;
  const { sort, descending } = UNASKED; // in the place of an order that there is not
  Object.assign(wanted, { sort, descending });
  sorting.value = order(wanted);
}

function order({ sort, descending }) {
  return `${sort} ${descending ? "desc" : "asc"}`;
}

function listInAddress() {
  const given = [...new URLSearchParams(location.search)];
  const { order: told, offset, ...chosen } = Object.fromEntries(
    given
      .filter(([name]) => name.startsWith(IN_ADDRESS))
      .map(([name, value]) => [name.slice(IN_ADDRESS.length), value]),
  );
  const [sort, way] = (told ?? order(UNASKED)).split(" ");
  const from = Math.max(Number.parseInt(offset, 10) || 0, 0);
  return { ...UNASKED, ...chosen, sort, descending: way === "desc", offset: from };
}

function listAddress() {
  const { sort, descending, offset, ...chosen } = wanted;
  const told = order(wanted) === order(UNASKED) ? "" : order(wanted);
  const named = { ...chosen, order: told, offset: offset ? String(offset) : "" };
  return addressWith(
    Object.fromEntries(Object.entries(named).map(([name, value]) => [IN_ADDRESS + name, value])),
  );
}

// "Back" leads to the list before. Of what is typed letter by letter only the last is one.
function putListInAddress(isTyped) {
  const address = listAddress();
  if (isHere(address)) return;
  const isTypedOn = isTyped && history.state?.typed;
  history[isTypedOn ? "replaceState" : "pushState"]({ typed: isTyped }, "", address);
}

addEventListener("popstate", () => {
  const given = listInAddress();
  const isShown = (name) => (given[name] ?? "") === (wanted[name] ?? "");
  if (Object.keys({ ...given, ...wanted }).every(isShown)) return; // another tab, or an article
  want(given);
  refresh();
});

// ---- the list: the last that was asked for stands, whatever comes later ----------------------

let turn = 0;
let generation;

// How to find again what has the focus there, when it is drawn anew.
function focusedInList() {
  const at = document.activeElement;
  if (!list.contains(at)) return null;
  const name = at.getAttributeNames().find((one) => one === "href" || one.startsWith("data-"));
  return name ? `[${name}="${CSS.escape(at.getAttribute(name))}"]` : null;
}

async function refresh(focus) {
  putListInAddress(takeTyped());
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
  delete narrowing.dataset.html; // it shows another choice than it was drawn with
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

find.addEventListener("change", () => {
  if (find.value !== wanted.query) refresh();
  if (history.state?.typed) history.replaceState(null, "", location.href); // typed to its end
});

// Whether anything was typed.
function takeTyped() {
  clearTimeout(typing);
  if (wanted.query === find.value) return false;
  Object.assign(wanted, { query: find.value, offset: 0 });
  return true;
}

function sortBy(sort, descending, focus) {
  Object.assign(wanted, { sort, descending, offset: 0 });
  sorting.value = order(wanted);
  refresh(focus);
}

sorting.addEventListener("change", () => {
  const [sort, way] = sorting.value.split(" ");
  sortBy(sort, way === "desc");
});
