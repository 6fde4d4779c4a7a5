// Fills in the code of a scanned receipt. It stands behind the # of the address, which no browser sends to a server;
// then it is taken out of the address, so that it stays in no history. Without this script people type the code.
const box = document.querySelector("[data-code]");

function fillIn() {
  const code = location.hash.slice(1);
  if (!box || !/^[0-9a-z-]{12,20}$/i.test(code)) return;
  box.value = code;
  history.replaceState(null, "", location.pathname);
  box.form.querySelector("button[type=submit]").focus();
}

fillIn();
// The same page may be open already when a second receipt is scanned.
window.addEventListener("hashchange", fillIn);
