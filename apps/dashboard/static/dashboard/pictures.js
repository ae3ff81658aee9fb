// Marks pictures that did not arrive, so that their place says so; `error` does not bubble, hence the capture.

document.addEventListener("error", (event) => mark(event.target), true);
for (const picture of document.querySelectorAll("[data-picture]")) {
  if (picture.complete && picture.naturalWidth === 0) mark(picture);
}

function mark(picture) {
  if (picture instanceof HTMLImageElement && "picture" in picture.dataset) picture.dataset.picture = "broken";
}
