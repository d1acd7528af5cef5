// What a page does by itself, and only while it stands before somebody.
import { useEffect, useRef } from "react";

const EVERY = 2000;

const stands = () => document.visibilityState === "visible";

// Says that what was read the last time was seen: at once, or when the tab is looked at.
export function Seen({ reading, onSeen, children, ...rest }) {
  useEffect(() => {
    const look = () => {
      if (!stands()) return;
      document.removeEventListener("visibilitychange", look);
      onSeen?.();
    };
    document.addEventListener("visibilitychange", look);
    look();
    return () => document.removeEventListener("visibilitychange", look);
  }, [reading]);
  return <div {...rest}>{children}</div>;
}

// Looks again every other second for as long as something is on its way.
export function LookAgain({ waiting, onLook }) {
  const latest = useRef(onLook);
  latest.current = onLook;
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setInterval(() => stands() && latest.current?.(), EVERY);
    return () => clearInterval(timer);
  }, [waiting]);
  return null;
}
