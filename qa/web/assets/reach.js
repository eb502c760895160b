const UNREACHABLE =
  "The server does not answer. Try again; if that does not help, tell whoever runs it.";

// Before the script of each tab: what the server answers, or null where it does not. Gradio gives
// undefined there, and throws nothing.
async function reach(name, sent = {}) {
  try {
    return (await server[name](sent)) ?? null;
  } catch {
    return null;
  }
}

