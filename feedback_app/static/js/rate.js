// Shows only the reasons that go with the rating chosen. Without this script both groups stay, with their headings.
const form = document.querySelector("[data-rate]");
const groups = form ? [...form.querySelectorAll("[data-ratings]")] : [];

function showFittingReasons() {
  const chosen = form.querySelector("input[name=rating]:checked");
  for (const group of groups) {
    const fits = chosen !== null && group.dataset.ratings.split(" ").includes(chosen.value);
    group.hidden = !fits;
    // A disabled group is not sent, so reasons ticked before a change of mind do no harm.
    group.disabled = !fits;
  }
}

if (form) {
  form.classList.add("is-enhanced");
  form.addEventListener("change", (event) => {
    if (event.target.name === "rating") showFittingReasons();
  });
  // Browsers put back what was chosen when somebody returns to the page.
  window.addEventListener("pageshow", showFittingReasons);
  showFittingReasons();
}
