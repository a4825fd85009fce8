// The invitation's secret stands in the fragment, which no server and no log sees.
const secret = location.hash.slice(1);
const code = document.getElementById("code");
if (secret) {
  history.replaceState(null, "", location.pathname);
  code.value = secret;
}
if (code.value) code.closest("p").hidden = true;
