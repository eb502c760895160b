// The Ask tab.

function showCard(reference) {
  const card = document.getElementById(`citation-${reference.dataset.citation}`);
  if (!card) return;
  card.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
  card.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const reference = event.target.closest("a[data-citation]");
  if (!reference) return;
  event.preventDefault();
  showCard(reference);
});

// The date fields exist only once the drawer of the filters has been opened.
const drawer = new MutationObserver(() => {
  const fields = document.querySelectorAll("#after input, #before input");
  for (const field of fields) field.type = "date";
  if (fields.length === 2) drawer.disconnect();
});
drawer.observe(document.body, { childList: true, subtree: true });
