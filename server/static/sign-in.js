// The link's secret stands in the fragment, which no server and no log sees. It is taken out of the
// address before it is sent, so that it does not stay in the history.
const secret = location.hash.slice(1);
if (secret) {
  history.replaceState(null, "", location.pathname);
  const code = document.getElementById("code");
  code.value = secret;
  code.form.requestSubmit();
}
