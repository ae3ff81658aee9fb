// Opens a dialog in place of the page that asks the same question, and gives the focus back when it closes.

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  document.getElementById(link.dataset.dialog).showModal();
});

// A click on the backdrop means "no"; the dialog itself has no padding, so only the backdrop is its own.
document.addEventListener("click", (event) => {
  if (event.target instanceof HTMLDialogElement) event.target.close();
});
