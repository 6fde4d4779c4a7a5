// Keeps what is typed on this device until it is sent, and holds a form back while there is no connection.
// Without this script a form is an ordinary form.
const PREFIX = "suara-draft:";
const KEPT_MS = 3 * 24 * 3600 * 1000;
const WRITE_AFTER_MS = 400;
const PROBE_MS = 8000;
const NEVER = new Set(["hidden", "password", "file", "submit", "button"]);
let isKept = true;

const keyOf = (form) => `${PREFIX}${form.dataset.draft}:${window.location.pathname}`;
const part = (name) => document.querySelector(`[data-draft-${name}]`);
const show = (name, visible = true) => {
  const found = part(name);
  if (found) found.hidden = !visible;
};
const fields = (form) => [...form.elements].filter((field) => field.name && !NEVER.has(field.type) && !field.closest("[aria-hidden=true], [data-coach-answer]"));
const isChoice = (field) => field.type === "radio" || field.type === "checkbox";

// Storage may be full, forbidden or gone; the form works without it.
function stored(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function put(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Nothing is kept then.
  }
}

function keys() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

function dropOld() {
  for (const key of keys()) {
    const at = stored(key)?.at;
    if (!(Date.now() - at < KEPT_MS)) put(key, null);
  }
}

// What was sent and arrived: the page of the receipt says so, or the script that sends photos after the text.
function dropSent() {
  for (const key of keys()) if (stored(key)?.sending) put(key, null);
}

function save(form, sending = false) {
  if (!isKept) return;
  const values = fields(form)
    .filter((field) => (isChoice(field) ? field.checked : field.value !== field.defaultValue))
    .map((field) => [field.name, field.value]);
  const said = values.some(([name]) => form.elements[name].tagName === "TEXTAREA" || form.elements[name].type === "text");
  if (said || stored(keyOf(form))) put(keyOf(form), said ? { at: Date.now(), sending, values } : null);
}

function restore(form) {
  const draft = stored(keyOf(form));
  // What the server gave back, or the browser kept, is newer than the draft.
  const holdsWords = fields(form).some((field) => field.tagName === "TEXTAREA" && field.value);
  if (!draft || holdsWords) return;
  for (const field of fields(form)) {
    const values = draft.values.filter(([name]) => name === field.name).map(([, value]) => value);
    if (isChoice(field)) field.checked = values.includes(field.value);
    else if (values.length) [field.value] = values;
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
  const notice = part("restored");
  if (notice) {
    form.before(notice);
    notice.hidden = false;
  }
}

function forget(form) {
  put(keyOf(form), null);
  show("restored", false);
}

function offerToKeepNothing(form) {
  const offer = part("private");
  const box = form.elements.is_confidential;
  if (!offer || !box) return;
  const follow = () => {
    offer.hidden = !box.checked || !isKept;
  };
  form.addEventListener("change", follow);
  follow();
  offer.querySelector("button").addEventListener("click", () => {
    isKept = false;
    forget(form);
    follow();
    show("unkept");
  });
}

async function isReachable() {
  if (!navigator.onLine) return false;
  try {
    await fetch("/sehat", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PROBE_MS) });
    return true;
  } catch {
    return false;
  }
}

function hold(form) {
  let isSure = false;
  form.addEventListener("submit", async (event) => {
    if (isSure) {
      isSure = false;
      return;
    }
    event.preventDefault();
    const { submitter } = event;
    if (await isReachable()) {
      show("offline", false);
      show("failed", false);
      if (form.dataset.draft) save(form, true);
      isSure = true;
      form.requestSubmit(submitter);
      return;
    }
    show(navigator.onLine ? "failed" : "offline");
    show(navigator.onLine ? "offline" : "failed", false);
  });
}

function keep(form) {
  let waiting;
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => save(form), WRITE_AFTER_MS);
  };
  restore(form);
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  // A page that is closed or put away in the middle of a word.
  window.addEventListener("pagehide", () => form.isConnected && waiting && !stored(keyOf(form))?.sending && save(form));
  part("delete")?.addEventListener("click", () => {
    clearTimeout(waiting);
    form.reset();
    forget(form);
    form.dispatchEvent(new Event("change", { bubbles: true }));
    clearTimeout(waiting);
    form.querySelector("textarea, input:not([type=hidden])")?.focus();
  });
  offerToKeepNothing(form);
}

function start() {
  dropOld();
  if (document.querySelector("[data-draft-sent]")) dropSent();
  for (const form of document.querySelectorAll("form[data-draft]")) {
    keep(form);
    hold(form);
  }
  for (const form of document.querySelectorAll("form[data-draft-follows]")) hold(form);
}

window.addEventListener("offline", () => document.querySelector("form[data-draft], form[data-draft-follows]") && show("offline"));
window.addEventListener("online", () => show("offline", false));
document.addEventListener("report-sent", dropSent);
document.addEventListener("page-replaced", start);
start();
