// Copies what a button's `data-copy` says, and tells so in the button's own words for a moment.

const TOLD_FOR_MS = 1600;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const copied = await copy(button.dataset.copy);
  tell(button, copied ? "Copied" : "Press Ctrl+C");
});

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text); // Browsers keep the clipboard from pages that came over plain http.
  }
}

function copyBySelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  focused?.focus();
  return copied;
}

function tell(button, words) {
  const text = button.querySelector("[data-copy-text]");
  button.dataset.label ??= text.textContent;
  text.textContent = words;
  text.setAttribute("role", "status");
  button.dataset.told = words;
  clearTimeout(button.forget);
  button.forget = setTimeout(() => {
    delete button.dataset.told;
    text.removeAttribute("role");
    text.textContent = button.dataset.label;
  }, TOLD_FOR_MS);
}
