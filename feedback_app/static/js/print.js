// Opens what is folded while a page is printed: on paper nobody can unfold it.

let opened = [];

addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details.folded:not([open])")];
  for (const one of opened) one.open = true;
});

addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
  opened = [];
});
