"use client";

// Defines the element, which takes over what the server wrote.
import "workflowai-feedback";

/** The element with the shadow root that the server wrote; in the browser it is there already. */
export const Written = ({ root, ...attributes }) => (
  <workflowai-feedback
    {...attributes}
    {...(typeof window === "undefined" && { dangerouslySetInnerHTML: { __html: root } })}
  />
);
