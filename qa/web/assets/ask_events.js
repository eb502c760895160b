// The Ask tab: what is clicked, typed and chosen; and the beginning, when all its scripts are there.

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
  "[data-copy-link]": (item) => copy(location.origin + address(""), item), // of the question alone
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
