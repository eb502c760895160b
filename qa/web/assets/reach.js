const UNREACHABLE =
  "The server does not answer. Try again; if that does not help, tell whoever runs it.";

function notice(text, kind) {
  const shown = document.createElement("p");
  shown.className = `notice ${kind}`;
  shown.setAttribute("role", kind === "error" ? "alert" : "status");
  shown.textContent = text;
  return shown;
}

// The session has ended: to the page that signs in, and back. Who holds what would be lost is told.
function signInAgain() {
  dispatchEvent(new Event("session-ended"));
  location.reload();
}

// Before the script of each tab: what the server answers, or null where it does not. Gradio gives
// undefined there, and throws nothing.
async function reach(name, sent = {}) {
  try {
    const told = (await server[name](sent)) ?? null;
    if (told === null && (await fetch(location.href)).status === 401) {
      signInAgain();
    }
    return told;
  } catch {
    return null;
  }
}

// Words go to the field that they are dropped on, and a field of files takes its own.
const bringsFiles = ({ dataTransfer, target }) =>
  Boolean(dataTransfer?.types.includes("Files")) && !target.closest?.("input[type=file]");
