// Lets the browser make or show a passkey; the answer goes into a hidden field of the form, which is then sent as any
// other. Where the browser knows no passkeys the form stays hidden, and the page says what to use instead.

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const named = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

async function make(options) {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: named(options.excludeCredentials),
  };
  const made = await navigator.credentials.create({ publicKey });
  return answerOf(made, {
    attestationObject: toText(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
}

async function show(options) {
  const publicKey = { ...options, challenge: toBytes(options.challenge), allowCredentials: named(options.allowCredentials) };
  const shown = await navigator.credentials.get({ publicKey });
  const { authenticatorData, signature, userHandle } = shown.response;
  return answerOf(shown, {
    authenticatorData: toText(authenticatorData),
    signature: toText(signature),
    userHandle: userHandle ? toText(userHandle) : null,
  });
}

function answerOf(credential, response) {
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: toText(credential.response.clientDataJSON), ...response },
  });
}

async function asked(form) {
  const token = form.querySelector("[name=csrf_token]").value;
  const answer = await fetch(form.dataset.options, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams({ csrf_token: token }),
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.title);
  return told;
}

function wordsFor(error, form) {
  // What the browser says is in its own language and for programmers; what we said is for people.
  if (error.name === "InvalidStateError") return form.dataset.known;
  if (error instanceof DOMException || error instanceof TypeError) return form.dataset.failed;
  return error.message || form.dataset.failed;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  for (const hint of document.querySelectorAll("[data-no-passkey]")) hint.hidden = true;
  const status = form.querySelector("[data-passkey-status]");
  const field = form.querySelector("[data-passkey-answer]");
  form.addEventListener("submit", async (event) => {
    if (field.value) return;
    event.preventDefault();
    status.textContent = form.dataset.waiting;
    try {
      const options = await asked(form);
      field.value = await (form.dataset.passkey === "make" ? make(options) : show(options));
      status.textContent = "";
      form.requestSubmit();
    } catch (error) {
      status.textContent = wordsFor(error, form);
    }
  });
}
