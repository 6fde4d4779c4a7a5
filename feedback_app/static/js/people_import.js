// Says that a long list is being worked on, and keeps the button from being pressed twice.
for (const form of document.querySelectorAll("form[data-slow]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button[type=submit]");
    if (!button) return;
    const told = document.createElement("p");
    told.setAttribute("role", "status");
    told.className = "hint";
    button.after(told);
    told.textContent = button.dataset.slowWords ?? "";
    setTimeout(() => { button.disabled = true; });
  });
}
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("form[data-slow] button[type=submit]")) button.disabled = false;
});
