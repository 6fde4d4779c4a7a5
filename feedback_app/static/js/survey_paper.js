// Questionnaires on paper, typed one after the other: each key goes on to the next field, Enter saves and gives an empty
// line at once. What could not be sent waits in this browser under the same mark, so that it counts once.
// Without this script the line is an ordinary form.
const PREFIX = "suara-kertas:";
const SEND_MS = 15000;
const RETRY_MS = 3000;
const REPEATED = new Set(["tanggal", "jam"]);
const FIRST = "kelamin";

const form = document.querySelector("[data-paper]");
const part = (name) => document.querySelector(`[data-paper-${name}]`);
const words = part("words").dataset;
const saved = part("saved");
const fields = [...form.querySelectorAll("input.form-control")];
const answers = fields.filter((field) => "answer" in field.dataset);
const storeKey = PREFIX + form.dataset.paper;

let waiting = [];
let refused = [];
let aside = null;
let isSending = false;
let isConfirmed = false;
let timer = null;

const newMark = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const typed = () => ({ once: form.elements.once.value, values: fields.map((field) => [field.name, field.value]) });
const isEmpty = () => fields.every((field) => REPEATED.has(field.name) || !field.value);

// Storage may be full, forbidden or gone; then nothing outlasts the page.
function keep() {
  try {
    const draft = isEmpty() ? null : typed();
    if (!waiting.length && !refused.length && !draft && !aside) localStorage.removeItem(storeKey);
    else localStorage.setItem(storeKey, JSON.stringify({ waiting, refused, aside, draft }));
  } catch {
    // Nothing is kept then.
  }
}

function kept() {
  try {
    return JSON.parse(localStorage.getItem(storeKey)) ?? {};
  } catch {
    return {};
  }
}

function tell(sentence = "") {
  const told = part("told");
  told.textContent = sentence;
  told.hidden = !sentence;
}

function goTo(field) {
  if (!field) return;
  field.focus();
  if (fields.includes(field)) field.select();
}

const next = (field) => goTo(fields[fields.indexOf(field) + 1] ?? form.querySelector("[type=submit]:not([hidden])"));
const previous = (field) => goTo(fields[fields.indexOf(field) - 1]);

function fill({ once, values }) {
  for (const [name, value] of values) if (form.elements[name]) form.elements[name].value = value;
  form.elements.once.value = once;
}

function clear() {
  for (const field of fields) {
    field.removeAttribute("aria-invalid");
    field.closest(".has-error")?.classList.remove("has-error");
    if (!REPEATED.has(field.name)) field.value = "";
  }
  form.elements.once.value = newMark();
  document.querySelector("[data-error-summary]")?.remove();
}

function emptyLine() {
  clear();
  if (aside) {
    fill(aside);
    aside = null;
  }
  goTo(fields.find((field) => field.name === "tanggal" && !field.value) ?? form.elements[FIRST]);
}

// One key is one field; a letter as printed on the paper stands for its number.
function taken(field) {
  const { keys } = field.dataset;
  if (field.name === "usia") {
    field.value = field.value.replace(/\D/g, "");
    return field.value.length === 3 || (field.value.length === 2 && !["10", "11", "12"].includes(field.value));
  }
  if (!keys || !field.value) return false;
  let key = field.value.slice(-1).toUpperCase();
  if ("answer" in field.dataset && key >= "A" && key <= "F") key = String(key.charCodeAt(0) - 64);
  if (key === " ") key = "0";
  if (!keys.includes(key)) {
    field.value = "";
    tell(words.bad);
    return false;
  }
  field.value = key;
  return true;
}

form.addEventListener("focusin", ({ target }) => fields.includes(target) && target.select());
form.addEventListener("input", ({ target }) => {
  if (!fields.includes(target)) return;
  isConfirmed = false;
  tell();
  if (taken(target)) next(target);
  keep();
});
form.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!fields.includes(field) || event.ctrlKey || event.altKey || event.metaKey) return;
  const isOneKey = "keys" in field.dataset;
  if (event.key === "Backspace" && !field.value) previous(field);
  else if (event.key === "ArrowLeft" && isOneKey) previous(field);
  else if (event.key === "ArrowRight" && isOneKey) next(field);
  else return;
  event.preventDefault();
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const blank = answers.find((field) => !field.value);
  if (blank && !isConfirmed) {
    isConfirmed = true;
    tell(words.blank);
    goTo(blank);
    return;
  }
  isConfirmed = false;
  waiting.push(typed());
  tell();
  emptyLine();
  keep();
  send();
});

function draw(isWaiting) {
  part("waiting").hidden = !isWaiting;
  part("count").textContent = String(waiting.length);
  part("refused").hidden = !refused.length;
  if (refused.length) part("why").textContent = refused[0].why;
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(send, RETRY_MS);
  draw(true);
}

async function post(action, values) {
  const body = new URLSearchParams([...values, ["csrf_token", form.elements.csrf_token.value]]);
  const answer = await fetch(action, {
    method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(SEND_MS),
  });
  return [answer.status, await answer.json()];
}

async function send() {
  if (isSending || !waiting.length) return;
  isSending = true;
  const sheet = waiting[0];
  try {
    const [status, found] = await post(form.action, [...sheet.values, ["once", sheet.once]]);
    if (status === 200 && found.saved) {
      waiting.shift();
      saved.innerHTML = found.status;
      part("status").textContent = words.saved;
    } else if (status === 422 || status === 409 || status === 404) {
      waiting.shift();
      refused.push({ ...sheet, why: found.errors?.map((error) => error.words).join(" ") ?? found.title });
    } else {
      if (status === 401 || status === 400) tell(words.expired);
      throw new Error(String(status));
    }
    isSending = false;
    draw(false);
    keep();
    send();
  } catch {
    // The line is gone or the server busy: the same mark is sent again.
    isSending = false;
    later();
  }
}

part("mend").addEventListener("click", () => {
  const sheet = refused.shift();
  if (!sheet) return;
  aside = isEmpty() ? null : typed();
  fill(sheet);
  tell(sheet.why);
  draw(waiting.length > 0);
  keep();
  goTo(fields[0]);
});
part("drop").addEventListener("click", () => {
  refused.shift();
  draw(false);
  keep();
  goTo(form.elements[FIRST]);
});

saved.addEventListener("submit", async (event) => {
  const act = event.target.closest("[data-paper-act]");
  if (!act) return;
  event.preventDefault();
  try {
    const [status, found] = await post(act.action, [["row", act.elements.row.value]]);
    if (status !== 200) throw new Error(String(status));
    saved.innerHTML = found.status;
    goTo(form.elements[FIRST]);
  } catch {
    act.submit();
  }
});

window.addEventListener("online", send);
window.addEventListener("beforeunload", (event) => {
  if (waiting.length) event.preventDefault();
});

({ waiting = [], refused = [], aside = null } = kept());
if (!document.querySelector("[data-error-summary]")) {
  const { draft } = kept();
  if (draft) fill(draft);
  else form.elements.once.value = newMark();
  goTo(fields.find((field) => field.name === "tanggal" && !field.value) ?? form.elements[FIRST]);
}
draw(false);
send();
