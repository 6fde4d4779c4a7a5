// A counter's screen: sends without leaving the page while the connection is gone, counts a double tap once, and goes
// back to the faces only when the server answers. Without this script the browser's own forms and refresh do it.
const { home, seconds } = document.body.dataset;
const RETRY_MILLISECONDS = 5000;
let isSending = false;

async function reachable() {
  try {
    return (await fetch(home, { method: "HEAD", cache: "no-store", credentials: "omit" })).ok;
  } catch {
    return false;
  }
}

async function goHome() {
  if (!isSending && (await reachable())) window.location.replace(home);
  else window.setTimeout(goHome, RETRY_MILLISECONDS);
}

async function send(form, button) {
  const data = new FormData(form);
  if (button && button.name) data.append(button.name, button.value);
  const sent = new URLSearchParams(data);
  const answer =
    form.method === "get"
      ? await fetch(`${form.action}?${sent}`, { cache: "no-store" })
      : await fetch(form.action, { method: "POST", body: sent });
  // An aged form: a fresh page has a fresh one.
  if (answer.status === 400) window.location.replace(home);
  else if (!answer.ok) throw new Error("not stored");
  else show(await answer.text());
}

function show(page) {
  const next = new DOMParser().parseFromString(page, "text/html");
  document.title = next.title;
  document.documentElement.lang = next.documentElement.lang;
  document.body.replaceChildren(...next.querySelectorAll("main"));
  start(Number(next.body.dataset.seconds));
  document.querySelector("h1").setAttribute("tabindex", "-1");
  document.querySelector("h1").focus();
}

function start(delay) {
  for (const form of document.querySelectorAll("[data-kiosk]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (isSending) return;
      isSending = true;
      try {
        await send(form, event.submitter);
      } catch {
        document.querySelector("[data-offline]").hidden = false;
      } finally {
        isSending = false;
      }
    });
  }
  window.clearTimeout(start.timer);
  start.timer = window.setTimeout(goHome, delay * 1000);
}

start(Number(seconds));
