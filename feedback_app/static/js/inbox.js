// Keys for the inbox: j and k walk the cases, x ticks one, / searches, ? lists the keys. Without this script the page
// is an ordinary list of links. Who cannot use single letters turns them off; the choice stays on this device.
const KEY = "suara-keys";
const list = document.querySelector("[data-inbox]");
const help = document.querySelector("[data-inbox-keys]");
const search = document.querySelector("[data-inbox-search]");

// Storage may be forbidden or gone; the keys then work as long as the page is open.
function kept() {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}

function keep(isOn) {
  try {
    localStorage.setItem(KEY, isOn ? "on" : "off");
  } catch {
    // Nothing is kept then.
  }
}

let isOn = kept();

const lines = () => [...document.querySelectorAll("[data-case]")];
const current = () => lines().findIndex((line) => line.contains(document.activeElement));

function walk(step) {
  const all = lines();
  const at = current();
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
  if (!all[next]) return;
  all[next].querySelector("h3 a").focus();
  all[next].scrollIntoView({ block: "nearest" });
}

const ACTS = {
  j: () => walk(1),
  k: () => walk(-1),
  x: () => lines()[current()]?.querySelector("input[type=checkbox]")?.click(),
  "/": () => search?.focus(),
  "?": () => {
    if (!help) return;
    help.open = true;
    help.querySelector("summary").focus();
  },
};

const isTyping = (target) =>
  target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio])");

document.addEventListener("keydown", (event) => {
  if (!isOn || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
  const act = ACTS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

function countTicked() {
  const told = document.querySelector("[data-inbox-ticked]");
  if (!told) return;
  const ticked = list.querySelectorAll("input[name=case]:checked").length;
  told.textContent = ticked ? told.dataset.words.replace("{n}", ticked) : "";
}

// Ticks every case of the page, or none; it shows in between where only some are ticked.
const whole = document.querySelector("[data-inbox-all]");
const wholeBox = whole?.querySelector("input");
const boxes = () => [...list.querySelectorAll("input[name=case]")];

function showWhole() {
  if (!wholeBox) return;
  const ticked = boxes().filter((box) => box.checked).length;
  wholeBox.checked = ticked > 0 && ticked === boxes().length;
  wholeBox.indeterminate = ticked > 0 && ticked < boxes().length;
}

if (wholeBox && list) {
  whole.hidden = false;
  wholeBox.addEventListener("change", () => {
    for (const box of boxes()) box.checked = wholeBox.checked;
  });
}

if (help) {
  const box = help.querySelector("[data-inbox-keys-on]");
  help.hidden = false;
  box.checked = isOn;
  box.addEventListener("change", () => {
    isOn = box.checked;
    keep(isOn);
  });
}
list?.addEventListener("change", () => {
  showWhole();
  countTicked();
});
// A browser that comes back to the page may keep what was ticked.
showWhole();
