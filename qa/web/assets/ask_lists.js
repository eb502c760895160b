// The Ask tab's lists of questions: sent, followed, and given back as an evidence pack.

const LIST = "article-qa.list"; // the list of questions that this tab of the browser has asked
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
