// Shows beside the form, while it is written, what the review page would say. Without this script that page says it.
const WAIT_MS = 900;
const FEWEST = 10;
const TEXTS = ["happened", "expected", "where"];

function start() {
  const form = document.querySelector("form[data-coach]");
  if (!form) return;
  const region = form.querySelector("[data-coach-answer]");
  let waiting;
  let asked;

  const isKindChosen = () => form.querySelector("input[name=kind]:checked") !== null;
  const content = () => [...TEXTS, "occurred_on", "kind"].map((name) => form.elements[name]?.value ?? "").join("\0");

  function body() {
    const sent = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") sent.append(name, value);
    sent.set("to", form.dataset.to);
    return sent;
  }

  function present(answer) {
    const chosen = region.querySelector("input[name=unit]:checked")?.value;
    // The same words again would be read aloud again.
    if (region.innerHTML !== answer.html && region.dataset.shown !== answer.html) {
      region.innerHTML = answer.html;
      region.dataset.shown = answer.html;
    }
    for (const unit of region.querySelectorAll("input[name=unit]")) if (unit.value === chosen) unit.checked = true;
    region.hidden = !answer.html;
    const { is_confidential: box, confidential_by_coach: mark } = form.elements;
    // Ticked here, it goes with its reason; ticked by the sender, it stays.
    if (answer.confidential ? !box.checked : box.checked && mark.checked) {
      box.checked = mark.checked = answer.confidential;
      form.dispatchEvent(new Event("change"));
    }
  }

  async function check() {
    const before = content();
    if (form.elements.happened.value.trim().length < FEWEST || !navigator.onLine) return;
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(form.dataset.coach, {
        method: "POST", body: body(), headers: { Accept: "application/json" }, credentials: "same-origin", signal: asked.signal,
      });
      if (!answer.ok || before !== content()) return;
      present(await answer.json());
      // Who has seen all this beside the form is not asked again on a page of its own.
      form.elements.reviewed.value = isKindChosen() ? "1" : "";
    } catch {
      // No connection, or a newer question: the review page remains.
    }
  }

  function soon(event) {
    if (event.target.closest?.("[data-coach-answer]")) return;
    if (event.isTrusted && event.target.name === "is_confidential") form.elements.confidential_by_coach.checked = false;
    if (event.isTrusted || event.target === form) {
      if (event.target.name && !["is_anonymous", "is_confidential", "service_id"].includes(event.target.name)) {
        form.elements.reviewed.value = "";
      }
      clearTimeout(waiting);
      waiting = setTimeout(check, WAIT_MS);
    }
  }

  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  region.addEventListener("click", (event) => {
    const kind = event.target.dataset.chooseKind;
    const option = kind && form.querySelector(`input[name=kind][value=${kind}]`);
    if (!option) return;
    option.checked = true;
    option.focus();
    check();
  });
  window.addEventListener("online", check);
  if (form.elements.happened.value) check();
}

document.addEventListener("page-replaced", start);
start();
