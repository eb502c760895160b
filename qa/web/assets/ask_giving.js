// The Ask tab: what is copied, downloaded, exported and judged.

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
