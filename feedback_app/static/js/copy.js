// Offers to copy the tracking code where the browser can. Without this script the code is text to select.
const button = document.querySelector("[data-copy]");

if (button && navigator.clipboard) {
  button.closest("[data-copy-row]").hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
    document.querySelector("[data-copy-status]").textContent = button.dataset.copied;
  });
}
