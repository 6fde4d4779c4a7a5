// Sends photos after the text, one by one, and says how far it is. Without this script a page after sending takes them.
const MOST_BYTES = 10 * 1024 * 1024;
const SMALL_BYTES = 1024 * 1024;
const SIDE = 2048;
const FAILED = "suara-photos-failed";

function say(status, name, values = {}) {
  const words = status.dataset[name] ?? "";
  status.textContent = words.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

// A smaller copy spares the sender's data; the server does its own work on whatever arrives.
async function smaller(file) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size <= SMALL_BYTES) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const copy = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return copy && copy.size < file.size ? copy : file;
  } catch {
    return file;
  }
}

// fetch cannot tell how much has gone out; this can.
function upload(url, token, file, name, onProgress) {
  return new Promise((done) => {
    const data = new FormData();
    data.append("csrf_token", token);
    data.append("files", file, name);
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(Math.floor((100 * event.loaded) / event.total));
    });
    request.addEventListener("loadend", () => {
      if (request.status === 201) return done(null);
      // Without an answer, or with one that speaks of a busy server, the same file may pass the next time.
      const again = request.status === 0 || request.status === 429 || request.status >= 500;
      try {
        done({ why: JSON.parse(request.responseText).title, again });
      } catch {
        done({ why: "", again });
      }
    });
    request.send(data);
  });
}

async function uploadAll(files, url, token, status) {
  const failed = [];
  for (const [at, file] of files.entries()) {
    const place = { number: at + 1, total: files.length };
    say(status, "preparing", place);
    const ready = await smaller(file);
    let shown = -25;
    const problem = ready.size > MOST_BYTES ? { why: status.dataset.large, again: false } : await upload(url, token, ready, file.name, (percent) => {
      // A screen reader speaks every change, so there are few.
      if (percent - shown >= 25) say(status, "sending", { ...place, percent: (shown = percent) });
    });
    if (problem !== null) failed.push({ name: file.name, why: problem.why || status.dataset.lost, again: problem.again });
  }
  return failed;
}

function leave(failed, address) {
  try {
    if (failed.length) sessionStorage.setItem(FAILED, JSON.stringify(failed));
  } catch {
    // Without storage the next page still shows what is attached.
  }
  window.location.assign(address);
}

function tooMany(input, status) {
  const most = Number(input.dataset.photosMost ?? input.form.dataset.photosMost);
  if (input.files.length <= most) return false;
  say(status, "many", { most });
  input.focus();
  return true;
}

// The report form: text first. Anything but the receipt is the server's own page, shown as it would be without this.
function onReport(form, box) {
  const input = box.querySelector("[data-photos-input]");
  const status = box.querySelector("[data-photos-status]");
  let isSending = false;
  box.querySelector("[data-photos-without]").hidden = true;
  box.querySelector("[data-photos-with]").hidden = false;
  form.addEventListener("submit", async (event) => {
    const action = event.submitter?.formAction || form.action;
    // A button that sends elsewhere, as to have the text checked, is none of ours.
    if (event.defaultPrevented || !input.files.length || action !== form.action) return;
    event.preventDefault();
    if (isSending || tooMany(input, status)) return;
    isSending = true;
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const files = [...input.files];
    say(status, "text");
    try {
      const answer = await fetch(action, { method: "POST", body, credentials: "same-origin" });
      const arrived = answer.redirected && new URL(answer.url).pathname === input.dataset.photosNext;
      if (!arrived) return replacePage(await answer.text(), files);
      const failed = await uploadAll(files, input.dataset.photosUrl, body.get("csrf_token"), status);
      say(status, "done");
      // It marks the draft as sent for whoever keeps one.
      document.dispatchEvent(new CustomEvent("report-sent"));
      leave(failed, input.dataset.photosNext);
    } catch {
      say(status, "offline");
    } finally {
      isSending = false;
    }
  });
}

// The page the server answered takes the place of this one, and the files stay chosen.
function replacePage(html, files) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.title = page.title;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  const input = document.querySelector("[data-photos-input]");
  if (input) {
    const kept = new DataTransfer();
    for (const file of files) kept.items.add(file);
    input.files = kept.files;
  }
  start();
  document.dispatchEvent(new CustomEvent("page-replaced"));
  window.scrollTo(0, 0);
  document.querySelector("[data-error-summary], h1")?.focus();
}

// The receipt and the status page: the report is there, and files are added to it.
function onAttach(form) {
  const input = form.querySelector("input[type=file]");
  const status = form.querySelector("[data-photos-status]");
  let isSending = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isSending || tooMany(input, status)) return;
    isSending = true;
    const failed = await uploadAll([...input.files], form.action, form.elements.csrf_token.value, status);
    leave(failed, window.location.pathname);
  });
}

function showFailed(box) {
  let failed = [];
  try {
    failed = JSON.parse(sessionStorage.getItem(FAILED) ?? "[]");
    sessionStorage.removeItem(FAILED);
  } catch {
    return;
  }
  if (!failed.length) return;
  box.querySelector("[data-photos-failed-list]").replaceChildren(
    ...failed.map(({ name, why }) => Object.assign(document.createElement("li"), { textContent: `${name} – ${why}` })),
  );
  box.querySelector("[data-photos-failed-again]").hidden = !failed.some(({ again }) => again);
  box.hidden = false;
  box.focus();
}

function start() {
  const box = document.querySelector("[data-photos]");
  const report = box?.closest("form");
  if (report) onReport(report, box);
  const attach = document.querySelector("[data-photos-form]");
  if (attach) onAttach(attach);
  const failed = document.querySelector("[data-photos-failed]");
  if (failed) showFailed(failed);
}

start();
