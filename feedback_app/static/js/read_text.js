// Keys for reading texts: 1 to 9 and a to j answer the question in turn and go on to the next one, Enter saves. Without
// this script the form is answered with Tab and the arrow keys. Who cannot use single keys turns them off; the choice
// stays on this device.
const KEY = "suara-keys";
const KEYS = "123456789abcdefghij";
const form = document.querySelector("[data-read-text]");
const help = document.querySelector("[data-read-keys]");
const toggle = document.querySelector("[data-read-keys-on]");

// Storage may be forbidden or gone; the keys then work as long as the page is open.
function kept() {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}

let isOn = kept();
const questions = () => [...form.querySelectorAll("fieldset")];
const options = (question) => [...question.querySelectorAll("input[type=radio]")];
const isOpen = (question) => !options(question).some((option) => option.checked);

// The question somebody stands in, else the first one without an answer.
function current() {
  return questions().find((question) => question.contains(document.activeElement)) ?? questions().find(isOpen);
}

function choose(key) {
  const question = current();
  const option = question && options(question)[KEYS.indexOf(key)];
  if (!option) return false;
  option.checked = true;
  const next = questions().find(isOpen);
  (next ? options(next)[0] : form.querySelector("button[value=save]")).focus();
  return true;
}

const isTyping = (target) => target.matches("textarea, select, input:not([type=checkbox], [type=radio])");

if (form && help && toggle) {
  help.hidden = false;
  toggle.checked = isOn;
  toggle.addEventListener("change", () => {
    isOn = toggle.checked;
    try {
      localStorage.setItem(KEY, isOn ? "on" : "off");
    } catch {
      // Nothing is kept then.
    }
    mark();
  });
  document.addEventListener("keydown", (event) => {
    if (!isOn || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (KEYS.includes(event.key) && choose(event.key)) event.preventDefault();
  });
  mark();
}

// Each answer shows its key, as long as keys are in use.
function mark() {
  for (const question of questions()) {
    options(question).forEach((option, place) => {
      const words = question.querySelector(`label[for="${option.id}"]`);
      words.querySelector("kbd")?.remove();
      if (!isOn || place >= KEYS.length) return;
      const sign = document.createElement("kbd");
      sign.textContent = KEYS[place];
      sign.ariaHidden = "true";
      words.append(" ", sign);
    });
  }
}
