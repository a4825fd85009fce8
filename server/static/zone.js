// No browser tells a server its time zone. A cookie does, from the second page on.
const name = "workflowai_feedback_zone";
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const html = document.documentElement;
if (zone && zone !== html.dataset.zone) {
  const known = document.cookie.includes(`${name}=${zone}`);
  // biome-ignore lint/suspicious/noDocumentCookie: Cookie Store is missing in some browsers
  document.cookie = `${name}=${zone}; path=${html.dataset.base}/dashboard; max-age=31536000; samesite=lax`;
  // Only where the cookie was kept and the server may not have seen it.
  if (!known && document.cookie.includes(name) && html.dataset.zone) location.reload();
}
