// What a page with the widget does. The package itself is loaded by the page beside this.
import { grow } from "../grow.ts";

grow((parent, index) => {
  const element = document.createElement("workflowai-feedback");
  element.setAttribute("feedback-token", `token-${index}`);
  element.setAttribute("user-id", "visitor");
  parent.append(element);
});
