// Uploads pictures one request each, three at a time, and tells how far each is.
//
// XMLHttpRequest, because fetch does not say how much of a body was sent. The form works without this file;
// with it, choosing or dropping files anywhere on the page starts at once.

const AT_ONCE = 3;
const FAULTS_OF_THE_FILE = new Set([400, 413, 415, 422]); // sent again, it would be refused again
const OFFLINE = "The connection broke. Retry when it is back.";

const form = document.getElementById("uploader");
const input = form.querySelector("input[type=file]");
const tray = document.getElementById("tray");
const list = tray.querySelector("ol");
const spoken = tray.querySelector("[role=status]");
const rowTemplate = document.getElementById("upload-row");
const maxBytes = Number(form.dataset.maxBytes);

/** One chosen file: its row in the tray, and where it stands: waiting, sending, done or failed. */
class Upload {
  constructor(file, isPrivate) {
    this.file = file;
    this.isPrivate = isPrivate;
    this.state = "waiting";
    this.row = rowTemplate.content.firstElementChild.cloneNode(true);
    this.name = this.row.querySelector(".upload-name");
    this.words = this.row.querySelector(".upload-state");
    this.bar = this.row.querySelector("progress");
    this.retry = this.row.querySelector("button");
    this.name.textContent = file.name;
    this.bar.setAttribute("aria-label", file.name);
    this.retry.addEventListener("click", () => {
      this.stand("waiting", "Waiting");
      work();
    });
    if (file.size > maxBytes) this.fail(`Larger than ${form.dataset.maxWords}.`, { canRetry: false });
  }

  stand(state, words) {
    this.state = state;
    this.row.dataset.state = state;
    this.words.textContent = words;
    this.retry.hidden = true;
    this.bar.hidden = state === "done" || state === "failed";
  }

  fail(words, { canRetry = true } = {}) {
    this.stand("failed", words);
    this.retry.hidden = !canRetry;
  }

  succeed(url) {
    const link = document.createElement("a");
    link.href = url;
    link.textContent = this.file.name;
    this.name.replaceChildren(link);
    this.stand("done", "Uploaded");
  }

  send() {
    this.stand("sending", "Sending");
    this.bar.value = 0;
    const body = new FormData();
    if (this.isPrivate) body.set("is_private", "on");
    body.set("file", this.file);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => this.progress(event));
    request.addEventListener("load", () => this.settle(request));
    request.addEventListener("error", () => this.settle(request));
    request.send(body);
  }

  progress({ loaded, total }) {
    this.bar.value = (100 * loaded) / total;
    this.words.textContent = loaded < total ? `${Math.round((100 * loaded) / total)} %` : "Checking";
  }

  settle({ status, response }) {
    if (status === 200 && response?.url) {
      this.succeed(response.url);
    } else {
      const words = response?.error ?? (status ? `The server answered ${status}.` : OFFLINE);
      this.fail(words, { canRetry: !FAULTS_OF_THE_FILE.has(status) });
      if (response?.is_final) stopWaiting(response.error);
    }
    work();
  }
}

let uploads = [];

function add(files) {
  const isPrivate = form.elements.is_private.checked;
  const added = [...files].map((file) => new Upload(file, isPrivate));
  if (!added.length) return;
  uploads.push(...added);
  list.append(...added.map((upload) => upload.row));
  tray.hidden = false;
  spoken.textContent = `${added.length} added to the uploads.`;
  work();
}

function counted(...states) {
  return uploads.filter((upload) => states.includes(upload.state)).length;
}

/** Start what may start; when nothing is under way any more, tell the page. */
function work() {
  const free = AT_ONCE - counted("sending");
  const next = uploads.filter((upload) => upload.state === "waiting").slice(0, free);
  for (const upload of next) upload.send();
  showTotal();
  if (!counted("waiting", "sending")) finish();
}

function showTotal() {
  const left = counted("waiting", "sending");
  const done = uploads.length - left;
  const failed = counted("failed");
  const words = left ? `Uploading, ${done} of ${uploads.length} done` : `${counted("done")} uploaded`;
  tray.querySelector("h2").textContent = failed ? `${words}, ${failed} failed` : words;
}

function finish() {
  spoken.textContent = tray.querySelector("h2").textContent;
  document.body.dispatchEvent(new CustomEvent("uploads-done"));
}

function stopWaiting(words) {
  for (const upload of uploads) if (upload.state === "waiting") upload.fail(words);
}

form.querySelector("[data-plain-submit]").hidden = true;
input.addEventListener("change", () => {
  add(input.files);
  input.value = "";
});
tray.querySelector("[data-close]").addEventListener("click", () => {
  uploads = uploads.filter((upload) => ["waiting", "sending"].includes(upload.state));
  list.replaceChildren(...uploads.map((upload) => upload.row));
  tray.hidden = uploads.length === 0;
  input.focus();
});

// Drop anywhere. `dragenter` and `dragleave` also fire for every element on the way, hence the relatedTarget.
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  form.dataset.dropping = "";
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) delete form.dataset.dropping;
});
document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  delete form.dataset.dropping;
  add(event.dataTransfer.files);
});
window.addEventListener("beforeunload", (event) => {
  if (counted("waiting", "sending")) event.preventDefault();
});
