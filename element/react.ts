"use client";
import {
  type CSSProperties,
  createElement,
  type ForwardedRef,
  forwardRef,
  type ReactNode,
  useEffect,
  useImperativeHandle,
  useRef,
} from "react";
import type { FeedbackEventMap } from "./events.ts";
import type { FeedbackElement } from "./index.ts";
import "./index.ts";
import type { Outcome } from "./types.ts";

export { FeedbackError, type FeedbackReply } from "./client.ts";
export type * from "./events.ts";
export { configure, FeedbackElement } from "./index.ts";
export { getFeedback, sendFeedback } from "./react-client.ts";
export {
  FeedbackModal,
  FeedbackModalContainer,
  type FeedbackModalContainerProps,
  type FeedbackModalProps,
  openFeedbackModal,
} from "./react-modal.ts";
export type { Outcome, Settings, VoteOptions } from "./types.ts";

const EVENTS = {
  "feedback-before-send": "onBeforeSend",
  "feedback-change": "onChange",
  "feedback-sent": "onSent",
  "feedback-queued": "onQueued",
  "feedback-error": "onError",
  "feedback-retract": "onRetract",
} as const;

/** Every event of the element as a property. */
type EventProps = {
  [Name in keyof typeof EVENTS as (typeof EVENTS)[Name]]?:
    | ((event: FeedbackEventMap[Name]) => void)
    | undefined;
};

/** The attributes of `<workflowai-feedback>` as properties, its events, and what React gives. */
export interface FeedbackButtonsProps extends EventProps {
  /** The run's token. It may come late, with the last chunk of a stream. */
  feedbackToken?: string | null | undefined;
  /** The end user; one vote per run and user. */
  userID?: string | null | undefined;
  /** Base address of the receiver. Default: `configure`, `<meta>`, the page's own origin. */
  apiUrl?: string | undefined;
  comment?: "after-vote" | "negative" | "off" | undefined;
  commentPlacement?: "popover" | "inline" | undefined;
  reasons?: readonly string[] | undefined;
  label?: string | undefined;
  outcome?: Outcome | null | undefined;
  /** Asks the receiver for an earlier vote. Default: true. */
  restore?: boolean | undefined;
  readonly?: boolean | undefined;
  disabled?: boolean | undefined;
  className?: string | undefined;
  style?: CSSProperties | undefined;
  id?: string | undefined;
  lang?: string | undefined;
  dir?: string | undefined;
  /** Icons in the slots `positive` and `negative`, and words in those named like texts. */
  children?: ReactNode;
}

const Buttons = (props: FeedbackButtonsProps, outer: ForwardedRef<FeedbackElement>) => {
  const element = useRef<FeedbackElement>(null);
  useImperativeHandle(outer, () => element.current as FeedbackElement);
  const present = useRef(props);
  useEffect(() => {
    present.current = props;
  });
  // Through the ref: React 18 knows no events of custom elements.
  useEffect(() => {
    const { current } = element;
    const listen = (event: Event) => {
      const handler = present.current[EVENTS[event.type as keyof typeof EVENTS]];
      (handler as ((event: Event) => void) | undefined)?.(event);
    };
    for (const name of Object.keys(EVENTS)) current?.addEventListener(name, listen);
    return () => {
      for (const name of Object.keys(EVENTS)) current?.removeEventListener(name, listen);
    };
  }, []);
  const { className, style, id, lang, dir, children, restore = true, reasons } = props;
  // Attributes, written so that React 18 (attributes alone) and 19 (properties where there are
  // any) both arrive at the same, on a server too. Absent is undefined.
  return createElement(
    "workflowai-feedback",
    {
      ref: element,
      class: className,
      style,
      id,
      lang,
      dir,
      "feedback-token": props.feedbackToken || undefined,
      "user-id": props.userID || undefined,
      "api-url": props.apiUrl || undefined,
      comment: props.comment,
      "comment-placement": props.commentPlacement,
      label: props.label,
      reasons: reasons?.length ? JSON.stringify(reasons) : undefined,
      outcome: props.outcome || undefined,
      restore: restore || undefined,
      readonly: props.readonly || undefined,
      disabled: props.disabled || undefined,
    },
    children,
  );
};

/**
 * Thumbs up and down for one AI answer.
 *
 * ```tsx
 * <FeedbackButtons feedbackToken={token} userID={user} className="mt-2" />
 * ```
 */
export const FeedbackButtons = forwardRef<FeedbackElement, FeedbackButtonsProps>(Buttons);
FeedbackButtons.displayName = "FeedbackButtons";
