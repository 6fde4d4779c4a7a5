// Puts a template into the answer without leaving the page. Without this script the button sends the form, and the
// page comes back with the template below what was typed.
const choice = document.querySelector("[data-template-choice]");

if (choice) {
  const text = document.querySelector("#text");
  const status = choice.querySelector("[data-template-status]");
  choice.querySelector("button").addEventListener("click", async (event) => {
    const address = choice.querySelector("select").selectedOptions[0].dataset.address;
    if (!address) return;
    event.preventDefault();
    try {
      const answer = await fetch(address);
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const typed = text.value.trimEnd();
      const words = await answer.text();
      text.value = typed ? `${typed}\n\n${words}` : words;
      status.textContent = choice.dataset.inserted;
      text.focus();
    } catch {
      status.textContent = choice.dataset.failed;
    }
  });
}
