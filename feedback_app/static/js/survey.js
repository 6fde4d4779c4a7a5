// One question at a time, answers kept on this device until they are sent, and sent again by itself after a bad line.
// Without this script the questionnaire is one ordinary form.
const PREFIX = "suara-survei:";
const KEPT_MS = 24 * 3600 * 1000;
const SHOWN_MS = 250;
const SEND_MS = 30000;
const RETRY_MS = [5000, 10000, 20000, 40000, 60000];
// Too many from one network: the server says so by the minute, the hour and the day.
const BUSY_MS = 60000;
// The server takes what comes sooner after the page for a program's.
const FIRST_SEND_MS = 4000;

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const part = (name) => document.querySelector(`[data-survey-${name}]`);
const show = (name, visible = true) => {
  const found = part(name);
  if (found) found.hidden = !visible;
};

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

function drafts() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

function dropOld() {
  for (const key of drafts()) if (!(Date.now() - stored(key)?.at < KEPT_MS)) put(key, null);
}

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function draftOf(form) {
  const { periode, layanan, once } = form.elements;
  const key = `${PREFIX}${form.getAttribute("action")}:${periode.value}:${layanan.value}`;
  const fields = [...form.elements].filter((field) => field.name && field.type !== "hidden" && !field.closest("[aria-hidden=true]"));
  return {
    save(step, isPending = false) {
      const values = fields.filter((field) => (field.type === "radio" ? field.checked : field.value)).map((field) => [field.name, field.value]);
      put(key, { at: Date.now(), once: once.value, step, isPending, values });
    },
    restore() {
      const draft = stored(key);
      if (!draft?.values.length) return null;
      once.value = draft.once;
      for (const [name, value] of draft.values) {
        for (const field of fields.filter((one) => one.name === name)) {
          if (field.type === "radio") field.checked = field.value === value;
          else field.value = value;
        }
      }
      return draft;
    },
    forget: () => put(key, null),
  };
}

function stepsOf(form, draft) {
  const steps = all("[data-step]", form);
  const [status, bar] = [part("progress").querySelector("p"), part("progress").querySelector("progress")];
  let current = 0;
  const isLast = () => current === steps.length - 1;
  const isAnswered = (step) => !("needed" in step.dataset) || step.querySelector(":checked") !== null;

  function draw(moveFocus) {
    steps.forEach((step, number) => {
      step.hidden = number !== current;
    });
    show("intro", current === 0);
    show("back", current > 0);
    show("next", !isLast());
    show("send", isLast());
    show("unanswered", false);
    status.textContent = steps[current].dataset.step;
    bar.max = steps.length;
    bar.value = current + 1;
    if (!moveFocus) return;
    window.scrollTo(0, current === 0 ? 0 : form.offsetTop);
    steps[current].focus({ preventScroll: true });
  }

  function go(number) {
    current = Math.max(0, Math.min(number, steps.length - 1));
    history.pushState({ survey: current, isNext: true }, "");
    draw(true);
    draft.save(current);
  }

  // What the browser's own way back does as well; a page that opened in the middle has nothing behind it.
  function back() {
    if (history.state?.isNext) return history.back();
    current = Math.max(0, current - 1);
    history.replaceState({ survey: current }, "");
    return draw(true);
  }

  function forward() {
    if (isAnswered(steps[current])) return go(current + 1);
    show("unanswered");
    return steps[current].querySelector("input").focus();
  }

  for (const step of steps) step.tabIndex = -1;
  form.classList.add("is-stepped");
  form.noValidate = true;
  show("progress");
  show("how");
  part("next").addEventListener("click", forward);
  part("back").addEventListener("click", back);
  window.addEventListener("popstate", ({ state }) => {
    // The way back from the thanks leads to an empty questionnaire.
    if (!form.isConnected) window.location.reload();
    // A link to a part of the page, such as the one past the menu, is no step.
    if (state?.survey === undefined) return;
    current = state.survey;
    draw(true);
  });
  return {
    start(number) {
      current = number;
      history.replaceState({ survey: current }, "");
      draw(false);
    },
    restart() {
      current = 0;
      history.replaceState({ survey: 0 }, "");
      draw(true);
    },
    go, forward, isLast, isAnswered, steps,
    holding: (element) => steps.findIndex((step) => step.contains(element)),
    get current() {
      return current;
    },
  };
}

// A tap goes on by itself. Arrow keys only choose, so that nobody is carried away while looking through the answers.
function advanceOnTap(form, moves) {
  let waiting;
  const later = () => {
    clearTimeout(waiting);
    const from = moves.current;
    waiting = setTimeout(() => moves.current === from && moves.forward(), SHOWN_MS);
  };
  form.addEventListener("click", (event) => {
    const answer = event.target.closest(".survey-answer");
    if (answer && event.detail > 0) later();
  });
  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.type === "text") return;
    const answers = all(".survey-answer:not(.survey-pass) input", moves.steps[moves.current]);
    const chosen = answers[Number(event.key) - 1];
    if (!chosen || !/^[1-9]$/.test(event.key)) return;
    event.preventDefault();
    chosen.checked = true;
    chosen.dispatchEvent(new Event("change", { bubbles: true }));
    later();
  });
}

function arrived(page, address) {
  const next = new DOMParser().parseFromString(page, "text/html");
  document.title = next.title;
  const main = document.querySelector("main");
  main.className = next.querySelector("main").className;
  main.replaceChildren(...next.querySelector("main").childNodes);
  history.replaceState(null, "", address);
  window.scrollTo(0, 0);
  main.focus();
}

function senderOf(form, draft, moves) {
  let isSending = false;
  let isPending = false;
  let tries = 0;
  let waiting;

  function failed(isBusy) {
    isPending = true;
    draft.save(moves.current, true);
    show("offline", !navigator.onLine);
    show("busy", navigator.onLine && isBusy);
    show("failed", navigator.onLine && !isBusy);
    clearTimeout(waiting);
    waiting = setTimeout(again, isBusy ? BUSY_MS : RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]);
    tries += 1;
  }

  async function send() {
    if (isSending) return;
    isSending = true;
    clearTimeout(waiting);
    for (const name of ["offline", "failed", "busy"]) show(name, false);
    show("sending");
    let isBusy = false;
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(SEND_MS) });
      isBusy = answer.status === 429;
      if (isBusy || answer.status >= 500) throw new Error("not stored");
      isPending = false;
      if (answer.redirected && answer.ok) {
        draft.forget();
        arrived(await answer.text(), answer.url);
      } else {
        // The server has something to say: it says so on a page of its own, with everything that was filled in.
        form.submit();
      }
    } catch {
      failed(isBusy);
    } finally {
      isSending = false;
      show("sending", false);
    }
  }

  function again() {
    if (isPending && form.isConnected) send();
  }

  window.addEventListener("online", again);
  return {
    send,
    resume() {
      isPending = true;
      show("sending");
      waiting = setTimeout(again, FIRST_SEND_MS);
    },
  };
}

function start(form) {
  const draft = draftOf(form);
  const found = "returned" in form.dataset ? null : draft.restore();
  const moves = stepsOf(form, draft);
  const sender = senderOf(form, draft, moves);
  if (!form.elements.once.value) form.elements.once.value = newKey();
  const wrong = moves.holding(form.querySelector(".has-error"));
  moves.start(Math.max(0, wrong >= 0 ? wrong : (found?.step ?? ("returned" in form.dataset ? moves.steps.length - 1 : 0))));
  show("restored", found !== null && !found.isPending);
  advanceOnTap(form, moves);
  form.addEventListener("change", () => draft.save(moves.current));
  form.addEventListener("input", () => draft.save(moves.current));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const missing = moves.steps.findIndex((step) => !moves.isAnswered(step));
    if (!moves.isLast()) moves.forward();
    else if (missing < 0) sender.send();
    else {
      moves.go(missing);
      show("unanswered");
    }
  });
  part("delete").addEventListener("click", () => {
    draft.forget();
    form.reset();
    form.elements.once.value = newKey();
    show("restored", false);
    moves.restart();
  });
  for (const link of all("[data-error-summary] a")) {
    link.addEventListener("click", (event) => {
      const wanted = document.querySelector(link.hash);
      event.preventDefault();
      moves.go(moves.holding(wanted));
      wanted.focus();
    });
  }
  if (found?.isPending) sender.resume();
}

dropOld();
for (const { dataset } of all("[data-survey-sent]")) {
  for (const key of drafts()) if (key.startsWith(`${PREFIX}${dataset.surveySent}:`)) put(key, null);
}
for (const form of all("form[data-survey]")) start(form);
