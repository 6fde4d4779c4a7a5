// Lets somebody look at the passwords they type. Without this script the fields stay as browsers show them.
for (const button of document.querySelectorAll("[data-show-password]")) {
  const fields = button.dataset.showPassword.split(" ").map((id) => document.getElementById(id));
  const show = (isShown) => {
    for (const field of fields) field.type = isShown ? "text" : "password";
    button.setAttribute("aria-pressed", String(isShown));
  };
  button.hidden = false;
  button.addEventListener("click", () => show(fields[0].type === "password"));
  // A browser that keeps what was typed should take it for what it is.
  fields[0].form?.addEventListener("submit", () => show(false));
}
