import {
  createElement,
  type FormEvent,
  type ReactElement,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { createRoot } from "react-dom/client";
import { sendFeedback } from "./react-client.ts";
import type { Outcome } from "./types.ts";

/** A modal that asks for a comment. It sends nothing by itself. */
export interface FeedbackModalProps {
  title?: string | undefined;
  description?: string | undefined;
  caption?: string | undefined;
  placeholder?: string | undefined;
  cancelButtonText?: string | undefined;
  submitButtonText?: string | undefined;
  /** A submission is under way. */
  isLoading?: boolean | undefined;
  /** The submission arrived: thanks are shown. */
  isCompleted?: boolean | undefined;
  /** What went wrong, in words. */
  error?: string | undefined;
  onSubmit: (comment?: string) => void;
  onCancel?: (() => void) | undefined;
}

/** A modal for one vote, which it sends. */
export interface FeedbackModalContainerProps
  extends Omit<FeedbackModalProps, "onSubmit" | "isLoading" | "isCompleted" | "error"> {
  feedbackToken: string;
  userID?: string | undefined;
  outcome: Outcome;
  /** Base address of the receiver. Default: `configure`, `<meta>`, the page's own origin. */
  apiUrl?: string | undefined;
  /** The receiver proved that it holds the vote. */
  onSubmitted?: ((outcome: Outcome) => void) | undefined;
}

const STYLE = `.workflowai-feedback-modal{box-sizing:border-box;width:min(28rem,100vw - 2rem);padding:1.25rem;
border:1px solid color-mix(in srgb,currentColor 22%,transparent);border-radius:.75rem;
background:light-dark(#fff,#1f2023);color:light-dark(#1a1b1e,#eceef1);font:inherit;line-height:1.5}
.workflowai-feedback-modal::backdrop{background:#0008}
.workflowai-feedback-modal h2{margin:0 0 .25rem;font-size:1.125rem}
.workflowai-feedback-modal p{margin:0 0 .75rem}
.workflowai-feedback-modal textarea{display:block;box-sizing:border-box;width:100%;margin-block:.25rem .75rem;
padding:.5rem;border:1px solid color-mix(in srgb,currentColor 55%,transparent);border-radius:.5rem;
background:none;color:inherit;font:inherit}
.workflowai-feedback-modal footer{display:flex;justify-content:flex-end;gap:.5rem}
.workflowai-feedback-modal button{min-height:2.25rem;padding:0 1rem;border:1px solid
color-mix(in srgb,currentColor 35%,transparent);border-radius:.5rem;background:none;color:inherit;font:inherit}
.workflowai-feedback-modal [type=submit]{border-color:transparent;background:light-dark(#3b5bdb,#91a7ff);
color:light-dark(#fff,#1f2023)}`;

let sheet: CSSStyleSheet | undefined;

/** An adopted stylesheet: a strict policy refuses a `<style>`. */
const dress = () => {
  if (sheet) return;
  sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  document.adoptedStyleSheets.push(sheet);
};

/** Asks for a comment in a modal dialog. */
export const FeedbackModal = (props: FeedbackModalProps): ReactElement => {
  const {
    title = "Give feedback",
    description = "It helps to improve the answers.",
    caption = "What do you want to add? (optional)",
    placeholder,
    cancelButtonText = "Cancel",
    submitButtonText = "Submit",
    isLoading,
    isCompleted,
    error,
    onSubmit,
    onCancel,
  } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const [comment, setComment] = useState("");
  useEffect(() => {
    dress();
    const { current } = dialog;
    if (!current?.open) current?.showModal();
    return () => current?.close();
  }, []);
  // Escape closes a dialog by itself, which React 18 hears nothing of.
  const cancel = useRef(onCancel);
  useEffect(() => {
    cancel.current = onCancel;
  });
  useEffect(() => {
    const { current } = dialog;
    const listen = (event: Event) => {
      event.preventDefault();
      cancel.current?.();
    };
    current?.addEventListener("cancel", listen);
    return () => current?.removeEventListener("cancel", listen);
  }, []);
  const close = createElement(
    "button",
    { type: "button", onClick: () => onCancel?.() },
    isCompleted ? "Done" : cancelButtonText,
  );
  const ask = [
    createElement("p", { key: "description" }, description),
    createElement(
      "label",
      { key: "label" },
      caption,
      createElement("textarea", {
        rows: 4,
        maxLength: 10_000,
        placeholder,
        value: comment,
        onChange: ({ target }: { target: HTMLTextAreaElement }) => setComment(target.value),
      }),
    ),
  ];
  return createElement(
    "dialog",
    { ref: dialog, className: "workflowai-feedback-modal", "aria-labelledby": heading },
    createElement(
      "form",
      {
        onSubmit: (event: FormEvent) => {
          event.preventDefault();
          if (!isLoading) onSubmit(comment || undefined);
        },
      },
      createElement("h2", { id: heading }, isCompleted ? "Thank you!" : title),
      !isCompleted && ask,
      createElement("p", { role: "status" }, isCompleted ? "Your feedback has arrived." : error),
      createElement(
        "footer",
        null,
        close,
        !isCompleted &&
          createElement(
            "button",
            { type: "submit", "aria-disabled": !!isLoading },
            submitButtonText,
          ),
      ),
    ),
  );
};

/** Asks for a comment and sends it with the vote. */
export const FeedbackModalContainer = (props: FeedbackModalContainerProps): ReactElement => {
  const { feedbackToken, userID, outcome, apiUrl, onSubmitted, ...rest } = props;
  const [state, setState] = useState<"idle" | "sending" | "sent" | "failed">("idle");
  const submit = async (comment?: string) => {
    setState("sending");
    try {
      await sendFeedback({ feedbackToken, userID, outcome, comment, apiUrl });
      setState("sent");
      onSubmitted?.(outcome);
    } catch (error) {
      console.error(error);
      setState("failed");
    }
  };
  return createElement(FeedbackModal, {
    ...rest,
    isLoading: state === "sending",
    isCompleted: state === "sent",
    error: state === "failed" ? "Not sent. Please try again." : undefined,
    onSubmit: submit,
  });
};

/** Opens the modal for a vote over the page. */
export const openFeedbackModal = (options: Omit<FeedbackModalContainerProps, "onCancel">): void => {
  const place = document.body.appendChild(document.createElement("div"));
  const root = createRoot(place);
  const onCancel = () => {
    root.unmount();
    place.remove();
  };
  root.render(createElement(FeedbackModalContainer, { ...options, onCancel }));
};
