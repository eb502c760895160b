// The Ask tab's recent questions, which only this browser keeps.

const RECENT = "article-qa.recent";
const MOST_RECENT = 8;

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
