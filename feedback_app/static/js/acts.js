// Opens the part of a case's page that a link on it leads to. Without this script the link leads to its closed summary.
const open = () => {
  const part = location.hash && document.getElementById(location.hash.slice(1));
  if (part instanceof HTMLDetailsElement) {
    part.open = true;
    part.querySelector("summary").focus();
  }
};

window.addEventListener("hashchange", open);
open();
